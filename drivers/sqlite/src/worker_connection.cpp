// The coroutines of execution=worker. None of them touches the connection object after it has suspended.
#include "worker_connection.hpp"

#include "link.hpp"

#include <azoth/base/error.hpp>

#include <system_error>
#include <utility>

namespace azoth::sqlite::detail {

namespace {

awaitable<void> perform(std::shared_ptr<Link> link, std::shared_ptr<Operation> operation) {
    if (!link->start(operation)) co_await operation->wait();
    link->finish(*operation);
    // Moved out, so that the worker, which lets go of the operation later, does not destroy the exception.
    if (operation->error) std::rethrow_exception(std::exchange(operation->error, nullptr));
}

awaitable<Batch> run_batch(std::shared_ptr<Link> link, std::shared_ptr<ExecuteOperation> operation) {
    bool complete = false;
    try {
        complete = link->start(operation);
    } catch (const ResourceClosedError&) {
        operation->batch.error = std::current_exception();
        operation->batch.failed_item = 0;
        co_return std::move(operation->batch);
    }
    if (!complete) co_await operation->wait();
    link->finish(*operation);
    co_return std::move(operation->batch);
}

class WorkerCursor final : public DriverCursor {
public:
    WorkerCursor(std::shared_ptr<Link> link, std::shared_ptr<OpenCursor> cursor) noexcept
        : link_(std::move(link)), cursor_(std::move(cursor)) {}
    ~WorkerCursor() override {
        cursor_->abandoned.store(true, std::memory_order_release);
        link_->worker->sweep();
    }
    awaitable<ValueBuffer> fetch(std::size_t max_rows, ValueBuffer rows, Deadline deadline) override {
        return run_fetch(link_, std::make_shared<FetchOperation>(cursor_, max_rows, std::move(rows), deadline));
    }

private:
    static awaitable<ValueBuffer> run_fetch(std::shared_ptr<Link> link, std::shared_ptr<FetchOperation> operation) {
        co_await perform(std::move(link), operation);
        co_return std::move(operation->rows);
    }

    std::shared_ptr<Link> link_;
    std::shared_ptr<OpenCursor> cursor_;
};

awaitable<std::unique_ptr<DriverCursor>> run_open_cursor(std::shared_ptr<Link> link,
                                                         std::shared_ptr<OpenCursorOperation> operation) {
    co_await perform(link, operation);
    co_return std::make_unique<WorkerCursor>(std::move(link), std::move(operation->cursor));
}

}  // namespace

awaitable<std::unique_ptr<DriverConnection>> WorkerConnection::connect(Settings settings, ConnectOptions options) {
    auto link = std::make_shared<Link>(options.statement_cache_size);
    try {
        link->worker->start();
    } catch (const std::system_error& error) {
        throw OperationalError(std::string("cannot start a thread for the SQLite connection: ") + error.what());
    }
    // From here on the connection's destructor ends the thread, whatever happens.
    auto connection = std::make_unique<WorkerConnection>(link);
    Deadline deadline;
    if (options.connect_timeout.count() > 0) deadline = Clock::now() + options.connect_timeout;
    link->deferred = settings.begin == "BEGIN";
    auto operation = std::make_shared<OpenOperation>(std::move(settings), deadline);
    co_await perform(link, operation);
    co_return connection;
}

awaitable<Batch> WorkerConnection::execute(Batch batch) {
    return run_batch(link_, std::make_shared<ExecuteOperation>(std::move(batch)));
}

awaitable<std::unique_ptr<DriverCursor>> WorkerConnection::open_cursor(BatchItem item, Deadline deadline) {
    return run_open_cursor(link_, std::make_shared<OpenCursorOperation>(std::move(item), deadline));
}

bool WorkerConnection::rollback_may_wait() const noexcept { return link_->deferred; }

TransactionStatus WorkerConnection::transaction_status() const noexcept { return link_->status; }

bool WorkerConnection::usable() const noexcept { return link_->usable && !link_->closed; }

void* WorkerConnection::native_handle(const azoth::detail::Tag* type) noexcept {
    const bool mine = type == &azoth::detail::type_tag<sqlite3> && usable() && transaction_status() != TransactionStatus::unknown;
    return mine ? link_->worker->handle() : nullptr;
}

void WorkerConnection::close() noexcept {
    link_->closed = true;
    link_->status = TransactionStatus::unknown;
    link_->worker->close();
}

std::uint64_t WorkerConnection::hops() const noexcept { return link_->hops; }

}  // namespace azoth::sqlite::detail
