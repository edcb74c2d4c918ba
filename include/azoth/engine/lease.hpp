// Lease: one connection of the pool, held by one user until it is given back by destruction.
#pragma once

#include <azoth/driver/connection.hpp>

#include <memory>

namespace azoth::detail {

struct PoolSlot;

/// Owns a connection and its place in the pool's accounts. Given back in any state: a connection with a transaction open, or with a
/// cancelled operation still ending, is rolled back or closed behind the scenes before anybody else uses it. Does no I/O itself, but for the
/// rollback of a transaction that only read where the database is in the process.
/// Thread safety: as a unique_ptr.
class Lease {
public:
    Lease() noexcept;
    explicit Lease(std::unique_ptr<PoolSlot> slot) noexcept;
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    explicit operator bool() const noexcept { return slot_ != nullptr; }
    DriverConnection& connection() const noexcept;
    /// The connection comes with a transaction open that only read: its ROLLBACK must travel ahead of the first statement.
    bool owes_rollback() const noexcept;
    /// That ROLLBACK has succeeded.
    void rolled_back() noexcept;
    /// Sends that ROLLBACK now, if it is owed, for users that begin no transaction. Errors: what it fails with.
    awaitable<void> settle();
    /// Somebody has used the connection before: it may have died since, unseen.
    bool reused() const noexcept;
    /// Gives the connection back. `only_read`: the transaction that is open on it has changed and locked nothing, so its ROLLBACK may wait
    /// until the connection is used again.
    void release(bool only_read = false) noexcept;
    /// Closes the connection and gives its place back.
    void discard() noexcept;

private:
    std::unique_ptr<PoolSlot> slot_;
};

}  // namespace azoth::detail
