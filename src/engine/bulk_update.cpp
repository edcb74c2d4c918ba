// Bulk update: the columns of many objects written to the rows of their keys, without the unit of work.
#include <azoth/engine/raw_result.hpp>

#include <azoth/base/error.hpp>
#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>
#include <azoth/schema/table.hpp>

#include <schema/spare_object.hpp>
#include <sql/key_condition.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace azoth::detail {

namespace {

/// UPDATE of every column but the key, as one item with one execution a row. Its binds: the columns, the key, the version.
class BulkUpdate {
public:
    BulkUpdate(EngineCore& engine, const Table& table) : table_(table) {
        Tape tape;
        tape.leaf(Op::update_table, &table);
        for (const Column& column : table.columns) {
            if (column.primary_key) continue;
            set_.push_back(&column);
            tape.bind(Value());
            tape.close(Op::set, 1, &column);
        }
        if (set_.empty()) throw_argument_error("update of " + table.full_name() + ": it has no column beside its key that could be set");
        write_key_condition(tape, table);
        item_.statement = engine.plan(flatten(std::move(tape)))->query.statement;
        item_.parameters.clear(item_.statement->parameters.size());
        item_.executions = 0;
        item_.expected_rows_each = 1;
    }

    void add(const void* object) {
        for (const std::uint32_t index : item_.statement->parameters) append(object, index);
        ++item_.executions;
    }

    Batch take() && {
        Batch batch;
        batch.items.push_back(std::move(item_));
        return batch;
    }

private:
    bool is_version(const Column& column) const { return table_.version_column == static_cast<std::int32_t>(column.index); }

    void append(const void* object, std::uint32_t index) {
        if (index >= set_.size()) {
            const std::size_t key = index - set_.size();
            const Column& column = table_.columns[key < table_.primary_key.size() ? table_.primary_key[key] : static_cast<std::size_t>(table_.version_column)];
            column.ops->append(column.field(object), item_.parameters);
            return;
        }
        const Column& column = *set_[index];
        if (is_version(column)) {
            Value current;
            column.ops->encode(column.field(object), current);
            item_.parameters.append(ValueView::of_integer(current.view().integer + 1));
        } else if (column.onupdate != nullptr && column.ops->is_default(column.field(object))) {
            if (!spare_) spare_.emplace(table_.entity);
            column.ops->append(spare_->made(column, column.onupdate), item_.parameters);
        } else {
            column.ops->append(column.field(object), item_.parameters);
        }
    }

    const Table& table_;
    std::vector<const Column*> set_;
    BatchItem item_;
    std::optional<SpareObject> spare_;
};

awaitable<RawResult> fly(std::shared_ptr<ConnectionCore> core, const Table& table, Batch batch, RunOptions options) {
    try {
        if (!core->try_run(batch, options)) batch = co_await core->run(std::move(batch), options);
    } catch (const StaleDataError& stale) {  // the driver knows which execution: they are in the order of the rows
        throw StaleDataError("UPDATE of " + std::string(table.type_name) + " in " + table.name + " by given rows, counted from 0: " + stale.message() +
                                 "; there is no row with that key" + (table.version_column >= 0 ? " and version" : ""),
                             stale.detail());
    }
    RawResult result;
    result.rowcount = batch.items.front().affected;
    co_return std::move(result);
}

awaitable<RawResult> nothing() {
    RawResult result;
    result.rowcount = 0;
    co_return std::move(result);
}

}  // namespace

awaitable<RawResult> update_many(ConnectionCore& core, const Tape& statement, const Table& table, const void* first, std::size_t count, std::size_t stride,
                                 ExecutionOptions options) {
    const RunOptions how = run_options(options);
    core.check_ready(how);
    if (statement.nodes().size() != 1) throw_argument_error("execute(update<T>(), rows) of " + table.full_name() + " writes each row by its key: leave out values(), where() and returning()");
    if (count == 0) return nothing();
    BulkUpdate update(core.engine(), table);
    for (std::size_t i = 0; i < count; ++i) update.add(static_cast<const char*>(first) + i * stride);
    return fly(core.shared_from_this(), table, std::move(update).take(), how);
}

}  // namespace azoth::detail
