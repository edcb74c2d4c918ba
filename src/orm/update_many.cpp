// Bulk update through a session: what is pending goes first, then plain values by key; what is loaded of these rows is reread when next met.
#include "session_state.hpp"

#include <azoth/engine/raw_result.hpp>

#include <utility>

namespace azoth::detail {

namespace {

ValueBuffer keys_of(const Table& table, const void* first, std::size_t count, std::size_t stride) {
    ValueBuffer keys(table.primary_key.size());
    keys.reserve_rows(count);
    for (std::size_t i = 0; i < count; ++i) {
        const void* object = static_cast<const char*>(first) + i * stride;
        for (const std::uint32_t index : table.primary_key) table.columns[index].ops->append(table.columns[index].field(object), keys);
    }
    return keys;
}

awaitable<RowSource> run_update(SessionState& state, awaitable<RawResult> update, const Table& table, ValueBuffer keys) {
    BusyGuard busy(state);
    if (state.options.autoflush) co_await flush_state(state);
    if (!keys.empty()) state.ensure_transaction();
    RowSource source = row_source(co_await std::move(update));
    for (std::size_t row = 0; row < keys.rows(); ++row) {
        if (Entity* entity = state.map.find(table, keys.row(row)); entity != nullptr) entity->epoch = 0;
    }
    co_return source;
}

}  // namespace

awaitable<RowSource> SessionCore::update_many(Tape statement, const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options) {
    state_->check_usable();
    return run_update(*state_, detail::update_many(*state_->connection, statement, table, first, count, stride, options), table, keys_of(table, first, count, stride));
}

}  // namespace azoth::detail
