# Warnings, sanitizers and ccache: for our own builds only, so that a project that includes azoth keeps its settings.

if(PROJECT_IS_TOP_LEVEL)
    set(CMAKE_CXX_EXTENSIONS OFF)
    add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion)
    if(AZOTH_WERROR AND AZOTH_SANITIZE STREQUAL "")  # instrumented code draws false warnings, the ordinary build judges
        add_compile_options(-Werror)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # False on any Asio coroutine when optimising with g++ 12: the frame's placement operator delete is inlined.
        add_compile_options(-Wno-mismatched-new-delete)
        if(AZOTH_SANITIZE)
            add_compile_options(-Wno-maybe-uninitialized)
        endif()
    endif()

    find_program(AZOTH_CCACHE ccache)
    mark_as_advanced(AZOTH_CCACHE)
    if(AZOTH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        # The sloppiness is what ccache asks for to cache files that use a precompiled header.
        set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
            CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${AZOTH_CCACHE})
    endif()
endif()

if(AZOTH_SANITIZE STREQUAL "address")
    set(azoth_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(AZOTH_SANITIZE STREQUAL "thread")
    set(azoth_sanitizers -fsanitize=thread -fno-omit-frame-pointer)
elseif(NOT AZOTH_SANITIZE STREQUAL "")
    message(FATAL_ERROR "AZOTH_SANITIZE is \"${AZOTH_SANITIZE}\"; it may be empty, address or thread.")
endif()
if(azoth_sanitizers)
    add_compile_options(${azoth_sanitizers})
    add_link_options(${azoth_sanitizers})
endif()
