// Bulk insert and copy through a session: what is pending goes first, then plain values straight into batches.
#include "session_state.hpp"

#include <azoth/engine/raw_result.hpp>

#include <utility>

namespace azoth::detail {

namespace {

awaitable<RowSource> run_bulk(SessionCore& core, awaitable<RawResult> insert, bool empty) {
    SessionState& state = core.internals();
    BusyGuard busy(state);
    if (state.options.autoflush) co_await flush_state(state);
    if (!empty) state.ensure_transaction();
    co_return row_source(co_await std::move(insert));
}

awaitable<std::int64_t> count_rows(awaitable<RowSource> copy) {
    const RowSource counted = co_await std::move(copy);
    co_return counted.rowcount;
}

}  // namespace

awaitable<RowSource> SessionCore::insert_many(Tape statement, const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options) {
    state_->check_usable();
    return run_bulk(*this, detail::insert_many(*state_->connection, statement, table, first, count, stride, options), count == 0);
}

awaitable<std::int64_t> SessionCore::copy_many(const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options) {
    state_->check_usable();
    return count_rows(run_bulk(*this, detail::copy_many(*state_->connection, table, first, count, stride, options), count == 0));
}

}  // namespace azoth::detail
