// Token: how an operation under way is told to stop.
#pragma once

#include "errors.hpp"

#include <atomic>
#include <chrono>
#include <optional>

namespace azoth::mysql::detail {

/// Thread safety: request() may be called from any thread.
class Token {
public:
    using Clock = std::chrono::steady_clock;

    explicit Token(std::optional<Clock::time_point> deadline = std::nullopt) noexcept : deadline_(deadline) {}

    /// The first request counts.
    void request(Stop why) noexcept {
        Stop none = Stop::none;
        stop_.compare_exchange_strong(none, why, std::memory_order_acq_rel);
    }
    /// What was requested so far.
    Stop stop() const noexcept { return stop_.load(std::memory_order_acquire); }
    const std::optional<Clock::time_point>& deadline() const noexcept { return deadline_; }
    bool late() const noexcept { return deadline_ && Clock::now() >= *deadline_; }

private:
    const std::optional<Clock::time_point> deadline_;
    std::atomic<Stop> stop_{Stop::none};
};

}  // namespace azoth::mysql::detail
