// Lease: one connection of the pool, held by one user until it is given back by destruction.
#pragma once

#include <azoth/driver/connection.hpp>

#include <memory>

namespace azoth::detail {

struct PoolSlot;

/// Owns a connection and its place in the pool's accounts. Given back in any state: a connection with a transaction open, or with a
/// cancelled operation still ending, is rolled back or closed behind the scenes before anybody else gets it. Does no I/O itself.
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
    /// Gives the connection back.
    void release() noexcept;
    /// Closes the connection and gives its place back.
    void discard() noexcept;

private:
    std::unique_ptr<PoolSlot> slot_;
};

}  // namespace azoth::detail
