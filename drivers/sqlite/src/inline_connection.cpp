// Inline execution: coroutines that never suspend.
#include "inline_connection.hpp"

#include <azoth/base/error.hpp>

#include <thread>
#include <utility>

namespace azoth::sqlite::detail {

namespace {

using State = InlineConnection::State;

std::exception_ptr closed_error() { return std::make_exception_ptr(ResourceClosedError("the connection is closed")); }

void run(State& state, Batch& batch) {
    if (!state.database) {
        batch.error = closed_error();
        batch.failed_item = 0;
        return;
    }
    Token token(batch.deadline);
    state.database->execute(batch, token);
}

class InlineCursor final : public DriverCursor {
public:
    InlineCursor(std::shared_ptr<State> state, std::shared_ptr<OpenCursor> cursor) noexcept
        : state_(std::move(state)), cursor_(std::move(cursor)) {}
    ~InlineCursor() override { cursor_->abandoned.store(true, std::memory_order_release); }
    awaitable<ValueBuffer> fetch(std::size_t max_rows, ValueBuffer rows, Deadline deadline) override {
        return run_fetch(state_, cursor_, max_rows, std::move(rows), deadline);
    }

private:
    static awaitable<ValueBuffer> run_fetch(std::shared_ptr<State> state, std::shared_ptr<OpenCursor> cursor,
                                            std::size_t max_rows, ValueBuffer rows, Deadline deadline) {
        if (!state->database) std::rethrow_exception(closed_error());
        Token token(deadline);
        state->database->fetch(*cursor, max_rows, rows, token);
        co_return rows;
    }

    std::shared_ptr<State> state_;
    std::shared_ptr<OpenCursor> cursor_;
};

awaitable<Batch> run_batch(std::shared_ptr<State> state, Batch batch) {
    run(*state, batch);
    co_return batch;
}

awaitable<std::unique_ptr<DriverCursor>> run_open_cursor(std::shared_ptr<State> state, BatchItem item, Deadline deadline) {
    if (!state->database) std::rethrow_exception(closed_error());
    Token token(deadline);
    auto cursor = state->database->open_cursor(std::move(item), token);
    co_return std::make_unique<InlineCursor>(std::move(state), std::move(cursor));
}

}  // namespace

awaitable<std::unique_ptr<DriverConnection>> InlineConnection::connect(Settings settings, ConnectOptions options) {
    auto state = std::make_shared<State>();
    state->database = std::make_unique<Database>(options.statement_cache_size);
    state->in_memory = settings.memory;
    Deadline deadline;
    if (options.connect_timeout.count() > 0) deadline = Clock::now() + options.connect_timeout;
    Token token(deadline);
    state->database->open(settings, token);
    co_return std::make_unique<InlineConnection>(std::move(state));
}

awaitable<Batch> InlineConnection::execute(Batch batch) { return run_batch(state_, std::move(batch)); }

bool InlineConnection::try_execute(Batch& batch) {
    run(*state_, batch);
    return true;
}

awaitable<std::unique_ptr<DriverCursor>> InlineConnection::open_cursor(BatchItem item, Deadline deadline) {
    return run_open_cursor(state_, std::move(item), deadline);
}

TransactionStatus InlineConnection::transaction_status() const noexcept {
    return state_->database ? state_->database->status() : TransactionStatus::unknown;
}

void InlineConnection::close() noexcept {
    std::unique_ptr<Database> database = std::move(state_->database);
    if (!database || state_->in_memory) return;
    // Closing a file can mean a checkpoint of its log: not on a thread that only drops a connection.
    try {
        auto* raw = database.get();
        std::thread([raw] { delete raw; }).detach();
        static_cast<void>(database.release());
    } catch (...) {
        // no thread to be had: here, after all
    }
}

}  // namespace azoth::sqlite::detail
