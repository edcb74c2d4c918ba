// Bulk insert and copy: many objects as rows of parameters, without the unit of work.
#include <azoth/engine/raw_result.hpp>

#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>
#include <azoth/schema/table.hpp>

#include <schema/spare_object.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace azoth::detail {

namespace {

constexpr std::size_t rows_per_batch = 10000;

// Objects one after the other into batches: consecutive ones that leave the same columns to the database share a statement.
class BulkInsert {
public:
    BulkInsert(EngineCore& engine, const Tape& statement, const Table& table) : engine_(engine), statement_(statement), table_(table) {}

    void add(const void* object) {
        std::vector<bool> left(table_.columns.size());
        for (const Column& column : table_.columns) {
            const bool unset = column.generated || column.has_server_default;
            left[column.index] = column.read_only() || (unset && column.ops->is_default(column.field(object)));
        }
        if (batches_.empty() || in_batch_ == rows_per_batch) {
            batches_.emplace_back();
            in_batch_ = 0;
            left_.clear();
        }
        auto& items = batches_.back().items;
        if (items.empty() || left != left_) {
            left_ = std::move(left);
            begin_item(items);
        }
        BatchItem& item = items.back();
        for (const std::uint32_t index : item.statement->parameters) append(object, index, item.parameters);
        ++item.executions;
        ++in_batch_;
    }

    std::vector<Batch> take() && { return std::move(batches_); }
    /// What RETURNING gives is the same for all of them.
    const PlanPtr& plan() const noexcept { return first_plan_; }

private:
    void begin_item(std::vector<BatchItem>& items) {
        columns_.clear();
        for (const Column& column : table_.columns) {
            if (!left_[column.index]) columns_.push_back(&column);
        }
        Tape tape = statement_;
        Tape names;
        for (const Column* column : columns_) names.leaf(Op::column, column);
        names.close(Op::insert_columns, static_cast<std::uint16_t>(columns_.size()));
        names.leaf(Op::insert_parameters);
        tape.append(std::move(names));
        flat_ = flatten(std::move(tape));
        const PlanPtr plan = engine_.plan(flat_);
        row_columns_ = plan->query.row_columns;
        BatchItem item;
        item.statement = plan->query.statement;
        item.parameters.clear(item.statement->parameters.size());
        item.executions = 0;
        // What comes back by arrays is in order when it begins with the generated key; other statements have no such form.
        item.want_generated_keys = item.statement->returns_rows && !item.statement->array_sql.empty();
        items.push_back(std::move(item));
        if (!first_plan_) first_plan_ = plan;
    }

    void append(const void* object, std::uint32_t index, ValueBuffer& out) {
        if (index >= row_columns_) {
            out.append(flat_.values[index - row_columns_].view());
            return;
        }
        const Column& column = *columns_[index];
        if (column.default_factory == nullptr || !column.ops->is_default(column.field(object))) {
            column.ops->append(column.field(object), out);
            return;
        }
        if (!spare_) spare_.emplace(table_.entity);
        column.ops->append(spare_->made(column, column.default_factory), out);
    }

    EngineCore& engine_;
    const Tape& statement_;
    const Table& table_;
    std::vector<Batch> batches_;
    std::vector<bool> left_;                 // columns that the current item leaves to the database
    std::vector<const Column*> columns_;     // the others
    FlatStatement flat_;
    PlanPtr first_plan_;
    std::uint32_t row_columns_ = 0;
    std::size_t in_batch_ = 0;
    std::optional<SpareObject> spare_;
};

void append_rows(ValueBuffer& to, const ValueBuffer& from) {
    if (to.columns() != from.columns()) to.clear(from.columns());
    to.reserve_rows(to.rows() + from.rows());
    for (const ValueView& cell : from.cells()) to.append(cell);
}

awaitable<RawResult> fly(std::shared_ptr<ConnectionCore> core, std::vector<Batch> batches, PlanPtr plan, RunOptions options) {
    RawResult result;
    result.rowcount = 0;
    result.plan = std::move(plan);
    for (Batch& batch : batches) {
        if (!core->try_run(batch, options)) batch = co_await core->run(std::move(batch), options);
        for (const BatchItem& item : batch.items) {
            if (item.affected > 0) result.rowcount += item.affected;
            if (!item.rows.empty()) append_rows(result.rows, item.rows);
        }
        batch = Batch();
    }
    co_return std::move(result);
}

awaitable<RawResult> send_many(ConnectionCore& core, const Tape& statement, const Table& table, const void* first, std::size_t count, std::size_t stride,
                               ExecutionOptions options, bool copy) {
    RunOptions how = run_options(options);
    how.copy = copy;
    core.check_ready(how);
    BulkInsert insert(core.engine(), statement, table);
    for (std::size_t i = 0; i < count; ++i) insert.add(static_cast<const char*>(first) + i * stride);
    PlanPtr plan = insert.plan();
    if (!plan && !copy) plan = core.engine().plan(flatten(statement));  // no rows were given; the result has its columns all the same
    std::vector<Batch> batches = std::move(insert).take();
    if (options.autocommit && batches.size() > 1) {
        throw_argument_error("autocommit: " + std::to_string(count) + " rows travel in several batches, which only a transaction keeps together");
    }
    return fly(core.shared_from_this(), std::move(batches), std::move(plan), how);
}

}  // namespace

awaitable<RawResult> insert_many(ConnectionCore& core, const Tape& statement, const Table& table, const void* first, std::size_t count, std::size_t stride,
                                 ExecutionOptions options) {
    return send_many(core, statement, table, first, count, stride, options, false);
}

awaitable<RawResult> copy_many(ConnectionCore& core, const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options) {
    Tape insert;
    insert.leaf(Op::insert_into, &table);
    return send_many(core, insert, table, first, count, stride, options, true);
}

}  // namespace azoth::detail
