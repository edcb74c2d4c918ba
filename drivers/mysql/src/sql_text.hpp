// The little that the driver reads out of SQL text itself: the leading keyword.
#pragma once

#include <cstdint>
#include <string_view>

namespace azoth::mysql::detail {

enum class Verb : std::uint8_t {
    other,
    select,
    change,       // INSERT, UPDATE, DELETE, REPLACE: may be executed with arrays
    begin,        // BEGIN, START TRANSACTION, without more
    begin_more,   // the same with characteristics behind it
    commit,
    rollback,     // the whole transaction
    rollback_to,  // a savepoint
    savepoint,
    release,
};

Verb verb_of(std::string_view sql) noexcept;

}  // namespace azoth::mysql::detail
