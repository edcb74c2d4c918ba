// The server's and the client library's errors as azoth's exceptions.
#pragma once

#include "error_codes.hpp"

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

/// Throws what `error` means for the statement `sql` (empty: none).
[[noreturn]] void throw_server_error(ServerError error, std::string_view sql);
/// Throws for an attempt to connect to `where`.
[[noreturn]] void throw_connect_error(ServerError error, const std::string& where);
/// Throws for an operation that was stopped from outside.
[[noreturn]] void throw_stopped(Stop why, std::string_view sql, bool connection_lost = false);
[[noreturn]] void throw_lost(std::string message, std::string_view sql);

}  // namespace azoth::mysql::detail
