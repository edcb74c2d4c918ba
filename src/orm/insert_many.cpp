// Bulk insert: plain values straight into batches, without the unit of work.
#include "flush.hpp"

#include <azoth/base/throw.hpp>

#include <utility>

namespace azoth::detail {

namespace {

constexpr std::size_t rows_per_batch = 5000;

ColumnMask written_columns(const Table& table, const void* object) {
    ColumnMask mask;
    for (const auto& column : table.columns) {
        const bool unset = (column.generated || column.has_server_default) && column.ops->is_default(column.field(object));
        if (!unset) mask.set(column.index);
    }
    return mask;
}

bool on_conflict(const Tape& statement) {
    for (const auto& node : statement.nodes()) {
        if (node.op == Op::on_conflict) return true;
    }
    return false;
}

FlatStatement bulk_statement(const Tape& statement, const Table& table, const ColumnMask& mask) {
    for (const auto& node : statement.nodes()) {
        if (node.op == Op::insert_query) throw_argument_error("bulk insert takes insert<T>() without from_select(): the rows are what is inserted");
        if (node.op == Op::do_update) break;
        if (node.op == Op::set && !on_conflict(statement)) throw_argument_error("bulk insert takes insert<T>() without values(): the rows are what is inserted");
    }
    // The user's insert<T>() opens the tape; columns and parameters go right behind it, ON CONFLICT stays after them.
    Tape tape;
    tape.leaf(Op::insert_into, &table);
    std::uint16_t count = 0;
    for (const auto& column : table.columns) {
        if (!mask.test(column.index)) continue;
        tape.leaf(Op::column, &column);
        ++count;
    }
    if (count != 0) {
        tape.close(Op::insert_columns, count);
        tape.leaf(Op::insert_parameters);
    }
    Tape rest = statement;
    rest.mutable_nodes().erase(rest.mutable_nodes().begin());
    tape.append(std::move(rest));
    return flatten(std::move(tape));
}

awaitable<RowSource> run_bulk(SessionCore& core, std::vector<BatchItem> items, RunOptions options) {
    SessionState& state = core.internals();
    BusyGuard busy(state);
    RowSource result;
    result.rowcount = 0;
    // Core's rule for every statement: what is pending goes first.
    if (state.options.autoflush) co_await flush_state(state);
    if (items.empty()) co_return result;
    state.ensure_transaction();
    for (auto& item : items) {
        Batch batch;
        batch.items.push_back(std::move(item));
        if (!state.connection->try_run(batch, options)) batch = co_await state.connection->run(std::move(batch), options);
        if (batch.items.front().affected > 0) result.rowcount += batch.items.front().affected;
    }
    co_return result;
}

}  // namespace

awaitable<RowSource> SessionCore::insert_many(Tape statement, const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options) {
    SessionState& state = *state_;
    state.check_usable();
    std::vector<BatchItem> items;
    ColumnMask mask;
    std::vector<const Column*> columns;
    PlanPtr plan;
    for (std::size_t i = 0; i < count; ++i) {
        const void* object = static_cast<const char*>(first) + i * stride;
        const ColumnMask wanted = written_columns(table, object);
        if (items.empty() || !(wanted == mask) || items.back().executions >= rows_per_batch) {
            mask = wanted;
            columns.clear();
            for (const auto& column : table.columns) {
                if (mask.test(column.index)) columns.push_back(&column);
            }
            FlatStatement flat = bulk_statement(statement, table, mask);
            plan = plan_for(state, flat);
            BatchItem item;
            item.statement = plan->query.statement;
            item.parameters = ValueBuffer(item.statement->parameters.size());
            item.executions = 0;
            items.push_back(std::move(item));
            for (const std::uint32_t index : items.back().statement->parameters) {
                if (index >= columns.size()) throw_argument_error("bulk insert: ON CONFLICT with bound values is for single rows; use excluded(column) or columns of the table");
            }
        }
        BatchItem& item = items.back();
        for (const std::uint32_t index : item.statement->parameters) {
            const Column& column = *columns[index];
            column.ops->append(column.field(object), item.parameters);
        }
        ++item.executions;
    }
    RunOptions run;
    run.statement_timeout = options.statement_timeout;
    run.autocommit = options.autocommit;
    return run_bulk(*this, std::move(items), run);
}

}  // namespace azoth::detail
