// Counts loads that are done one by one where one query would do.
#pragma once

#include <azoth/orm/session_events.hpp>

#include <cstddef>
#include <source_location>
#include <string_view>
#include <vector>

namespace azoth::detail {

struct SessionState;

/// One session's counts, by what is loaded and by the place that loads it.
class LoadCounts {
public:
    /// Notes a load that sends a statement. `shape`: the table, relationship or column. Reports or, errors: `InvalidRequestError`, as the session's
    /// options say, when it is one too many. Calls without a place are not counted.
    /// `member`: empty for a load by key.
    void count(SessionState& state, const void* shape, const Table& table, std::string_view member, const std::source_location& where);

private:
    struct Entry {
        const void* shape;
        const char* file;
        std::uint_least32_t line;
        std::size_t times;
    };
    std::vector<Entry> entries_;
};

}  // namespace azoth::detail
