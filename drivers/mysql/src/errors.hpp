// The server's and the client library's errors as azoth's exceptions.
#pragma once

#include <mysql.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace azoth::mysql::detail {

/// Why an operation was stopped from outside.
enum class Stop : std::uint8_t {
    none,
    cancelled,  ///< nobody waits for it any more
    deadline,   ///< its time is over
    closed,     ///< the connection was closed
};

struct ServerError {
    int code = 0;
    std::string sqlstate;
    std::string message;
};
ServerError error_of(MYSQL* handle);
ServerError error_of(MYSQL_STMT* statement);

/// The connection does not survive this error.
bool loses_connection(int code) noexcept;
/// The server has, or may have, ended the whole transaction with this error.
bool ends_transaction(int code, bool rollback_on_timeout) noexcept;
/// What a statement that was stopped by KILL QUERY or by a limit on the server reports.
bool is_interruption(int code) noexcept;

/// Throws what `error` means for the statement `sql` (empty: none).
[[noreturn]] void throw_server_error(ServerError error, std::string_view sql);
/// Throws for an attempt to connect to `where`.
[[noreturn]] void throw_connect_error(ServerError error, const std::string& where);
/// Throws for an operation that was stopped from outside.
[[noreturn]] void throw_stopped(Stop why, std::string_view sql, bool connection_lost = false);
[[noreturn]] void throw_lost(std::string message, std::string_view sql);

/// Names out of the server's messages. Empty where there are none.
struct MessageNames {
    std::string constraint;
    std::string table;
    std::string column;
};
MessageNames parse_message(int code, std::string_view message);

}  // namespace azoth::mysql::detail
