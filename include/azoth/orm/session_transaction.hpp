// AsyncSessionTransaction: the guard of a session's transaction or savepoint.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/orm/session_core.hpp>

#include <cstdint>
#include <utility>

namespace azoth {

/// Ends with commit() or rollback(). Leaving the scope without commit() undoes its work: in memory at once, in the database with
/// the next statement; the destructor does no I/O. Must not outlive its session.
class [[nodiscard]] AsyncSessionTransaction {
public:
    AsyncSessionTransaction(AsyncSessionTransaction&& other) noexcept
        : core_(std::exchange(other.core_, nullptr)), transaction_(other.transaction_), savepoint_(other.savepoint_), depth_(other.depth_) {}
    AsyncSessionTransaction& operator=(AsyncSessionTransaction&&) = delete;
    ~AsyncSessionTransaction();

    /// Flushes, then commits (a transaction) or keeps the work (a savepoint).
    /// Errors: `InvalidRequestError` when it has ended; as AsyncSession::commit().
    awaitable<void> commit();
    /// Undoes its work and restores the objects. Does nothing when it has ended.
    awaitable<void> rollback();
    bool is_active() const noexcept;

    // for AsyncSession
    static awaitable<AsyncSessionTransaction> start(detail::SessionCore& core, TransactionOptions options);
    static awaitable<AsyncSessionTransaction> start_nested(detail::SessionCore& core);

private:
    AsyncSessionTransaction(detail::SessionCore& core, std::uint32_t depth) noexcept
        : core_(&core), transaction_(core.transaction_id()), savepoint_(core.savepoint_id(depth)), depth_(depth) {}

    detail::SessionCore* core_;
    std::uint64_t transaction_;
    std::uint64_t savepoint_;
    std::uint32_t depth_;  ///< 0 = the transaction itself
};

}  // namespace azoth
