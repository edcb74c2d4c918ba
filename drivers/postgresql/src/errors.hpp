// Errors: SQLSTATE to azoth's exception tree.
#pragma once

#include <azoth/base/error_detail.hpp>

#include <exception>
#include <string>
#include <string_view>

struct pg_conn;
struct pg_result;

namespace azoth::postgresql::detail {

/// Why a statement was stopped from here.
enum class Stop : unsigned char { none, cancelled, deadline, closed };

/// What the server said in an error result. `stop`: what this side had asked for, if anything. `lost`: the connection is gone.
std::exception_ptr error_of(const pg_result* result, std::string_view sql, Stop stop, bool lost);
/// The connection broke, or was given up, without a word of the server's; `why` ends the sentence.
std::exception_ptr connection_lost(std::string_view why, std::string_view sql);
/// The statement was stopped from here and the connection did not survive it.
std::exception_ptr stopped(Stop stop, std::string_view sql, bool lost);
/// A connect that failed. `what`: the server's or libpq's words.
std::exception_ptr connect_error(pg_conn* connection, std::string_view host);
/// A server's message without what stands in quotes, where that may be a value.
std::string without_values(std::string_view message);

}  // namespace azoth::postgresql::detail
