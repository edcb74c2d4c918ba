// PoolStatus: a snapshot of a pool's counts.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace azoth {

/// What `engine.pool().status()` returns.
struct PoolStatus {
    std::size_t size = 0;         ///< connections kept open; 0 = no limit
    std::size_t checked_out = 0;  ///< in use
    std::size_t idle = 0;         ///< open and free
    std::size_t connecting = 0;   ///< being opened
    /// Open connections (those being opened too) less `size`: negative until the pool has filled, as in SQLAlchemy.
    std::ptrdiff_t overflow = 0;
    std::size_t waiting = 0;  ///< callers that have no connection yet
    std::size_t retired = 0;  ///< in use since before `dispose()`: closed when they come back, in no other count
    /// Since when the connection that has been in use longest has been so, retired ones included; nothing when none is
    /// in use.
    std::optional<std::chrono::steady_clock::time_point> longest_held_since;
};

}  // namespace azoth
