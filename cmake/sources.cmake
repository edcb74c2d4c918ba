# Every file that belongs to a target, in one place.

# ================================================================ the lists (globs now, explicit lists at the end)
file(GLOB_RECURSE AZOTH_HEADERS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/azoth/*.hpp)
file(GLOB_RECURSE AZOTH_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cpp)

file(GLOB_RECURSE AZOTH_SQLITE_HEADERS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/drivers/sqlite/include/azoth/*.hpp)
file(GLOB_RECURSE AZOTH_SQLITE_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/drivers/sqlite/src/*.cpp)
if(NOT AZOTH_SQLITE_SOURCES)  # only while the driver is being written
    set(AZOTH_SQLITE OFF)
endif()

file(GLOB_RECURSE AZOTH_TEST_SUPPORT CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.cpp)
list(FILTER AZOTH_TEST_SUPPORT EXCLUDE REGEX "/support/main/")
foreach(group IN ITEMS unit contract threads chaos)
    file(GLOB_RECURSE AZOTH_TESTS_${group} CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${group}/*.cpp)
endforeach()
file(GLOB AZOTH_COMPILE_FAIL_CASES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/compile_fail/*.cpp)
# ================================================================ end of the lists
