// Mapping by SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html
#include "errors.hpp"

#include <azoth/base/error.hpp>

#include <libpq-fe.h>

#include <utility>

namespace azoth::postgresql::detail {

namespace {

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : "";
}

template <class E>
std::exception_ptr make(std::string message, ErrorDetail detail) {
    return std::make_exception_ptr(E(std::move(message), std::move(detail)));
}

std::exception_ptr integrity(std::string_view state, std::string message, ErrorDetail detail) {
    if (state == "23505") return make<UniqueViolation>(std::move(message), std::move(detail));
    if (state == "23503" || state == "23001") return make<ForeignKeyViolation>(std::move(message), std::move(detail));
    if (state == "23502") return make<NotNullViolation>(std::move(message), std::move(detail));
    if (state == "23514") return make<CheckViolation>(std::move(message), std::move(detail));
    return make<IntegrityError>(std::move(message), std::move(detail));
}

std::exception_ptr cancelled(Stop stop, std::string message, ErrorDetail detail) {
    // The server's own statement_timeout says so; only the message tells (both are 57014).
    if (stop == Stop::none && message.find("statement timeout") != std::string::npos) stop = Stop::deadline;
    switch (stop) {
        case Stop::deadline: return make<StatementTimeout>("the deadline passed and the statement was stopped", std::move(detail));
        case Stop::cancelled: return make<OperationalError>("the operation was cancelled", std::move(detail));
        case Stop::closed: return connection_lost("it was closed while the statement ran", detail.statement);
        case Stop::none: break;
    }
    return make<OperationalError>(std::move(message), std::move(detail));
}

// Numbers of states that say the connection, or the server, is going.
bool says_lost(std::string_view state) { return state.starts_with("08") || state == "57P01" || state == "57P02" || state == "57P04" || state == "57P05"; }

std::exception_ptr by_state(Stop stop, std::string message, ErrorDetail detail) {
    const std::string state = detail.sqlstate;
    const std::string_view kind = std::string_view(state).substr(0, 2);
    if (detail.connection_lost || says_lost(state)) return make<ConnectionLost>("the connection was lost: " + message, std::move(detail));
    if (kind == "23") return integrity(state, std::move(message), std::move(detail));
    if (kind == "22") return make<DataError>(std::move(message), std::move(detail));
    if (state == "40P01") return make<DeadlockDetected>(std::move(message), std::move(detail));
    if (kind == "40") return make<SerializationFailure>(std::move(message), std::move(detail));
    if (state == "55P03") {
        detail.retryable = true;
        return make<LockTimeout>(std::move(message), std::move(detail));
    }
    if (state == "57014") return cancelled(stop, std::move(message), std::move(detail));
    if (state == "34000") return make<ResourceClosedError>("the stream was closed by the end of its transaction or savepoint", std::move(detail));
    if (kind == "42" || kind == "21" || kind == "2B" || kind == "3F" || kind == "26") return make<ProgrammingError>(std::move(message), std::move(detail));
    if (kind == "0A") return make<NotSupportedError>(std::move(message), std::move(detail));
    if (kind == "XX" || kind == "25" || kind == "2D") {
        if (state == "25006" || state == "25001") return make<OperationalError>(std::move(message), std::move(detail));
        return make<InternalError>(std::move(message), std::move(detail));
    }
    if (state == "53300" || state == "57P03") detail.retryable = true;
    return make<OperationalError>(std::move(message), std::move(detail));
}

}  // namespace

std::string without_values(std::string_view message) {
    // The server does not escape quotes inside a value: everything from the first to the last may be one.
    const auto first = message.find('"');
    const auto last = message.rfind('"');
    if (first == std::string_view::npos || first == last) return std::string(message.substr(0, first));
    return std::string(message.substr(0, first)) + "\"...\"" + std::string(message.substr(last + 1));
}

std::exception_ptr error_of(const pg_result* result, std::string_view sql, Stop stop, bool lost) {
    ErrorDetail detail;
    detail.sqlstate = field(result, PG_DIAG_SQLSTATE);
    detail.server_message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    detail.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    detail.hint = field(result, PG_DIAG_MESSAGE_HINT);
    detail.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    detail.table = field(result, PG_DIAG_TABLE_NAME);
    detail.column = field(result, PG_DIAG_COLUMN_NAME);
    detail.statement = sql;
    detail.connection_lost = lost;
    if (detail.server_message.empty()) {  // libpq's own words: they hold no values
        detail.server_message = PQresultErrorMessage(result);
        while (!detail.server_message.empty() && detail.server_message.back() == '\n') detail.server_message.pop_back();
    }
    // Messages about data quote it: 'invalid input syntax for type integer: "..."'.
    std::string message = detail.sqlstate.starts_with("22") ? without_values(detail.server_message) : detail.server_message;
    if (lost && stop != Stop::none && detail.sqlstate.empty()) return stopped(stop, sql, true);
    return by_state(stop, std::move(message), std::move(detail));
}

std::exception_ptr connection_lost(std::string_view why, std::string_view sql) {
    ErrorDetail detail;
    detail.statement = sql;
    return make<ConnectionLost>("the connection was lost: " + std::string(why), std::move(detail));
}

std::exception_ptr stopped(Stop stop, std::string_view sql, bool lost) {
    ErrorDetail detail;
    detail.statement = sql;
    detail.connection_lost = lost;
    switch (stop) {
        case Stop::deadline:
            return make<StatementTimeout>(lost ? "the deadline passed, and the server did not answer the request to stop: the connection was closed"
                                               : "the deadline passed before the statement was sent",
                                          std::move(detail));
        case Stop::cancelled: return make<OperationalError>("the operation was cancelled", std::move(detail));
        default: return connection_lost("it was closed while an operation was under way", sql);
    }
}

std::exception_ptr connect_error(pg_conn* connection, std::string_view host) {
    std::string words = PQerrorMessage(connection);
    while (!words.empty() && words.back() == '\n') words.pop_back();
    ErrorDetail detail;
    detail.server_message = words;
    detail.connection_lost = true;
    // libpq keeps no SQLSTATE of a failed connect; the words are the server's own and stable in English.
    const auto says = [&](std::string_view part) { return words.find(part) != std::string::npos; };
    if (says("too many clients") || says("remaining connection slots") || says("too many connections") || says("no more connections allowed")) detail.sqlstate = "53300";
    if (says("the database system is starting up") || says("the database system is not yet accepting connections")) detail.sqlstate = "57P03";
    if (says("the database system is shutting down") || says("the database system is in recovery mode")) detail.sqlstate = "57P03";
    if (says("password authentication failed")) detail.sqlstate = "28P01";
    if (says("database \"") && says("does not exist")) detail.sqlstate = "3D000";
    detail.retryable = detail.sqlstate == "53300" || detail.sqlstate == "57P03";
    std::string message = "cannot connect to PostgreSQL";
    if (!host.empty()) message.append(" at ").append(host);
    message += ": " + words;
    // Nobody answered, or not to the end; what a server refuses is another matter.
    if (says("Is the server running") || says("server closed the connection unexpectedly") || says("Connection reset by peer"))
        return make<ConnectionLost>(std::move(message), std::move(detail));
    return make<OperationalError>(std::move(message), std::move(detail));
}

}  // namespace azoth::postgresql::detail
