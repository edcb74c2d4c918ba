// Which failures are worth another run, and the pauses between runs.
#include <azoth/orm/retry.hpp>

#include <azoth/base/error.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <random>

namespace azoth::detail {

Attempts::Attempts(const Retry& retry) : retry_(retry) {
    if (retry.attempts < 1) throw_argument_error("transact: attempts must be 1 or more");
    if (retry.initial_delay.count() < 0) throw_argument_error("transact: initial_delay must be 0 (no pauses) or more");
    if (retry.max_delay.count() < 0) throw_argument_error("transact: max_delay must be 0 (no pauses) or more");
}

bool Attempts::again(const Error& error) noexcept {
    // Of a COMMIT without an answer nobody knows whether it happened: running it again could do everything twice. A connection that is lost
    // earlier took the whole transaction with it.
    if (dynamic_cast<const CommitOutcomeUnknown*>(&error) != nullptr) return false;
    return ++failed_ < retry_.attempts && (error.retryable() || error.connection_lost());
}

std::chrono::microseconds Attempts::delay(double random) const noexcept {
    const std::chrono::microseconds longest = retry_.max_delay;
    std::chrono::microseconds pause = retry_.initial_delay;
    for (int i = 1; i < failed_ && pause < longest; ++i) pause *= 2;
    pause = std::min(pause, longest);
    if (retry_.jitter) pause = std::chrono::microseconds(static_cast<std::chrono::microseconds::rep>(random * static_cast<double>(pause.count())));
    return pause;
}

awaitable<void> Attempts::pause() const {
    thread_local std::minstd_rand random(std::random_device{}());
    const std::chrono::microseconds pause = delay(std::uniform_real_distribution<double>(0, 1)(random));
    if (pause.count() == 0) co_return;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace azoth::detail
