// Bulk insert and copy through a session: what is pending goes first, then plain values straight into batches.
#include "query.hpp"
#include "synchronize.hpp"

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

// The plan of the statement without its rows: what RETURNING gives does not depend on them.
awaitable<RowSource> run_insert(SessionCore& core, awaitable<RawResult> insert, FlatStatement statement, PlanPtr cached, bool empty, ExecutionOptions options) {
    SessionState& state = core.internals();
    const QueryPlan& plan = plan_of(cached);
    BusyGuard busy(state);
    if (state.options.autoflush) co_await flush_state(state);
    if (!empty) state.ensure_transaction();
    RawResult raw = co_await std::move(insert);
    if (plan.updates_existing && !empty) expire_table(state, *plan.target);
    BatchItem item;
    item.rows = std::move(raw.rows);
    item.affected = raw.rowcount;
    ReadHow read;
    read.overwrite = true;
    const std::vector<Entity*> entities = plan.query.slots.empty() ? std::vector<Entity*>() : read_entities(state, plan.query, item.rows, read);
    RowSource source = make_source(state, plan, std::move(item), entities, nullptr);
    if (!plan.query.further.empty() && !entities.empty()) {
        LoadRun run;
        run.original = &statement;
        run.options = run_options_of(options);
        co_await load_related(state, work_after(plan.query, entities), run);
    }
    co_return source;
}

awaitable<std::int64_t> count_rows(awaitable<RowSource> copy) {
    const RowSource counted = co_await std::move(copy);
    co_return counted.rowcount;
}

}  // namespace

awaitable<RowSource> SessionCore::insert_many(Tape statement, const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options) {
    state_->check_usable();
    FlatStatement flat = session_statement(*state_, Tape(statement));
    PlanPtr plan = query_plan(*state_, flat);
    return run_insert(*this, detail::insert_many(*state_->connection, statement, table, first, count, stride, options), std::move(flat), std::move(plan), count == 0, options);
}

awaitable<std::int64_t> SessionCore::copy_many(const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options) {
    state_->check_usable();
    return count_rows(run_bulk(*this, detail::copy_many(*state_->connection, table, first, count, stride, options), count == 0));
}

}  // namespace azoth::detail
