// Server defaults where INSERT has no RETURNING: the rows just inserted are read by key, many in one query, in the same flush.
#include "columns_by_key.hpp"
#include "flush.hpp"

#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>

#include <algorithm>
#include <string>

namespace azoth::detail {

bool Flush::reads_back() const noexcept {
    return std::any_of(groups.begin(), groups.end(), [](const WriteGroup& group) { return group.read_back; });
}

awaitable<void> read_defaults(SessionState& state, std::vector<WriteGroup> groups) {
    Batch batch;
    std::vector<ColumnsByKey> reads;
    std::vector<std::size_t> ends;  // of each group's statements
    for (const auto& group : groups) {
        reads.emplace_back(*group.table, group.returning);
        reads.back().request(state, group.entities, batch.items);
        ends.push_back(batch.items.size());
    }
    const RunOptions options;
    if (!state.connection->try_run(batch, options)) batch = co_await state.connection->run(std::move(batch), options);
    for (std::size_t g = 0, i = 0; g < groups.size(); ++g) {
        std::size_t rows = 0;
        for (; i < ends[g]; ++i) {
            rows += batch.items[i].rows.rows();
            reads[g].take(state, batch.items[i].rows);
        }
        if (rows != groups[g].entities.size()) {
            throw_internal_error(std::to_string(groups[g].entities.size()) + " rows were inserted into " + groups[g].table->name + ", " + std::to_string(rows) +
                                 " of them could be read back for what the database filled in");
        }
    }
}

}  // namespace azoth::detail
