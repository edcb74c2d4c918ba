// Token: requests wake a wait.
#include "token.hpp"

namespace azoth::sqlite::detail {

void Token::request(Stop why) noexcept {
    {
        const std::lock_guard lock(mutex_);
        auto expected = Stop::none;
        if (!requested_.compare_exchange_strong(expected, why, std::memory_order_acq_rel)) return;
    }
    wake_.notify_all();
}

void Token::wait_until(Clock::time_point time) noexcept {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, time, [this] { return requested_.load(std::memory_order_relaxed) != Stop::none; });
}

}  // namespace azoth::sqlite::detail
