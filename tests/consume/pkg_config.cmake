# Compiles the program with what pkg-config says of the installed library, both ways of asking.
cmake_minimum_required(VERSION 3.25)

file(MAKE_DIRECTORY ${BINARY})
cmake_path(ABSOLUTE_PATH LIBDIR BASE_DIRECTORY ${PREFIX})
cmake_path(APPEND LIBDIR pkgconfig OUTPUT_VARIABLE folder)
set(ENV{PKG_CONFIG_PATH} "${folder}:$ENV{PKG_CONFIG_PATH}")
separate_arguments(extra UNIX_COMMAND "${FLAGS}")

function(pkg_config out)
    execute_process(COMMAND pkg-config ${ARGN} ${packages}
        OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(text UNIX_COMMAND "${text}")
    set(${out} ${text} PARENT_SCOPE)
endfunction()

# Compiles, links and runs the program with `drivers`, asking pkg-config for libraries with the option `way`.
function(consume way drivers)
    set(packages azoth)
    set(define "")
    foreach(driver IN LISTS drivers)
        string(TOUPPER CONSUMER_${driver} definition)
        list(PREPEND packages azoth-${driver})
        list(APPEND define -D${definition})
    endforeach()
    pkg_config(cflags --cflags)
    execute_process(COMMAND ${LAUNCHER} ${COMPILER} -std=c++20 ${define} ${extra} ${cflags}
            -c ${SOURCE}/main.cpp -o ${BINARY}/main${way}.o COMMAND_ERROR_IS_FATAL ANY)
    pkg_config(libs --libs ${way})
    execute_process(COMMAND ${COMPILER} ${extra} ${BINARY}/main${way}.o -Wl,-rpath,${LIBDIR} ${libs}
        -o ${BINARY}/consumer${way} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${BINARY}/consumer${way} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

string(REPLACE "," ";" drivers "${DRIVERS}")
consume("" "${drivers}")
# Debian's libpq.pc asks a static link for libraries that libpq-dev does not bring (pgcommon, gssapi_krb5).
list(REMOVE_ITEM drivers postgresql)
consume(--static "${drivers}")
