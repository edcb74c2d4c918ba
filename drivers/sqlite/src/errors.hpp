// SQLite's result codes as azoth's exceptions.
#pragma once

#include "token.hpp"

#include <string>
#include <string_view>

struct sqlite3;

namespace azoth::sqlite::detail {

/// What was going on when a call failed.
struct Failure {
    std::string_view sql{};        // empty: none
    std::string_view path{};       // the database's name for messages
    bool preparing = false;        // the statement had not started: SQLITE_ERROR means wrong SQL
    Stop stop = Stop::none;        // what the operation's token said
    bool waited_for_lock = false;  // the busy handler gave up
};

/// Throws what SQLite reported last on `database` (which may be null) for result `code`.
[[noreturn]] void throw_failure(sqlite3* database, int code, const Failure& failure);

/// Throws for an operation that was stopped by its token.
[[noreturn]] void throw_stopped(Stop why, std::string_view sql, bool waited_for_lock, int native_code);

/// Table and column out of "UNIQUE constraint failed: users.email, users.name" and the like.
struct ConstraintNames {
    std::string constraint;
    std::string table;
    std::string column;  // several: "email, name"
};
ConstraintNames parse_constraint_message(std::string_view message);

}  // namespace azoth::sqlite::detail
