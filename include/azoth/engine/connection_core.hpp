// ConnectionCore: statements, transaction and lease of one connection or session, without types. What AsyncConnection and AsyncSession stand on.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/driver/batch.hpp>
#include <azoth/engine/lease.hpp>
#include <azoth/engine/transaction_state.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string_view>

namespace azoth::detail {

class EngineCore;

struct RunOptions {
    std::chrono::milliseconds statement_timeout{0};  ///< for the whole batch, and of a cursor for each fetch; 0 = the engine's
    bool autocommit = false;                         ///< outside any transaction; refused inside one
    bool commit_after = false;                       ///< COMMIT travels at the end of the same batch, and the transaction has ended when it succeeds
    bool copy = false;                               ///< rows go in by the database's bulk protocol, where it has one
};

/// A cursor that knows whether its transaction is still the one it was opened in.
class Cursor {
public:
    Cursor() = default;
    explicit operator bool() const noexcept { return cursor_ != nullptr; }
    /// Lets go of the rows; the driver finalises the statement before the connection's next operation.
    void close() noexcept { cursor_.reset(); }

private:
    friend class ConnectionCore;
    std::shared_ptr<DriverCursor> cursor_;  // shared with a fetch under way
    std::uint64_t epoch_ = 0;
    std::chrono::milliseconds timeout_{0};  // of each fetch; 0 = none
};

/// Held by shared_ptr; an operation under way keeps it alive.
///
/// The connection is taken from the pool by the first statement. BEGIN and savepoints travel with the next statement.
/// Errors: what the database reports, with the SQL attached; `PendingRollbackError` when nothing but rollback() works;
/// `ConcurrentUseError` when an operation is under way, thrown at the call; `ResourceClosedError` after close(); `PoolTimeoutError`.
/// Executor: everything resumes on the awaiting coroutine's executor.
/// Cancellation: the operation ends with `operation_aborted`; an open transaction then takes nothing but rollback().
/// Thread safety: none, one operation at a time.
class ConnectionCore : public std::enable_shared_from_this<ConnectionCore> {
public:
    /// When the lease goes back to the pool.
    enum class Hold : std::uint8_t {
        transaction,  ///< as soon as the transaction has ended: sessions
        until_closed, ///< connections
    };

    ConnectionCore(std::shared_ptr<EngineCore> engine, Hold hold) noexcept;
    ~ConnectionCore();
    ConnectionCore(const ConnectionCore&) = delete;
    ConnectionCore& operator=(const ConnectionCore&) = delete;

    EngineCore& engine() const noexcept { return *engine_; }
    const TransactionState& transaction() const noexcept { return state_; }
    bool closed() const noexcept { return closed_; }
    /// A connection is held.
    bool connected() const noexcept { return static_cast<bool>(lease_); }
    /// The driver's own handle; null while an operation is under way, without a connection, and for another driver's type.
    void* native_handle(const Tag* type) const noexcept;

    /// Throws what an operation would throw at the call.
    void check_ready(const RunOptions& options = RunOptions()) const;

    /// Takes a connection from the pool now.
    awaitable<void> acquire();

    /// Runs the batch, with what must precede it. Returns it with results. Throws the batch's error.
    awaitable<Batch> run(Batch batch, RunOptions options = RunOptions());
    /// Does the same at once on this thread when nothing needs to be waited for, and returns true; else leaves everything as it was.
    bool try_run(Batch& batch, const RunOptions& options = RunOptions());

    /// Opens a cursor, with what must precede it.
    awaitable<Cursor> open_cursor(BatchItem item, RunOptions options = RunOptions());
    /// Fetches further rows; none = the end. Errors: `ResourceClosedError` when its transaction has ended.
    awaitable<ValueBuffer> fetch(Cursor& cursor, std::size_t max_rows, ValueBuffer rows);

    /// Begins a transaction; BEGIN travels with the first statement. Errors: `InvalidRequestError` when one has begun.
    TransactionToken begin(const TransactionOptions& options);
    /// Sets a savepoint; begins a transaction first if none has begun. It travels with the next statement.
    TransactionToken begin_nested();
    bool is_active(TransactionToken token) const noexcept { return state_.is_active(token); }

