// SessionCore::execute: flush, run, rows to entities, eager loads.
#include "query.hpp"

#include "key_index.hpp"
#include "synchronize.hpp"

#include <sql/defaults.hpp>

#include <utility>

namespace azoth::detail {

namespace {

// Rows that differ only in members of a joined collection are one row to the user.
std::vector<std::uint32_t> distinct_rows(const QueryPlan& plan, const std::vector<Entity*>& entities, std::size_t rows) {
    const std::size_t slots = plan.query.slots.size();
    KeyIndex seen(plan.query.selected);
    std::vector<std::uint32_t> kept;
    std::vector<ValueView> key(plan.query.selected);
    for (std::uint32_t row = 0; row < rows; ++row) {
        for (std::size_t i = 0; i < key.size(); ++i) key[i] = ValueView::of_integer(static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(entities[row * slots + i])));
        if (seen.insert(key) == kept.size()) kept.push_back(row);
    }
    return kept;
}

std::vector<std::int64_t> first_column(const ValueBuffer& rows) {
    std::vector<std::int64_t> keys;
    keys.reserve(rows.rows());
    for (std::size_t i = 0; i < rows.rows(); ++i) keys.push_back(decode<std::int64_t>(rows.row(i)[0], "generated key"));
    return keys;
}

// The rows that an UPDATE or DELETE will meet.
BatchItem bind_keys(const QueryPlan& plan, const FlatStatement& statement) {
    BatchItem item;
    item.statement = plan.key_query;
    item.parameters = ValueBuffer(item.statement->parameters.size());
    for (const std::uint32_t parameter : item.statement->parameters) item.parameters.append(statement.values[parameter].view());
    return item;
}

awaitable<RowSource> run_query(SessionState& state, BusyGuard busy, FlatStatement statement, PlanPtr cached, ExecutionOptions options) {
    const BusyGuard held(std::move(busy));
    const QueryPlan& plan = plan_of(cached);
    const bool flush_all = plan.kind != QueryPlan::Kind::select;
    if (state.options.autoflush && needs_flush(state, plan.tables, flush_all)) co_await flush_state(state);

    const RunOptions how = run_options_of(options);
    if (!options.autocommit) state.ensure_transaction();
    Batch batch;
    if (plan.key_query != nullptr) batch.items.push_back(bind_keys(plan, statement));
    batch.items.push_back(bind_query(plan.query, statement));
    batch.items.back().want_generated_keys = plan.wants_keys;
    if (!state.connection->try_run(batch, how)) batch = co_await state.connection->run(std::move(batch), how);

    BatchItem& item = batch.items.back();
    const bool deletes = plan.kind == QueryPlan::Kind::delete_;
    const ValueBuffer* keys = plan.key_query != nullptr || plan.hides_rows() ? &batch.items.front().rows : nullptr;
    if (!deletes) synchronize(state, plan, statement, keys);
    ReadHow read;
    read.overwrite = plan.overwrite;
    const std::vector<Entity*> entities = plan.query.slots.empty() ? std::vector<Entity*>() : read_entities(state, plan.query, item.rows, read);
    if (deletes) {
        for (auto* entity : entities) {
            if (entity != nullptr) row_gone(state, *entity);
        }
        synchronize(state, plan, statement, keys);
    }
    RowSource source = make_source(state, plan, std::move(item), entities, nullptr);
    if (!plan.query.further.empty() && plan.kind != QueryPlan::Kind::delete_) {
        LoadRun run;
        run.original = &statement;
        run.overwrite = plan.populate_existing;
        run.options = how;
        co_await load_related(state, work_after(plan.query, entities), run);
    }
    co_return source;
}

}  // namespace

RunOptions run_options_of(const ExecutionOptions& options) noexcept {
    RunOptions run;
    run.statement_timeout = options.statement_timeout;
    run.autocommit = options.autocommit;
    return run;
}

RowSource make_source(SessionState& state, const QueryPlan& plan, BatchItem&& item, const std::vector<Entity*>& entities, Graph* into) {
    RowSource source;
    const std::size_t slots = plan.query.slots.size();
    const std::size_t rows = plan.hides_rows() ? 0 : item.rows.rows();
    source.first_column = plan.first_column;
    source.further = plan.further;
    source.keys = plan.keys;
    source.rowcount = item.affected;
    source.returns_rows = plan.query.statement->returns_rows && !plan.hides_rows();
    source.generated_keys = plan.keys_returned ? first_column(item.rows) : std::move(item.generated_keys);
    source.graph = into != nullptr ? into->share() : state.graph;
    source.entity_items = plan.query.selected;
    source.objects.reserve(rows * plan.query.selected);
    const auto take = [&](std::size_t row) {
        for (std::size_t i = 0; i < plan.query.selected; ++i) {
            Entity* entity = entities[row * slots + i];
            source.objects.push_back(entity == nullptr ? nullptr : entity->object);
        }
    };
    if (plan.query.repeats && !plan.values_selected) {
        const auto kept = distinct_rows(plan, entities, rows);
        for (const std::uint32_t row : kept) take(row);
        source.row_count = kept.size();
    } else {
        for (std::size_t row = 0; row < rows && plan.query.selected != 0; ++row) take(row);
        source.row_count = rows;
    }
    // Values are decoded from the rows later; entities have their own by now, and rows of text can be large.
    if (plan.values_selected) source.rows = std::move(item.rows);
    return source;
}

awaitable<RowSource> SessionCore::execute(Tape statement, ExecutionOptions options) {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    FlatStatement flat = session_statement(state, std::move(statement));
    fill_defaults(flat);
    PlanPtr plan = query_plan(state, flat);
    return run_query(state, std::move(busy), std::move(flat), std::move(plan), options);
}

}  // namespace azoth::detail
