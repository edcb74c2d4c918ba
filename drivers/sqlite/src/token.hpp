// Token: why and when one operation has to stop. Each operation has its own, so stopping one can never hit the next.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>

namespace azoth::sqlite::detail {

using Clock = std::chrono::steady_clock;

enum class Stop : std::uint8_t {
    none,
    cancelled,  // the awaiting coroutine was cancelled
    closed,     // the connection was closed
    deadline,
};

/// Thread safety: request() from any thread; the rest on the thread that runs the operation.
class Token {
public:
    explicit Token(std::optional<Clock::time_point> deadline = std::nullopt) noexcept : deadline_(deadline) {}
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;

    /// The first request counts.
    void request(Stop why) noexcept;
    /// Why to stop now, the clock included.
    Stop stop() const noexcept {
        const Stop why = requested_.load(std::memory_order_acquire);
        if (why != Stop::none || !deadline_) return why;
        return Clock::now() >= *deadline_ ? Stop::deadline : Stop::none;
    }
    const std::optional<Clock::time_point>& deadline() const noexcept { return deadline_; }
    /// Waits until then, or until a request.
    void wait_until(Clock::time_point time) noexcept;

private:
    std::atomic<Stop> requested_{Stop::none};
    std::optional<Clock::time_point> deadline_;
    std::mutex mutex_;
    std::condition_variable wake_;
};

}  // namespace azoth::sqlite::detail
