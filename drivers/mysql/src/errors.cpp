// Mapping by error number (https://mariadb.com/kb/en/mariadb-error-code-reference/), then by SQLSTATE. Messages that quote values are
// put in other words: what() may end up in a log.
#include "errors.hpp"

#include <azoth/base/error.hpp>

#include <utility>

namespace azoth::mysql::detail {

namespace {

// Between the first `open` after `from` and the next `close`.
std::string between(std::string_view text, std::string_view from, char open, char close) {
    std::size_t at = text.find(from);
    if (at == std::string_view::npos) return {};
    at = text.find(open, at + from.size() - 1);
    if (at == std::string_view::npos) return {};
    const std::size_t end = text.find(close, at + 1);
    return end == std::string_view::npos ? std::string() : std::string(text.substr(at + 1, end - at - 1));
}

std::string after_dot(const std::string& name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string::npos ? name : name.substr(dot + 1);
}

std::string named(std::string text, const std::string& name) { return name.empty() ? text : text + " '" + name + "'"; }

[[noreturn]] void throw_integrity(std::string message, ErrorDetail detail) {
    switch (detail.native_code) {
        case 1022:  // ER_DUP_KEY
        case 1062:  // ER_DUP_ENTRY
        case 1169:  // ER_DUP_UNIQUE
        case 1557:  // ER_FOREIGN_DUPLICATE_KEY
        case 1586:  // ER_DUP_ENTRY_WITH_KEY_NAME
        case 1761:
        case 1762: {
            std::string words = named("a row with the same value exists already in unique key", detail.constraint);
            throw UniqueViolation(std::move(words), std::move(detail));
        }
        case 1216:  // ER_NO_REFERENCED_ROW
        case 1452: {
            std::string words = named("a referenced row does not exist: foreign key", detail.constraint);
            throw ForeignKeyViolation(std::move(words), std::move(detail));
        }
        case 1217:  // ER_ROW_IS_REFERENCED
        case 1451: {
            std::string words = named("the row is still referenced: foreign key", detail.constraint);
            throw ForeignKeyViolation(std::move(words), std::move(detail));
        }
        case 1048:  // ER_BAD_NULL_ERROR
        case 1263:
        case 1364:  // ER_NO_DEFAULT_FOR_FIELD
        case 1566: throw NotNullViolation(std::move(message), std::move(detail));
        case 3819:  // MySQL: ER_CHECK_CONSTRAINT_VIOLATED
        case 4025: {  // MariaDB: ER_CONSTRAINT_FAILED
            std::string words = named("check constraint failed:", detail.constraint);
            throw CheckViolation(std::move(words), std::move(detail));
        }
        default: throw IntegrityError(std::move(message), std::move(detail));
    }
}

[[noreturn]] void throw_data(ErrorDetail detail) {
    std::string words;
    switch (detail.native_code) {
        case 1264: words = named("a number is out of range for column", detail.column); break;
        case 1406: words = named("data too long for column", detail.column); break;
        case 1365: words = "division by zero"; break;
        case 1690: words = "a number is out of range in an expression"; break;
        default: words = detail.column.empty() ? "a value does not fit" : named("a value does not fit column", detail.column); break;
    }
    throw DataError(std::move(words), std::move(detail));
}

bool is_integrity(int code) noexcept {
    switch (code) {
        case 1022: case 1048: case 1062: case 1169: case 1216: case 1217: case 1263: case 1364: case 1451: case 1452: case 1557:
        case 1566: case 1586: case 1761: case 1762: case 3819: case 4025: return true;
        default: return false;
    }
}

bool is_data(int code) noexcept {
    switch (code) {
        case 1264: case 1265: case 1292: case 1365: case 1366: case 1367: case 1406: case 1411: case 1425: case 1426: case 1439:
        case 1441: case 1525: case 1690: case 3140: case 3141: case 3156: case 3903: case 4037: case 4038: return true;
        default: return false;
    }
}

}  // namespace

ServerError error_of(MYSQL* handle) {
    return {static_cast<int>(mysql_errno(handle)), mysql_sqlstate(handle), mysql_error(handle)};
}

ServerError error_of(MYSQL_STMT* statement) {
    return {static_cast<int>(mysql_stmt_errno(statement)), mysql_stmt_sqlstate(statement), mysql_stmt_error(statement)};
}

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

MessageNames parse_message(int code, std::string_view message) {
    MessageNames names;
    switch (code) {
        case 1062:
        case 1586:  // Duplicate entry '...' for key 'x', MySQL 8: 'table.x'. The value may hold anything, so from the end.
            if (const std::size_t at = message.rfind("for key '"); at != std::string_view::npos) {
                names.constraint = between(message.substr(at), "for key '", '\'', '\'');
                if (const std::size_t dot = names.constraint.find('.'); dot != std::string::npos) {
                    names.table = names.constraint.substr(0, dot);
                    names.constraint = after_dot(names.constraint);
                }
            }
            break;
        case 1451:
        case 1452:  // ... (`schema`.`table`, CONSTRAINT `x` FOREIGN KEY (`column`) REFERENCES ...
            names.constraint = between(message, "CONSTRAINT `", '`', '`');
            names.table = between(message, "`.`", '`', '`');
            if (const std::size_t at = message.find("`.`"); at != std::string_view::npos) {
                const std::size_t end = message.find('`', at + 3);
                if (end != std::string_view::npos) names.table = message.substr(at + 3, end - at - 3);
            }
            names.column = between(message, "FOREIGN KEY (`", '`', '`');
            break;
        case 4025:  // CONSTRAINT `x` failed for `schema`.`table`
            names.constraint = after_dot(between(message, "CONSTRAINT `", '`', '`'));
            if (const std::size_t at = message.rfind("`.`"); at != std::string_view::npos && message.ends_with('`'))
                names.table = message.substr(at + 3, message.size() - at - 4);
            break;
        case 3819: names.constraint = between(message, "constraint '", '\'', '\''); break;
        case 1048: names.column = between(message, "Column '", '\'', '\''); break;
        case 1364: names.column = between(message, "Field '", '\'', '\''); break;
        case 1264:
        case 1265:
        case 1406: names.column = after_dot(between(message, "for column '", '\'', '\'')); break;
        case 1366:
        case 1292:  // MariaDB: ... for column `schema`.`table`.`column` at row 1; MySQL: for column 'column' at row 1
            if (const std::size_t at = message.rfind(" for column "); at != std::string_view::npos) {
                std::string_view rest = message.substr(at + 12);
                rest = rest.substr(0, rest.rfind(" at row "));
                if (rest.size() >= 2 && (rest.back() == '`' || rest.back() == '\'')) {
                    const char quote = rest.back();
                    rest.remove_suffix(1);
                    names.column = rest.substr(rest.rfind(quote) + 1);
                }
            }
            break;
        case 1054: names.column = after_dot(between(message, "column '", '\'', '\'')); break;
        case 1146: names.table = after_dot(between(message, "Table '", '\'', '\'')); break;
        default: break;
    }
    return names;
}

void throw_server_error(ServerError error, std::string_view sql) {
    MessageNames names = parse_message(error.code, error.message);
    ErrorDetail detail;
    detail.sqlstate = std::move(error.sqlstate);
    detail.native_code = error.code;
    detail.server_message = error.message;
    detail.constraint = std::move(names.constraint);
    detail.table = std::move(names.table);
    detail.column = std::move(names.column);
    detail.statement = sql;
    std::string message = std::move(error.message);
    const std::string_view state_class = std::string_view(detail.sqlstate).substr(0, 2);

    if (loses_connection(error.code)) throw_lost("the connection was lost: " + message, sql);
    if (is_integrity(error.code)) throw_integrity(std::move(message), std::move(detail));
    if (is_data(error.code)) throw_data(std::move(detail));
    switch (error.code) {
        case 1213: throw DeadlockDetected("a deadlock was found and this transaction rolled back to break it", std::move(detail));
        case 1020: throw SerializationFailure("a row has changed since this transaction's snapshot", std::move(detail));
        case 1205:
            detail.retryable = true;
            throw LockTimeout("a lock was not granted within innodb_lock_wait_timeout", std::move(detail));
        case 3572:  // ER_LOCK_NOWAIT
            detail.retryable = true;
            throw LockTimeout("a lock could not be had at once", std::move(detail));
        case 1969:  // max_statement_time
        case 3024:  // max_execution_time
            throw StatementTimeout("the statement ran past the server's limit and was stopped", std::move(detail));
        case 1028:
        case 1317: throw OperationalError("the statement was interrupted (KILL QUERY)", std::move(detail));
        case 1040:  // too many connections
        case 1203: case 1226:  // of this user
        case 1129: detail.retryable = true; throw OperationalError(std::move(message), std::move(detail));
        case 1206: detail.retryable = true; throw OperationalError(std::move(message), std::move(detail));
        case 1044: case 1045: case 1049: case 1698: throw OperationalError(std::move(message), std::move(detail));
        case 1021: case 1037: case 1038: case 1041: case 1114: case 1135: case 1290: case 1792: case 1836:
            throw OperationalError(std::move(message), std::move(detail));  // disk, memory, threads, read-only
        case 1235: case 1289: case 1295: throw NotSupportedError(std::move(message), std::move(detail));
        case 1050: case 1051: case 1054: case 1060: case 1061: case 1064: case 1065: case 1091: case 1136: case 1142: case 1143:
        case 1146: case 1149: case 1210: case 1227: case 1305: case 1370: throw ProgrammingError(std::move(message), std::move(detail));
        default: break;
    }
    if (state_class == "23") throw_integrity(std::move(message), std::move(detail));
    if (state_class == "22") throw_data(std::move(detail));
    if (state_class == "42") throw ProgrammingError(std::move(message), std::move(detail));
    if (state_class == "0A") throw NotSupportedError(std::move(message), std::move(detail));
    if (state_class == "40") throw SerializationFailure(std::move(message), std::move(detail));
    if (state_class == "45") throw DatabaseError(std::move(message), std::move(detail));  // SIGNAL
    throw OperationalError(std::move(message), std::move(detail));
}

void throw_connect_error(ServerError error, const std::string& where) {
    ErrorDetail detail;
    detail.sqlstate = std::move(error.sqlstate);
    detail.native_code = error.code;
    detail.server_message = error.message;
    std::string message = "cannot connect to " + where + ": " + error.message;
    switch (error.code) {
        case 1040: case 1203: case 1226: case 1053: detail.retryable = true; [[fallthrough]];
        case 1044: case 1045: case 1049: case 1129: case 1130: case 1698: case 2026: throw OperationalError(std::move(message), std::move(detail));
        default: throw ConnectionLost(std::move(message), std::move(detail));
    }
}

void throw_stopped(Stop why, std::string_view sql, bool connection_lost) {
    ErrorDetail detail;
    detail.statement = sql;
    detail.connection_lost = connection_lost;
    if (why == Stop::deadline) throw StatementTimeout("the deadline passed and the statement was stopped", std::move(detail));
    if (why == Stop::closed) throw ConnectionLost("the connection was closed while the operation was under way", std::move(detail));
    throw OperationalError("the operation was cancelled", std::move(detail));
}

void throw_lost(std::string message, std::string_view sql) {
    ErrorDetail detail;
    detail.statement = sql;
    throw ConnectionLost(std::move(message), std::move(detail));
}

}  // namespace azoth::mysql::detail
