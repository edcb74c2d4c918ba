// Link: one connection of libpq, the line of operations waiting for it, and the job that performs them.
#pragma once

#include "cancel.hpp"
#include "errors.hpp"
#include "operation.hpp"
#include "settings.hpp"
#include "statement.hpp"

#include <azoth/driver/connection.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/driver/detail/socket_watch.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <libpq-fe.h>

namespace azoth::postgresql::detail {

using Clock = std::chrono::steady_clock;
using azoth::detail::Job;
using azoth::detail::SocketWatch;
using azoth::detail::Task;

struct Finish {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using ConnectionHandle = std::unique_ptr<PGconn, Finish>;

/// Shared by a connection, its cursors, and the job. Thread safety: `submit`, `close`, `wake` and the reading of states may come from any
/// thread; everything else is the job's, of which there is one at a time.
class Link : public std::enable_shared_from_this<Link> {
public:
    Link(ConnectionHandle connection, const Settings& settings, const ConnectOptions& options, std::shared_ptr<azoth::detail::ThreadQueue> cancels);
    ~Link();

    /// Puts the operation in line. The socket is watched on `executor`'s context from the next free moment on.
    /// Errors: `ResourceClosedError` after close().
    void submit(std::shared_ptr<Operation> operation, const boost::asio::any_io_executor& executor);
    /// Ends what is under way with `ConnectionLost`, stops it on the server, and closes. Does not wait.
    void close() noexcept;
    void wake() noexcept { watch_.wake(); }

    TransactionStatus status() const noexcept { return status_.load(std::memory_order_acquire); }
    bool usable() const noexcept { return usable_.load(std::memory_order_acquire); }
    /// Changes when a transaction ends: cursors do not outlive theirs.
    std::uint64_t transaction() const noexcept { return transaction_.load(std::memory_order_acquire); }
    std::string transaction_id() const;
    /// Changes when a savepoint is rolled back: cursors opened since may be gone.
    std::uint64_t cursor_generation() const;
    void savepoint_rolled_back();
    /// A cursor that is not needed any more; the server hears of it with the next statement of the same transaction (0 = of any time). One that a
    /// savepoint's rollback may have taken away is left to the transaction's end: CLOSE of a cursor that is gone fails the transaction.
    void give_up_cursor(std::string name, std::uint64_t transaction, std::uint64_t generation);

    // ---- the job's own

    PGconn* connection() const noexcept { return connection_.get(); }
    StatementCache& statements() noexcept { return statements_; }
    bool named_statements() const noexcept { return statements_.named(); }
    /// What each transaction sets for itself, where nothing may be set for the session; 0 = nothing.
    std::chrono::milliseconds statement_timeout() const noexcept { return statement_timeout_; }
    /// The same of refusing to write.
    bool refuses_writes() const noexcept { return refuses_writes_; }
    /// A transaction is open at the server.
    bool in_transaction() const noexcept;
    void set_transaction_id(std::string id);
    /// Cursors to close, if they are still those of the transaction that is open.
    std::vector<std::string> take_cursors();
    std::deque<Notification>& notifications() noexcept { return notifications_; }
    std::string next_cursor_name() { return "azoth_cursor_" + std::to_string(++last_cursor_); }
    /// Statements to send outside a transaction before anything else, each in a segment of its own; their errors do not matter.
    std::vector<std::string> take_owed();
    void owe(std::string sql);

    /// Waits for the socket, the operation's deadline, its cancellation or close(): returns when it is worth looking at the connection
    /// again. A cancellation or deadline is passed on to the server. Errors: `Broken` when the connection is given up.
    Task<> wait(Operation& operation, unsigned interest);
    /// What the server sent: notifications are put aside. Returns false when the connection has ended.
    bool consume();
    /// Waits until a cancel request that is under way has been answered: it could hit a later statement.
    Task<> settle_cancel(Operation& operation);
    void update_status() noexcept;

    /// Thrown by the job's parts when nothing more can be done with the connection.
    struct Broken {
        std::exception_ptr error;
    };

private:
    class Running;

    static Job run(std::shared_ptr<Link> self);
    std::shared_ptr<Operation> next(bool& closing);
    void request_cancel(Operation& operation, Stop stop);
    void fail(Operation& operation, std::exception_ptr error) noexcept;
    void broke() noexcept;
    void drop_connection() noexcept;

    ConnectionHandle connection_;
    SocketWatch watch_;
    StatementCache statements_;
    Canceller canceller_;
    const bool direct_;  // no proxy between
    const std::chrono::milliseconds statement_timeout_;
    const bool refuses_writes_;
    std::atomic<TransactionStatus> status_{TransactionStatus::idle};
    std::atomic<bool> usable_{true};
    std::atomic<std::uint64_t> transaction_{1};
    std::uint64_t last_cursor_ = 0;
    std::deque<Notification> notifications_;
    std::optional<Clock::time_point> grace_;  // of a cancel: after it the connection is closed
    Clock::time_point next_cancel_{};

    mutable std::mutex mutex_;
    std::deque<std::shared_ptr<Operation>> queue_;
    bool running_ = false;
    bool closed_ = false;
    std::string transaction_id_;
    std::vector<std::string> owed_;
    std::vector<std::string> cursors_;       // given up
    std::uint64_t cursors_of_ = 0;           // the transaction they belong to
    std::uint64_t cursor_generation_ = 0;
};

}  // namespace azoth::postgresql::detail
