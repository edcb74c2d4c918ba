// DriverConnection: what a driver implements for one connection to a database.
#pragma once

#include <azoth/base/member.hpp>
#include <azoth/driver/awaitable.hpp>
#include <azoth/driver/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace azoth {

/// The connection's transaction as the server (never a client-side guess) last reported it.
enum class TransactionStatus : std::uint8_t {
    idle,     ///< no transaction is open
    active,   ///< a transaction is open and usable
    failed,   ///< a transaction is open but accepts only ROLLBACK
    unknown,  ///< an operation is under way, or the connection is lost
};

/// A message to the listeners of a channel.
struct Notification {
    std::string channel;
    std::string payload;
    int sender = 0;  ///< the server's process number of the session that sent it
};

/// Rows of one open statement, fetched in pieces. Made by `DriverConnection::open_cursor`; other statements may run on the connection
/// between fetches. Destroying it does no I/O: the driver finalises it before the connection's next operation.
class DriverCursor {
public:
    virtual ~DriverCursor() = default;

    /// Fetches up to `max_rows` further rows into `rows` (cleared first). No rows: the end, or the cursor was closed by commit/rollback:
    /// then it throws `ResourceClosedError`. At the deadline: `StatementTimeout`. Ownership: the buffer travels by value, so a cancelled fetch leaves nothing dangling.
    virtual awaitable<ValueBuffer> fetch(std::size_t max_rows, ValueBuffer rows, Deadline deadline = std::nullopt) = 0;
};

/// One connection. Not thread-safe: one operation at a time, but an operation may be started while a cancelled one is still ending
/// inside the driver; it then waits its turn.
///
/// Cancellation: when the awaiting coroutine is cancelled, `execute` and `fetch` complete at once with `operation_aborted`; the driver
/// ends the statement behind the scenes and keeps all memory it needs for that. The connection may then be reused (the next
/// operation waits) after a ROLLBACK, or closed.
///
/// Lifetimes: destroying the connection never blocks and does no I/O on the calling thread; what is under way ends by itself.
class DriverConnection {
public:
    virtual ~DriverConnection() = default;

    /// Runs a batch and gives it back with results or the first error in `Batch::error` (it throws only for cancellation and lost memory).
    /// Executor: resumes on the awaiting coroutine's executor.
    virtual awaitable<Batch> execute(Batch batch) = 0;

    /// Runs the batch right now on this thread when that needs no waiting, and returns true; else does nothing and returns false.
    /// Lets an in-process database skip the coroutine machinery; a driver with a `copy` of its own returns false.
    virtual bool try_execute(Batch& batch) {
        (void)batch;
        return false;
    }

    /// Opens a cursor over the item's rows. Errors are thrown; at the deadline: `StatementTimeout`.
    virtual awaitable<std::unique_ptr<DriverCursor>> open_cursor(BatchItem item, Deadline deadline = std::nullopt) = 0;

    /// Inserts the rows of `item.parameters` into the columns of `item.statement` by the database's own bulk protocol where it has one
    /// (`CompiledStatement::copy_sql`), else as `execute` does. Out-fields, errors and cancellation as `execute`.
    virtual awaitable<Batch> copy(Batch batch) { return execute(std::move(batch)); }

    /// A ROLLBACK of a transaction that only read need not be sent before somebody uses the connection again: it may travel ahead of that.
    virtual bool rollback_may_wait() const noexcept { return false; }

    /// The server's id of the transaction that is open, or was when the connection broke; "" when it is not known, or has no meaning there.
    virtual std::string transaction_id() const { return {}; }
    /// What became of the transaction with this id of the same database: true = committed, false = rolled back, nothing = still in
    /// progress, or the server cannot tell. Needs an idle connection. Errors: as the batch's, thrown.
    virtual awaitable<std::optional<bool>> transaction_outcome(std::string id);

    /// Waits for a notification to this connection (PostgreSQL LISTEN). Errors: `NotSupportedError` where there are none; `ConnectionLost`.
    virtual awaitable<Notification> next_notification();

    /// Server's view after the last completed operation.
    virtual TransactionStatus transaction_status() const noexcept = 0;

    /// False when the connection is lost or was closed: it must not be reused.
    virtual bool usable() const noexcept = 0;

    /// The C library's own handle, when `type` is the tag of its struct (PGconn, MYSQL, sqlite3) and no operation is under way; else null.
    virtual void* native_handle(const detail::Tag* type) noexcept {
        (void)type;
        return nullptr;
    }

    /// Starts closing without waiting; safe while an operation is under way.
    virtual void close() noexcept = 0;
};

}  // namespace azoth
