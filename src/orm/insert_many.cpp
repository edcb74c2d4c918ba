// Bulk insert through a session: what is pending goes first, then plain values straight into batches.
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

}  // namespace

awaitable<RowSource> SessionCore::insert_many(Tape statement, const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options) {
    state_->check_usable();
    return run_bulk(*this, detail::insert_many(*state_->connection, statement, table, first, count, stride, options), count == 0);
}

}  // namespace azoth::detail
