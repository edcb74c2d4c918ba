// Running one statement: plan, values, rows.
#include <azoth/engine/raw_result.hpp>

#include <azoth/engine/engine_core.hpp>
#include <azoth/schema/table.hpp>

#include <sql/defaults.hpp>

#include <utility>

namespace azoth::detail {

namespace {

Batch batch_of(BatchItem item) {
    Batch batch;
    batch.items.push_back(std::move(item));
    return batch;
}

void take(RawResult& result, Batch&& batch, PlanPtr plan) {
    BatchItem& item = batch.items.front();
    result.rows = std::move(item.rows);
    result.rowcount = item.affected;
    result.generated_keys = std::move(item.generated_keys);
    result.plan = std::move(plan);
}

awaitable<RawResult> fly(std::shared_ptr<ConnectionCore> core, FlatStatement statement, ExecutionOptions options) {
    PlanPtr plan = core->engine().plan(statement);
    Batch batch = batch_of(bind_values(plan, statement));
    const RunOptions how = run_options(options);
    if (!core->try_run(batch, how)) batch = co_await core->run(std::move(batch), how);
    RawResult result;
    take(result, std::move(batch), std::move(plan));
    co_return std::move(result);
}

}  // namespace

BatchItem bind_values(const PlanPtr& plan, const FlatStatement& statement) {
    BatchItem item;
    item.statement = plan->query.statement;
    item.parameters.clear(item.statement->parameters.size());
    for (const std::uint32_t index : item.statement->parameters) item.parameters.append(item.statement->value(index, statement.values));
    return item;
}

RunOptions run_options(const ExecutionOptions& options) noexcept {
    RunOptions result;
    result.statement_timeout = options.statement_timeout;
    result.autocommit = options.autocommit;
    return result;
}

awaitable<RawResult> execute(ConnectionCore& core, FlatStatement statement, ExecutionOptions options) {
    core.check_ready(run_options(options));
    fill_defaults(statement);
    return fly(core.shared_from_this(), std::move(statement), options);
}

bool try_execute(ConnectionCore& core, const FlatStatement& statement, const ExecutionOptions& options, RawResult& result) {
    PlanPtr plan = core.engine().plan(statement);
    Batch batch = batch_of(bind_values(plan, statement));
    if (!core.try_run(batch, run_options(options))) return false;
    take(result, std::move(batch), std::move(plan));
    return true;
}

RowSource row_source(RawResult&& result) {
    RowSource source;
    source.row_count = result.rows.rows();
    source.rows = std::move(result.rows);
    source.rowcount = result.rowcount;
    source.generated_keys = std::move(result.generated_keys);
    if (!result.plan) return source;
    source.returns_rows = result.plan->query.statement->returns_rows;
    source.first_column.reserve(result.plan->query.items.size());
    source.keys.reserve(result.plan->query.statement->columns);
    for (const ResultItem& item : result.plan->query.items) {
        source.first_column.push_back(item.first_column);
        source.further.push_back(item.further);
        item.append_names(source.keys);
    }
    return source;
}

}  // namespace azoth::detail
