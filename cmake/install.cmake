# Install rules: libraries, headers, the CMake package (one export per driver, so that a user loads only what was chosen)
# and the pkg-config files.

include(CMakePackageConfigHelpers)
set(AZOTH_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/azoth)

get_target_property(azoth_type azoth TYPE)
if(azoth_type STREQUAL "SHARED_LIBRARY")
    set(AZOTH_STATIC OFF)
else()
    set(AZOTH_STATIC ON)
endif()

function(azoth_install_library target export)
    install(TARGETS ${target} EXPORT ${export} FILE_SET HEADERS)
    install(EXPORT ${export} FILE ${export}Targets.cmake NAMESPACE azoth:: DESTINATION ${AZOTH_PACKAGE_DIR})
endfunction()

# A static library passes what it uses inside on to whoever links it; a shared one keeps that to itself.
# The installed tree can be moved: every path is relative to the .pc file.
function(azoth_install_pc name)
    cmake_parse_arguments(PARSE_ARGV 1 pc "" "DESCRIPTION;LIBS;CFLAGS;REQUIRES;PRIVATE" "")
    if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
        set(pc_prefix ${CMAKE_INSTALL_PREFIX})
        set(pc_libdir ${CMAKE_INSTALL_LIBDIR})
    else()
        file(RELATIVE_PATH up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
        string(REGEX REPLACE "/$" "" up "${up}")
        set(pc_prefix "\${pcfiledir}/${up}")
        set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
    endif()
    if(IS_ABSOLUTE ${CMAKE_INSTALL_INCLUDEDIR})
        set(pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
    else()
        set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
    endif()
    if(AZOTH_STATIC)
        string(JOIN ", " pc_requires ${pc_REQUIRES} ${pc_PRIVATE})
        set(pc_requires_private "")
    else()
        string(JOIN ", " pc_requires ${pc_REQUIRES})
        set(pc_requires_private "${pc_PRIVATE}")
    endif()
    configure_file(${PROJECT_SOURCE_DIR}/cmake/azoth.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# Boost has no .pc file of its own; say where it is unless the compiler looks there anyway.
get_target_property(boost_includes Boost::headers INTERFACE_INCLUDE_DIRECTORIES)
set(boost_cflags "")
foreach(dir IN LISTS boost_includes)
    if(IS_DIRECTORY "${dir}" AND NOT dir IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
        string(APPEND boost_cflags " -I${dir}")
    endif()
endforeach()

azoth_install_library(azoth azoth)
azoth_install_pc(azoth
    DESCRIPTION "${PROJECT_DESCRIPTION}"
    CFLAGS "-pthread${boost_cflags}"
    LIBS "-lazoth -pthread"
    PRIVATE "fmt >= 9")

if(AZOTH_SQLITE)
    azoth_install_library(azoth_sqlite sqlite)
    azoth_install_pc(azoth-sqlite
        DESCRIPTION "SQLite driver of azoth"
        LIBS "-lazoth_sqlite"
        REQUIRES "azoth = ${PROJECT_VERSION}"
        PRIVATE "sqlite3 >= 3.35, fmt >= 9")
endif()

if(AZOTH_POSTGRESQL)
    azoth_install_library(azoth_postgresql postgresql)
    azoth_install_pc(azoth-postgresql
        DESCRIPTION "PostgreSQL driver of azoth"
        LIBS "-lazoth_postgresql"
        REQUIRES "azoth = ${PROJECT_VERSION}"
        PRIVATE "libpq >= 15, fmt >= 9")
endif()
if(AZOTH_MYSQL)
    azoth_install_library(azoth_mysql mysql)
    install(FILES cmake/FindMariaDBClient.cmake DESTINATION ${AZOTH_PACKAGE_DIR})
    azoth_install_pc(azoth-mysql
        DESCRIPTION "MariaDB and MySQL driver of azoth"
        LIBS "-lazoth_mysql"
        REQUIRES "azoth = ${PROJECT_VERSION}"
        PRIVATE "libmariadb >= 3.3, fmt >= 9")
endif()

configure_package_config_file(cmake/azothConfig.cmake.in ${PROJECT_BINARY_DIR}/azothConfig.cmake
    INSTALL_DESTINATION ${AZOTH_PACKAGE_DIR} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# Before 1.0 a minor version may change the API.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/azothConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/azothConfig.cmake ${PROJECT_BINARY_DIR}/azothConfigVersion.cmake
    DESTINATION ${AZOTH_PACKAGE_DIR})
