// TransactionState: what a connection's transaction is up to, and which SQL must travel ahead of the next statement. No I/O.
#pragma once

#include <azoth/dialect/transaction_options.hpp>
#include <azoth/driver/connection.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <vector>

namespace azoth::detail {

/// One statement of transaction control.
enum class StepKind : std::uint8_t { begin, savepoint, release, rollback_to, rollback };

struct Step {
    StepKind kind;
    std::uint32_t savepoint = 0;  ///< number of the savepoint it is about
    bool operator==(const Step&) const = default;
};

/// Names one transaction, or one savepoint of it, for as long as it lives: what guards hold.
struct TransactionToken {
    std::uint64_t transaction = 0;
    std::uint32_t savepoint = 0;  ///< 0 = the transaction itself
};

/// Why a transaction takes nothing but rollback().
enum class Doom : std::uint8_t { none, cancelled, ended_by_server, connection_lost, commit_failed, control_failed };

/// Inputs are what the user asks for and what the driver reports; output is the queue of steps that must precede the next statement.
/// BEGIN, SAVEPOINT, RELEASE and the ROLLBACK of dropped guards are queued, so they ride with it. Thread safety: none.
class TransactionState {
public:
    enum class Phase : std::uint8_t {
        idle,    ///< no transaction; the queue is empty or holds the rollback of a dropped one
        begun,   ///< BEGIN is queued, the database knows nothing
        active,
        failed,  ///< the database takes only ROLLBACK or ROLLBACK TO a savepoint
        doomed,  ///< only rollback()
    };

    Phase phase() const noexcept { return phase_; }
    Doom doom() const noexcept { return doom_; }
    bool in_transaction() const noexcept { return phase_ != Phase::idle; }
    bool in_nested_transaction() const noexcept { return !savepoints_.empty(); }
    const TransactionOptions& options() const noexcept { return options_; }
    /// A transaction is open and usable in which nothing ran that could write or lock: its rollback undoes nothing.
    bool only_read() const noexcept { return phase_ == Phase::active && only_read_; }
    std::span<const Step> queue() const noexcept { return queue_; }
    /// The token's transaction or savepoint is open and can be committed.
    bool is_active(TransactionToken token) const noexcept;
    /// The token's transaction or savepoint has not ended yet, usable or not.
    bool is_open(TransactionToken token) const noexcept;

    // ---- what the user asks for

    /// Errors: `InvalidRequestError` when a transaction has begun, explicitly or by a statement.
    TransactionToken begin(const TransactionOptions& options);
    /// Begins unless a transaction has begun.
    void autobegin(const TransactionOptions& options);
    /// Errors: `InvalidRequestError` without a transaction, `PendingRollbackError` when it has failed.
    TransactionToken begin_nested();
    /// Errors: `PendingRollbackError` when nothing but rollback() works.
    void check_usable() const;
    /// Ends a savepoint and keeps its work. Errors: `InvalidRequestError` when it has ended, `PendingRollbackError`.
    void release(TransactionToken token);
    /// Ends a savepoint and undoes its work; does nothing when it has ended. Returns true when the queue must be sent for that.
    /// Errors: `PendingRollbackError` when only the whole transaction can be rolled back.
    bool rollback_to(TransactionToken token);
    /// A guard went out of scope without commit(): queues what undoes its work. Returns true when this ended the transaction.
    bool drop(TransactionToken token) noexcept;
    /// Starts COMMIT: returns true when it must be sent, after the queue; false when the transaction never reached the database and has ended now.
    /// Errors: `PendingRollbackError`.
    bool commit();
    /// A statement goes out that may write or lock.
    void note_write() noexcept { only_read_ = false; }
    /// The connection comes with a transaction of somebody else's that only read: its ROLLBACK travels ahead of everything.
    void owe_rollback();
    /// The database must be told of a rollback.
    bool rollback_needed() const noexcept;
    /// Ends the transaction and forgets everything queued.
    void rollback() noexcept;

    // ---- what became of it

    enum class Commit : std::uint8_t { not_sent, failed, done };

    struct Outcome {
        std::size_t steps_done = 0;         ///< of the queue, from its front
        Commit commit = Commit::not_sent;
        TransactionStatus status = TransactionStatus::unknown;
        bool usable = true;                 ///< the connection lives
        bool cancelled = false;             ///< nobody knows how far the database got
        bool autocommit = false;            ///< the statements ran outside any transaction
        std::exception_ptr error{};
    };

    /// The queue and the statements after it were sent.
    void sent(const Outcome& outcome);
    /// The queued rollback of a dropped transaction turned out not to be needed: the database is idle.
    void skip_queued_rollback() noexcept;
    /// The connection was closed. A transaction that had reached the database is lost with it.
    void connection_closed(std::exception_ptr reason, Doom doom = Doom::connection_lost) noexcept;

private:
    struct Savepoint {
        std::uint32_t number;
        bool established = false;  ///< the database has it
    };

    std::size_t find(TransactionToken token) const noexcept;
    void start(const TransactionOptions& options);
    void end() noexcept;
    void undo(std::size_t index);
    void apply(Step step) noexcept;
    void doom(Doom doom, std::exception_ptr reason) noexcept;
    bool discard_pending(std::size_t index) noexcept;
    bool owes_rollback() const noexcept { return !queue_.empty() && queue_.front().kind == StepKind::rollback; }

    Phase phase_ = Phase::idle;
    Doom doom_ = Doom::none;
    bool only_read_ = true;
    TransactionOptions options_{};
    std::uint64_t transaction_ = 0;
    std::uint32_t last_savepoint_ = 0;
    std::vector<Savepoint> savepoints_;
    std::vector<Step> queue_;
    std::exception_ptr reason_;
};

}  // namespace azoth::detail
