// Mapping by error number (https://mariadb.com/kb/en/mariadb-error-code-reference/), then by SQLSTATE. Messages that quote values are
// put in other words: what() may end up in a log.
#include "errors.hpp"

#include "message_names.hpp"

#include <azoth/base/error.hpp>

#include <utility>

namespace azoth::mysql::detail {

namespace {

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
