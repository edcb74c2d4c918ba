# What find_package says of components: no driver is demanded that was not chosen, and each refusal tells why.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE ${BINARY})
file(WRITE ${BINARY}/source/CMakeLists.txt [[
cmake_minimum_required(VERSION 3.25)
project(components LANGUAGES CXX)
list(PREPEND CMAKE_PREFIX_PATH ${AZOTH_PREFIX})
find_package(azoth ${VERSION_WANTED} CONFIG REQUIRED ${ARGUMENTS})
foreach(target IN LISTS EXPECT)
    if(NOT TARGET ${target})
        message(FATAL_ERROR "${target} is missing")
    endif()
endforeach()
foreach(target IN LISTS EXPECT_NOT)
    if(TARGET ${target})
        message(FATAL_ERROR "${target} was not asked for")
    endif()
endforeach()
]])

# Configures with `arguments` of find_package; `message` empty: must succeed, else: must fail saying it.
function(check name message)
    execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${BINARY}/source -B ${BINARY}/${name}
            -D CMAKE_CXX_COMPILER=${COMPILER} -D AZOTH_PREFIX=${PREFIX} ${ARGN}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
    string(REGEX REPLACE "[ \n]+" " " flat "${output}")  # CMake wraps messages
    if(message STREQUAL "" AND NOT result EQUAL 0)
        message(FATAL_ERROR "${name} must configure and does not:\n${output}")
    elseif(NOT message STREQUAL "" AND (result EQUAL 0 OR NOT flat MATCHES "${message}"))
        message(FATAL_ERROR "${name} must fail saying \"${message}\"; result ${result}:\n${output}")
    endif()
endfunction()

set(without_sqlite3 -D CMAKE_DISABLE_FIND_PACKAGE_SQLite3=ON)
check(none_without_sqlite3 "" ${without_sqlite3} -D EXPECT=azoth::azoth)
check(unknown "azoth has no component \"oracle\"" "-DARGUMENTS=COMPONENTS\;oracle")
check(optional "" "-DARGUMENTS=OPTIONAL_COMPONENTS\;oracle" -D EXPECT=azoth::azoth)
check(version "compatible with requested version" -D VERSION_WANTED=9.0)
check(not_installed "installed without \"mysql\": build it with -DAZOTH_MYSQL=ON" "-DARGUMENTS=COMPONENTS\;mysql")
if(DRIVER STREQUAL "sqlite")
    check(sqlite "" "-DARGUMENTS=COMPONENTS\;sqlite" "-DEXPECT=azoth::azoth\;azoth::sqlite")
    check(every "" "-DEXPECT=azoth::azoth\;azoth::sqlite")
    if(NOT SHARED)
        check(sqlite_without_sqlite3 "needs SQLite 3.35" ${without_sqlite3} "-DARGUMENTS=COMPONENTS\;sqlite")
    else()
        check(sqlite_without_sqlite3 "" ${without_sqlite3} "-DARGUMENTS=COMPONENTS\;sqlite")
    endif()
endif()
