// Link: a connection's queue of operations, and the job that drives them on the context of whoever uses the connection.
#pragma once

#include "cancel.hpp"
#include "operation.hpp"

#include <azoth/driver/detail/socket_watch.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>
#include <mutex>

namespace azoth::mysql::detail {

/// Shared by a connection, its cursors, the coroutines that wait for either, and the job, so each may go first.
/// Thread safety: submit(), close() and sweep() may be called from any thread.
class Link : public std::enable_shared_from_this<Link> {
public:
    Link(std::size_t statement_cache_size, std::shared_ptr<const Settings> settings) : database_(statement_cache_size), settings_(std::move(settings)) {}

    void open(Connected connected);

    /// Operations run in the order given; the job that runs them works on `executor` when none is at work yet.
    /// Returns false after close().
    bool submit(std::shared_ptr<Operation> operation, const boost::asio::any_io_executor& executor);
    /// Stops what is running and what waits, with `ConnectionLost`. Does not wait.
    void close() noexcept;

    /// For the owner, between operations.
    MYSQL* handle() noexcept { return database_.wire.handle(); }

    azoth::detail::SocketWatch watch;

    // What the connection's owner last heard.
    TransactionStatus status = TransactionStatus::idle;
    bool usable = true;

private:
    class Driving;
    class Stopping;

    static azoth::detail::Job drive(std::shared_ptr<Link> self);
    std::shared_ptr<Operation> next() noexcept;
    void finish(Operation& operation) noexcept;
    void break_off(std::shared_ptr<Operation> current) noexcept;
    bool closing() noexcept;

    std::mutex mutex_;  // of the queue, and of who may use the database
    std::deque<std::shared_ptr<Operation>> queue_;
    bool driving_ = false;
    bool closed_ = false;

    Database database_;  // the job's, or nobody's
    const std::shared_ptr<const Settings> settings_;
};

}  // namespace azoth::mysql::detail
