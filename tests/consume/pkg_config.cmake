# Compiles the program with what pkg-config says of the installed library, both ways of asking.
cmake_minimum_required(VERSION 3.25)

if(DRIVER)
    set(package azoth-${DRIVER})
    set(define -DCONSUMER_SQLITE)
else()
    set(package azoth)
    set(define "")
endif()
file(MAKE_DIRECTORY ${BINARY})
cmake_path(ABSOLUTE_PATH LIBDIR BASE_DIRECTORY ${PREFIX})
cmake_path(APPEND LIBDIR pkgconfig OUTPUT_VARIABLE folder)
set(ENV{PKG_CONFIG_PATH} "${folder}:$ENV{PKG_CONFIG_PATH}")
separate_arguments(extra UNIX_COMMAND "${FLAGS}")

function(pkg_config out)
    execute_process(COMMAND pkg-config ${ARGN} ${package}
        OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(text UNIX_COMMAND "${text}")
    set(${out} ${text} PARENT_SCOPE)
endfunction()

pkg_config(cflags --cflags)
execute_process(COMMAND ${LAUNCHER} ${COMPILER} -std=c++20 ${define} ${extra} ${cflags}
        -c ${SOURCE}/main.cpp -o ${BINARY}/main.o COMMAND_ERROR_IS_FATAL ANY)
foreach(way IN ITEMS "" --static)
    pkg_config(libs --libs ${way})
    execute_process(COMMAND ${COMPILER} ${extra} ${BINARY}/main.o -Wl,-rpath,${LIBDIR} ${libs}
        -o ${BINARY}/consumer${way} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${BINARY}/consumer${way} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
