// The coroutines of a connection. None of them touches the connection object after it has suspended.
#include "connection.hpp"

#include "link.hpp"
#include "opening.hpp"

#include <azoth/base/error.hpp>

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace azoth::mysql::detail {

namespace {

namespace asio = boost::asio;

awaitable<void> perform(std::shared_ptr<Link> link, std::shared_ptr<Operation> operation) {
    const auto executor = co_await asio::this_coro::executor;
    if (!link->submit(operation, executor)) {
        link->usable = false;
        throw ResourceClosedError("the connection is closed");
    }
    link->status = TransactionStatus::unknown;
    co_await operation->wait();
    link->status = operation->status;
    link->usable = operation->usable;
    // Moved out, so that the job, which lets go of the operation later, does not destroy the exception.
    if (operation->error) std::rethrow_exception(std::exchange(operation->error, nullptr));
}

awaitable<Batch> run_batch(std::shared_ptr<Link> link, std::shared_ptr<ExecuteOperation> operation) {
    try {
        co_await perform(std::move(link), operation);
    } catch (const ResourceClosedError&) {
        operation->batch.error = std::current_exception();
        operation->batch.failed_item = 0;
    }
    co_return std::move(operation->batch);
}

class Cursor final : public DriverCursor {
public:
    Cursor(std::shared_ptr<Link> link, std::shared_ptr<OpenCursor> cursor) noexcept : link_(std::move(link)), cursor_(std::move(cursor)) {}
    ~Cursor() override { cursor_->abandoned.store(true, std::memory_order_release); }
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

awaitable<std::unique_ptr<DriverCursor>> run_open_cursor(std::shared_ptr<Link> link, std::shared_ptr<OpenCursorOperation> operation) {
    co_await perform(link, operation);
    co_return std::make_unique<Cursor>(std::move(link), std::move(operation->cursor));
}

}  // namespace

awaitable<std::unique_ptr<DriverConnection>> Connection::connect(Settings settings, ConnectOptions options) {
    const auto executor = co_await asio::this_coro::executor;
    auto shared = std::make_shared<const Settings>(std::move(settings));
    auto opening = std::make_shared<Opening>(shared, options);
    Opening::start(opening, executor);
    co_await opening->wait();
    auto link = std::make_shared<Link>(options.statement_cache_size, std::move(shared));
    link->open(opening->take());
    co_return std::make_unique<Connection>(std::move(link));
}

awaitable<Batch> Connection::execute(Batch batch) { return run_batch(link_, std::make_shared<ExecuteOperation>(std::move(batch))); }

awaitable<std::unique_ptr<DriverCursor>> Connection::open_cursor(BatchItem item, Deadline deadline) {
    return run_open_cursor(link_, std::make_shared<OpenCursorOperation>(std::move(item), deadline));
}

TransactionStatus Connection::transaction_status() const noexcept { return link_->status; }

bool Connection::usable() const noexcept { return link_->usable; }

void* Connection::native_handle(const azoth::detail::Tag* type) noexcept {
    const bool mine = type == &azoth::detail::type_tag<MYSQL> && usable() && transaction_status() != TransactionStatus::unknown;
    return mine ? link_->handle() : nullptr;
}

void Connection::close() noexcept {
    link_->status = TransactionStatus::unknown;
    link_->usable = false;
    link_->close();
}

}  // namespace azoth::mysql::detail