    /// Commits; without a transaction, or with one that never reached the database, it sends nothing.
    /// Errors: what COMMIT reports, after which only rollback() works; `CommitOutcomeUnknown` when its answer never came.
    awaitable<void> commit();
    /// Rolls back; does nothing without a transaction. Does not throw for a connection that is lost: then nothing was committed.
    awaitable<void> rollback();
    /// commit() when nothing needs to be waited for: returns true when it is done.
    bool try_commit();
    /// rollback() when nothing needs to be waited for: returns true when it is done.
    bool try_rollback();

    /// The transaction only read, and the driver lets its ROLLBACK wait for the connection's next user: giving the connection back is all.
    bool rollback_may_wait() const noexcept;

    /// Commits a transaction, or keeps a savepoint's work (RELEASE travels with the next statement).
    /// Errors: `InvalidRequestError` when it has ended; as commit().
    awaitable<void> commit(TransactionToken token);
    /// Undoes a transaction, or a savepoint's work, now; does nothing when it has ended.
    /// Errors: `PendingRollbackError` when a savepoint cannot be reached any more and the whole transaction must be rolled back.
    awaitable<void> rollback(TransactionToken token);
    /// A guard was left without commit(): queues what undoes its work. No I/O.
    void drop(TransactionToken token) noexcept;

    /// Closes the connection at once; the next statement takes another one, after rollback() if a transaction had begun.
    void invalidate() noexcept;
    /// Gives the connection back; what was not committed is rolled back behind the scenes. No I/O. May be called twice.
    void close() noexcept;

private:
    struct Flight;
    class Busy;

    void take(Lease lease);
    void note_effect(Effect effect) noexcept;
    void check_idle() const;
    void check_usable(const RunOptions& options) const;
    std::chrono::milliseconds timeout_of(const RunOptions& options) const noexcept;
    Flight prepare(Batch& batch, const RunOptions& options);
    static void restore(Batch& batch, const Flight& flight) noexcept;
    void finish(Batch& batch, const Flight& flight);
    bool may_replay(const Batch& batch, const Flight& flight) const noexcept;
    std::exception_ptr refusal(const Batch& batch, const Flight& flight) const;
    void failed(std::exception_ptr error, bool autocommit, bool cancelled) noexcept;
    void settle() noexcept;
    void close_cursors() noexcept;
    bool must_send_rollback() const noexcept;
    void rolled_back(const Batch& batch) noexcept;
    void tell(const Batch& batch, const Flight& flight) const noexcept;
    void tell_statement(const BatchItem& item, std::string_view values, std::size_t batch_size, const Flight& flight, const std::exception_ptr& error) const noexcept;

    // Coroutines: all that changes the state happens in them, so an awaitable that is never awaited does nothing.
    using Self = std::shared_ptr<ConnectionCore>;
    static awaitable<void> fly_acquire(Self self);
    static awaitable<Batch> fly(Self self, Batch batch, RunOptions options);
    static awaitable<Batch> replay(Self self, Batch batch, Flight& flight);
    static awaitable<Batch> resolve_commit(Self self, Batch batch, Flight& flight);
    static awaitable<void> fly_commit(Self self);
    static awaitable<void> fly_rollback(Self self);
    static awaitable<void> fly_release(Self self, TransactionToken token);
    static awaitable<void> fly_rollback_to(Self self, TransactionToken token);
    static awaitable<Cursor> fly_cursor(Self self, BatchItem item, RunOptions options);
    static awaitable<ValueBuffer> fly_fetch(Self self, std::shared_ptr<DriverCursor> cursor, std::size_t max_rows, ValueBuffer rows, Deadline deadline);

    const std::shared_ptr<EngineCore> engine_;
    Lease lease_;
    TransactionState state_;
    std::uint64_t epoch_ = 1;  ///< changes when a transaction ends: cursors do not outlive it
    std::weak_ptr<DriverCursor> last_cursor_;
    std::optional<TransactionToken> dropped_;  ///< while an operation was under way
    const Hold hold_;
    bool closed_ = false;
    bool untried_ = false;  ///< nothing has been sent on this lease, whose connection others have used before
    std::atomic<bool> busy_{false};
};

}  // namespace azoth::detail
