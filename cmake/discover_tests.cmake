# Asks a Catch2 program for its cases and writes one ctest entry for each; run after the program is linked.
# Own code because the script of Catch2 2 splits names at semicolons and brackets.
#
#   cmake -D EXECUTABLE=... -D GROUP=... [-D DATABASES=a,b] [-D BUNDLE=n] -D VERSION=... -D ENVIRONMENT=... -D OUTPUT=... -P discover_tests.cmake
#
# With DATABASES each case is one entry for each of them, "GROUP DATABASE: case", run with AZOTH_TEST_DATABASE=DATABASE; labels GROUP and DATABASE.
# With BUNDLE that many cases are one entry: for programs that take long to start, as those with a sanitizer do.
cmake_minimum_required(VERSION 3.25)

if(VERSION VERSION_LESS 3)
    set(list_names --list-test-names-only)  # exits with the number of cases
    set(none_is_failure " --warn NoTests")
else()
    set(list_names --list-tests --verbosity quiet)
    set(none_is_failure "")  # the default
endif()
execute_process(COMMAND ${EXECUTABLE} ${list_names} OUTPUT_VARIABLE names ERROR_VARIABLE errors RESULT_VARIABLE result)
if(NOT result MATCHES "^[0-9]+$" OR names STREQUAL "" OR NOT errors STREQUAL "")
    message(FATAL_ERROR "${EXECUTABLE} does not list its cases (result ${result}):\n${names}${errors}")
endif()

# Appends one entry that runs the cases `spec`. A case whose database the environment does not tell says so and is reported as skipped.
macro(add_entry entry labels environment)
    string(APPEND script
        "add_test([==[${entry}]==] [==[${EXECUTABLE}]==] [==[${spec}]==]${none_is_failure})\n"
        "set_tests_properties([==[${entry}]==] PROPERTIES LABELS [==[${labels}]==] ENVIRONMENT [==[${environment}]==]\n"
        "    SKIP_REGULAR_EXPRESSION [==[skipped: AZOTH_TEST_[A-Z]+ is not set]==])\n")
endmacro()

# Appends the entries for the cases `spec`, which are called `title`.
macro(add_entries)
    if(NOT DATABASES)
        add_entry("${GROUP}: ${title}" "${GROUP}" "${ENVIRONMENT}")
    endif()
    string(REPLACE "," ";" databases "${DATABASES}")
    foreach(database IN LISTS databases)
        add_entry("${GROUP} ${database}: ${title}" "${GROUP};${database}" "${ENVIRONMENT};AZOTH_TEST_DATABASE=${database}")
    endforeach()
endmacro()

if(NOT BUNDLE)
    set(BUNDLE 1)
endif()
set(script "")
set(bundled 0)
while(NOT names STREQUAL "")
    string(FIND "${names}" "\n" end)
    if(end EQUAL -1)
        set(name "${names}")
        set(names "")
    else()
        string(SUBSTRING "${names}" 0 ${end} name)
        math(EXPR next "${end} + 1")
        string(SUBSTRING "${names}" ${next} -1 names)
    endif()
    string(REGEX REPLACE "^\"(#.*)\"$" "\\1" name "${name}")  # Catch2 2 quotes names that start with '#'
    if(name STREQUAL "")
        continue()
    endif()
    # Characters with a meaning in Catch2's language of test selections.
    set(escaped "${name}")
    foreach(special IN ITEMS "\\" "," "[" "]" "\"")
        string(REPLACE "${special}" "\\${special}" escaped "${escaped}")
    endforeach()
    if(bundled EQUAL 0)
        set(title "${name}")
        set(spec "${escaped}")
    else()
        set(title "${name} and ${bundled} more")
        string(APPEND spec ",${escaped}")
    endif()
    math(EXPR bundled "${bundled} + 1")
    if(bundled EQUAL BUNDLE)
        add_entries()
        set(bundled 0)
    endif()
endwhile()
if(bundled GREATER 0)
    add_entries()
endif()
file(WRITE ${OUTPUT} "${script}")
