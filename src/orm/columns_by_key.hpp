// Single columns of rows whose keys are known: read many in one query, put into their entities.
#pragma once

#include "session_state.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace azoth::detail {

/// SELECT key, columns FROM table WHERE key IN (...). `entities`: of one table, each once.
class ColumnsByKey {
public:
    ColumnsByKey(const Table& table, std::span<const std::uint32_t> columns) : table_(table), columns_(columns.begin(), columns.end()) {}

    /// Appends the statements; 500 keys each.
    void request(SessionState& state, std::span<Entity* const> entities, std::vector<BatchItem>& items) const;
    /// The rows of one of the statements into members and snapshots. Errors: `InternalError` for a key that nobody asked for.
    void take(SessionState& state, const ValueBuffer& rows) const;
    const Table& table() const noexcept { return table_; }

private:
    FlatStatement statement(const ValueBuffer& keys, std::size_t first, std::size_t count) const;

    const Table& table_;
    std::vector<std::uint32_t> columns_;
};

}  // namespace azoth::detail
