# Finds MariaDB Connector/C and proves that it can work without blocking: MariaDB::Client, MariaDBClient_VERSION, MariaDBClient_REASON.
#
# Oracle's libmysqlclient will not do: it can run plain queries without blocking, but not prepare and execute statements, and its
# headers have the same names. The proof is a program that links the _start/_cont functions azoth uses.
include(CheckCXXSourceCompiles)
include(FindPackageHandleStandardArgs)

set(MariaDBClient_REASON "")
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(PC_MariaDBClient QUIET libmariadb)
endif()
find_path(MariaDBClient_INCLUDE_DIR mysql.h HINTS ${PC_MariaDBClient_INCLUDE_DIRS} PATH_SUFFIXES mariadb mysql)
find_library(MariaDBClient_LIBRARY NAMES mariadb mariadbclient HINTS ${PC_MariaDBClient_LIBRARY_DIRS})
mark_as_advanced(MariaDBClient_INCLUDE_DIR MariaDBClient_LIBRARY)

if(MariaDBClient_INCLUDE_DIR AND EXISTS "${MariaDBClient_INCLUDE_DIR}/mariadb_version.h")
    file(STRINGS "${MariaDBClient_INCLUDE_DIR}/mariadb_version.h" line REGEX "define MARIADB_PACKAGE_VERSION ")
    string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" MariaDBClient_VERSION "${line}")
elseif(MariaDBClient_INCLUDE_DIR)
    set(MariaDBClient_REASON "${MariaDBClient_INCLUDE_DIR}/mysql.h is Oracle's libmysqlclient: it cannot prepare and execute statements without blocking. Install MariaDB Connector/C (Debian: libmariadb-dev), which talks to MySQL servers too.")
    set(MariaDBClient_INCLUDE_DIR "" CACHE PATH "" FORCE)
endif()

if(MariaDBClient_INCLUDE_DIR AND MariaDBClient_LIBRARY)
    set(CMAKE_REQUIRED_INCLUDES ${MariaDBClient_INCLUDE_DIR})
    set(CMAKE_REQUIRED_LIBRARIES ${MariaDBClient_LIBRARY})
    check_cxx_source_compiles("
        #include <mysql.h>
        int main() {
            int failed = 0;
            MYSQL* connection = mysql_init(nullptr);
            mysql_options(connection, MYSQL_OPT_NONBLOCK, nullptr);
            MYSQL_STMT* statement = mysql_stmt_init(connection);
            return mysql_stmt_prepare_start(&failed, statement, \"\", 0) + mysql_stmt_execute_start(&failed, statement) +
                   mysql_stmt_execute_cont(&failed, statement, 0) + mysql_stmt_store_result_start(&failed, statement) +
                   mysql_stmt_fetch_start(&failed, statement) + static_cast<int>(mysql_get_timeout_value_ms(connection));
        }" MariaDBClient_NONBLOCKING)
    unset(CMAKE_REQUIRED_INCLUDES)
    unset(CMAKE_REQUIRED_LIBRARIES)
    if(NOT MariaDBClient_NONBLOCKING)
        set(MariaDBClient_REASON "${MariaDBClient_LIBRARY} has no non-blocking prepared statements (mysql_stmt_prepare_start and its kin).")
    endif()
endif()

find_package_handle_standard_args(MariaDBClient
    REQUIRED_VARS MariaDBClient_LIBRARY MariaDBClient_INCLUDE_DIR MariaDBClient_NONBLOCKING
    VERSION_VAR MariaDBClient_VERSION
    REASON_FAILURE_MESSAGE "${MariaDBClient_REASON}")

if(MariaDBClient_FOUND AND NOT TARGET MariaDB::Client)
    add_library(MariaDB::Client UNKNOWN IMPORTED)
    set_target_properties(MariaDB::Client PROPERTIES
        IMPORTED_LOCATION ${MariaDBClient_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${MariaDBClient_INCLUDE_DIR})
endif()
