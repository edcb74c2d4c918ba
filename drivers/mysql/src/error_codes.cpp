// Numbers: https://mariadb.com/kb/en/mariadb-error-code-reference/ and https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html.
#include "error_codes.hpp"

namespace azoth::mysql::detail {

bool loses_connection(int code) noexcept {
    switch (code) {
        case 1053:  // ER_SERVER_SHUTDOWN
        case 1077: case 1079: case 1080:  // shutting down
        case 1152: case 1153: case 1154: case 1155: case 1156: case 1157: case 1158: case 1159: case 1160: case 1161: case 1184:
                    // aborted, packet too large, network errors, as the server saw them
        case 1927:  // ER_CONNECTION_KILLED
        case 2000: case 2002: case 2003: case 2006: case 2008: case 2012: case 2013: case 2014: case 2020: case 2026: case 2027: case 2055:
        case 4031:  // MySQL: closed for inactivity
        case 5013: case 5014: return true;
        default: return false;
    }
}

bool ends_transaction(int code, bool rollback_on_timeout) noexcept {
    switch (code) {
        case 1020:  // ER_CHECKREAD: the record has changed since the snapshot
        case 1180:  // ER_ERROR_DURING_COMMIT
        case 1181:  // ER_ERROR_DURING_ROLLBACK
        case 1206:  // ER_LOCK_TABLE_FULL
        case 1213:  // ER_LOCK_DEADLOCK
        case 1402: case 1613: case 1614:  // XA_RB*
        case 3101: return true;  // MySQL group replication rolled back
        case 1205: return rollback_on_timeout;
        default: return false;
    }
}

bool is_interruption(int code) noexcept {
    return code == 1317 || code == 1028 || code == 1969 || code == 3024;
}

bool is_stale(int code) noexcept {
    return code == 1243     // ER_UNKNOWN_STMT_HANDLER
           || code == 1615  // ER_NEED_REPREPARE
           || code == 2056;  // CR_STMT_CLOSED
}

}  // namespace azoth::mysql::detail
