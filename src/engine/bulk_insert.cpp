// Bulk insert and copy: many objects as rows of parameters, without the unit of work.
#include <azoth/engine/raw_result.hpp>

#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>
#include <azoth/schema/table.hpp>

#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace azoth::detail {

namespace {

constexpr std::size_t rows_per_batch = 10000;

// An object of the table's type, for default_factory to write its value into.
class Scratch {
public:
    explicit Scratch(const EntityOps& ops) : ops_(ops), object_(::operator new(ops.size, std::align_val_t(ops.align))) {
        try {
            ops_.construct(object_);
        } catch (...) {
            ::operator delete(object_, std::align_val_t(ops_.align));
            throw;
        }
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        ops_.destroy(object_);
        ::operator delete(object_, std::align_val_t(ops_.align));
    }
    void* object() const noexcept { return object_; }

private:
    const EntityOps& ops_;
    void* object_;
};

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
        items.push_back(std::move(item));
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
        if (!scratch_) scratch_ = std::make_unique<Scratch>(table_.entity);
        column.default_factory(column.field(scratch_->object()));
        column.ops->append(column.field(static_cast<const void*>(scratch_->object())), out);
    }

    EngineCore& engine_;
    const Tape& statement_;
    const Table& table_;
    std::vector<Batch> batches_;
    std::vector<bool> left_;                 // columns that the current item leaves to the database
    std::vector<const Column*> columns_;     // the others
    FlatStatement flat_;
    std::uint32_t row_columns_ = 0;
    std::size_t in_batch_ = 0;
    std::unique_ptr<Scratch> scratch_;
};

awaitable<RawResult> fly(std::shared_ptr<ConnectionCore> core, std::vector<Batch> batches, RunOptions options) {
    RawResult result;
    result.rowcount = 0;
    for (Batch& batch : batches) {
        if (!core->try_run(batch, options)) batch = co_await core->run(std::move(batch), options);
        for (const BatchItem& item : batch.items) {
            if (item.affected > 0) result.rowcount += item.affected;
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
    std::vector<Batch> batches = std::move(insert).take();
    if (options.autocommit && batches.size() > 1) {
        throw_argument_error("autocommit: " + std::to_string(count) + " rows travel in several batches, which only a transaction keeps together");
    }
    return fly(core.shared_from_this(), std::move(batches), how);
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
