// Operations started and awaited.
#include "connection.hpp"

#include "cursor.hpp"
#include "perform.hpp"

#include <azoth/base/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace azoth::postgresql::detail {

awaitable<void> perform(std::shared_ptr<Link> link, std::shared_ptr<Operation> operation) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    link->submit(operation, executor);
    co_await operation->wait();
    if (operation->error) std::rethrow_exception(std::exchange(operation->error, nullptr));
}

namespace {

awaitable<Batch> run_batch(std::shared_ptr<Link> link, std::shared_ptr<ExecuteOperation> operation) {
    const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
    bool accepted = true;
    try {
        link->submit(operation, executor);
    } catch (const ResourceClosedError&) {
        operation->batch.error = std::current_exception();
        operation->batch.failed_item = 0;
        accepted = false;
    }
    if (accepted) co_await operation->wait();
    co_return std::move(operation->batch);
}

awaitable<std::unique_ptr<DriverCursor>> run_open_cursor(std::shared_ptr<Link> link, std::shared_ptr<OpenCursorOperation> operation) {
    co_await perform(link, operation);
    co_return std::make_unique<Cursor>(std::move(link), std::move(operation->cursor));
}

awaitable<Notification> run_notification(std::shared_ptr<Link> link, std::shared_ptr<NotificationOperation> operation) {
    co_await perform(std::move(link), operation);
    co_return std::move(operation->notification);
}

// https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-PG-SNAPSHOT
awaitable<std::optional<bool>> ask_outcome(std::shared_ptr<Link> link, std::string id) {
    auto statement = std::make_shared<CompiledStatement>();
    statement->sql = "SELECT pg_xact_status($1::xid8)";
    statement->columns = 1;
    statement->returns_rows = true;
    statement->effect = Effect::read;
    BatchItem item;
    item.statement = std::move(statement);
    item.parameters.clear(1);
    item.parameters.append(ValueView::of_bytes(id, ValueKind::text));
    Batch batch;
    batch.items.push_back(std::move(item));
    auto operation = std::make_shared<ExecuteOperation>(link, std::move(batch), false);
    batch = co_await run_batch(std::move(link), std::move(operation));
    try {
        batch.rethrow_error();
    } catch (const DatabaseError& error) {
        // An id that this server has not given yet: it is another one, or its time has gone back.
        if (error.sqlstate() == "22023") co_return std::nullopt;
        throw;
    }
    const ValueView answer = batch.items.front().rows.row(0).front();
    if (answer.kind == ValueKind::text && answer.text() == "committed") co_return true;
    if (answer.kind == ValueKind::text && answer.text() == "aborted") co_return false;
    co_return std::nullopt;
}

}  // namespace

awaitable<Batch> Connection::execute(Batch batch) { return run_batch(link_, std::make_shared<ExecuteOperation>(link_, std::move(batch), false)); }
awaitable<Batch> Connection::copy(Batch batch) { return run_batch(link_, std::make_shared<ExecuteOperation>(link_, std::move(batch), true)); }

awaitable<std::unique_ptr<DriverCursor>> Connection::open_cursor(BatchItem item, Deadline deadline) {
    return run_open_cursor(link_, std::make_shared<OpenCursorOperation>(link_, std::move(item), deadline));
}

awaitable<Notification> Connection::next_notification() { return run_notification(link_, std::make_shared<NotificationOperation>(link_)); }

awaitable<std::optional<bool>> Connection::transaction_outcome(std::string id) { return ask_outcome(link_, std::move(id)); }

// Notifications arrive between other answers; the connection has nothing else to do while it waits for one.
azoth::detail::Task<> NotificationOperation::run(Link& link) {
    while (link.notifications().empty()) {
        co_await link.wait(*this, SocketWatch::readable);
        if (stop.load(std::memory_order_acquire) != Stop::none) co_return;
        if (!link.consume()) throw Link::Broken{connection_lost(PQerrorMessage(link.connection()), "")};
    }
    notification = std::move(link.notifications().front());
    link.notifications().pop_front();
    heard = true;
}

// Whoever waited has been cancelled in the meantime: it is for the next.
void NotificationOperation::discard() noexcept {
    const auto link = link_.lock();
    if (heard && link) link->notifications().push_front(std::move(notification));
}

}  // namespace azoth::postgresql::detail
