// Mapping by extended result code (https://www.sqlite.org/rescode.html), with SQLite's own words in the message.
#include "errors.hpp"

#include <azoth/base/error.hpp>

#include <sqlite3.h>

#include <new>
#include <system_error>
#include <utility>

namespace azoth::sqlite::detail {

namespace {

bool contains(std::string_view text, std::string_view part) noexcept {
    return text.find(part) != std::string_view::npos;
}

[[noreturn]] void throw_constraint(int extended, std::string message, ErrorDetail detail) {
    ConstraintNames names = parse_constraint_message(detail.server_message);
    detail.constraint = std::move(names.constraint);
    detail.table = std::move(names.table);
    detail.column = std::move(names.column);
    switch (extended) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            throw UniqueViolation(std::move(message), std::move(detail));
        case SQLITE_CONSTRAINT_NOTNULL:
            throw NotNullViolation(std::move(message), std::move(detail));
        case SQLITE_CONSTRAINT_CHECK:
            throw CheckViolation(std::move(message), std::move(detail));
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            throw ForeignKeyViolation(std::move(message), std::move(detail));
        case SQLITE_CONSTRAINT_DATATYPE:
            throw DataError(std::move(message), std::move(detail));
        default:
            throw IntegrityError(std::move(message), std::move(detail));
    }
}

[[noreturn]] void throw_busy(int extended, const Failure& failure, std::string message, ErrorDetail detail) {
    detail.retryable = true;
    if (extended == SQLITE_BUSY_SNAPSHOT) {
        detail.hint =
            "run the transaction again; with begin=immediate in the URL, transactions that will write wait at BEGIN "
            "instead";
        throw SerializationFailure(
            "another connection has committed since this transaction first read, so it can no longer write",
            std::move(detail));
    }
    if (failure.waited_for_lock) {
        detail.hint = "busy_timeout in the URL is how long to wait";
        throw LockTimeout("another connection held the lock on the database for longer than busy_timeout",
                          std::move(detail));
    }
    throw LockTimeout(std::move(message), std::move(detail));
}

// SQLITE_ERROR: anything from a typing mistake to an overflow; only the words tell.
[[noreturn]] void throw_generic(bool preparing, std::string message, ErrorDetail detail) {
    const std::string_view words = detail.server_message;
    if (preparing || words.starts_with("no such ") || words.starts_with("cannot "))
        throw ProgrammingError(std::move(message), std::move(detail));
    if (contains(words, "overflow") || contains(words, "malformed JSON") || contains(words, "JSON path") ||
        contains(words, "too big")) {
        throw DataError(std::move(message), std::move(detail));
    }
    throw OperationalError(std::move(message), std::move(detail));
}

}  // namespace

ConstraintNames parse_constraint_message(std::string_view message) {
    ConstraintNames names;
    constexpr std::string_view failed = " constraint failed: ";
    const std::size_t at = message.find(failed);
    if (at == std::string_view::npos) return names;
    const std::string_view what = message.substr(0, at);
    std::string_view rest = message.substr(at + failed.size());
    if (what == "CHECK") {
        names.constraint = rest;  // its name, or the expression of a nameless one
        return names;
    }
    if (rest.starts_with("index '") && rest.ends_with('\'')) {  // a unique index on an expression
        names.constraint = rest.substr(7, rest.size() - 8);
        return names;
    }
    while (!rest.empty()) {
        const std::size_t comma = rest.find(", ");
        const std::string_view item = rest.substr(0, comma);
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 2);
        const std::size_t dot = item.find('.');
        if (dot == std::string_view::npos) continue;
        names.table = item.substr(0, dot);
        if (!names.column.empty()) names.column += ", ";
        names.column += item.substr(dot + 1);
    }
    return names;
}

void throw_stopped(Stop why, std::string_view sql, bool waited_for_lock, int native_code) {
    ErrorDetail detail;
    detail.statement = sql;
    detail.native_code = native_code;
    if (why == Stop::deadline) {
        detail.retryable = waited_for_lock;
        throw StatementTimeout(waited_for_lock
                                   ? "the deadline passed while waiting for another connection's lock on the database"
                                   : "the deadline passed and the statement was stopped",
                               std::move(detail));
    }
    if (why == Stop::closed)
        throw ConnectionLost("the connection was closed while the operation was under way", std::move(detail));
    throw OperationalError("the operation was cancelled", std::move(detail));
}

void throw_failure(sqlite3* database, int code, const Failure& failure) {
    const int primary = code & 0xff;
    if (primary == SQLITE_NOMEM) throw std::bad_alloc();
    // The handle's last error belongs to this call unless the code was made elsewhere.
    const bool reported = database && (sqlite3_errcode(database) & 0xff) == primary;
    const int extended = reported ? sqlite3_extended_errcode(database) : code;
    if (failure.stop != Stop::none && (primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY)) {
        throw_stopped(failure.stop, failure.sql, primary == SQLITE_BUSY, extended);
    }

    ErrorDetail detail;
    detail.native_code = extended;
    detail.statement = failure.sql;
    detail.server_message = reported ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    std::string message = detail.server_message;
    const std::string where = failure.path.empty() ? std::string() : " (" + std::string(failure.path) + ")";
    const int system = reported ? sqlite3_system_errno(database) : 0;

    switch (primary) {
        case SQLITE_CONSTRAINT:
            throw_constraint(extended, std::move(message), std::move(detail));
        case SQLITE_BUSY:
            throw_busy(extended, failure, std::move(message), std::move(detail));
        case SQLITE_LOCKED:
            if (extended == SQLITE_LOCKED_SHAREDCACHE)
                throw_busy(extended, failure, std::move(message), std::move(detail));
            detail.hint = "a stream or cursor that is still open on this connection uses the table: close it first";
            throw OperationalError(std::move(message), std::move(detail));
        case SQLITE_ERROR:
            throw_generic(failure.preparing, std::move(message), std::move(detail));
        case SQLITE_TOOBIG:
        case SQLITE_MISMATCH:
            throw DataError(std::move(message), std::move(detail));
        case SQLITE_RANGE:
        case SQLITE_AUTH:
            throw ProgrammingError(std::move(message), std::move(detail));
        case SQLITE_MISUSE:
        case SQLITE_INTERNAL:
            throw InternalError(std::move(message), std::move(detail));
        case SQLITE_NOLFS:
            throw NotSupportedError(std::move(message), std::move(detail));
        case SQLITE_READONLY:
            detail.connection_lost = extended == SQLITE_READONLY_DBMOVED;
            throw OperationalError(message + where, std::move(detail));
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            detail.connection_lost = true;
            throw DatabaseError(message + where, std::move(detail));
        case SQLITE_IOERR:
            detail.connection_lost = true;
            [[fallthrough]];
        case SQLITE_CANTOPEN:
            if (system != 0) message += ": " + std::generic_category().message(system);
            throw OperationalError(message + where, std::move(detail));
        case SQLITE_FULL:
            detail.hint = "the disk is full, or the database has reached max_page_count";
            throw OperationalError(message + where, std::move(detail));
        default:
            throw OperationalError(std::move(message), std::move(detail));
    }
}

}  // namespace azoth::sqlite::detail
