// The little that the driver reads out of SQL text itself: the leading keyword, and whether anything follows a
// statement.
#pragma once

#include <cstdint>
#include <string_view>

namespace azoth::sqlite::detail {

enum class Verb : std::uint8_t {
    other,
    change,  // INSERT, UPDATE, DELETE, REPLACE, and WITH in front of one (told apart from a query by
             // sqlite3_stmt_readonly)
    begin,
    commit,       // COMMIT, END
    rollback,     // the whole transaction
    rollback_to,  // a savepoint
    savepoint,
    release,
};

Verb verb_of(std::string_view sql) noexcept;

/// True when `text` holds nothing but white space, comments and semicolons.
bool is_blank(std::string_view text) noexcept;

}  // namespace azoth::sqlite::detail
