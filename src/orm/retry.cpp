// Running a unit of work again: which failures are worth it, and how long to wait first.
#include <azoth/orm/retry.hpp>

#include <azoth/base/error.hpp>
#include <azoth/base/throw.hpp>
#include <azoth/orm/session.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>

namespace azoth::detail {

namespace {

// Anywhere up to the longest: those that met once must not meet again.
std::chrono::milliseconds random_pause(std::chrono::milliseconds longest) {
    thread_local std::minstd_rand generator{std::random_device{}()};
    return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, longest.count())(generator));
}

}  // namespace

bool worth_another_run(const std::exception_ptr& failure) noexcept {
    try {
        if (failure) std::rethrow_exception(failure);
    } catch (const ConnectionLost&) {
        return true;  // a transaction ends with its connection; where COMMIT was on its way this would be CommitOutcomeUnknown
    } catch (const CommitOutcomeUnknown&) {
        return false;
    } catch (const Error& error) {
        return error.retryable();
    } catch (...) {
    }
    return false;
}

std::chrono::milliseconds longest_pause(const Retry& retry, int failed_runs) noexcept {
    std::chrono::milliseconds pause = retry.initial_delay;
    for (int i = 1; i < failed_runs && pause < retry.max_delay; ++i) pause = pause > retry.max_delay / 2 ? retry.max_delay : pause * 2;
    return std::min(pause, retry.max_delay);
}

Attempts::Attempts(const Retry& retry) : retry_(retry) {
    if (retry.attempts < 1) throw_argument_error("Retry::attempts: must be 1 or more");
    if (retry.initial_delay.count() < 0) throw_argument_error("Retry::initial_delay: must be 0 or more");
    if (retry.max_delay.count() < 0) throw_argument_error("Retry::max_delay: must be 0 or more");
}

awaitable<void> Attempts::failed(AsyncSession& session, std::exception_ptr failure) {
    ++failed_runs_;
    co_await session.close();
    if (failed_runs_ >= retry_.attempts || !worth_another_run(failure)) std::rethrow_exception(failure);
    const auto pause = random_pause(longest_pause(retry_, failed_runs_));
    if (pause.count() == 0) co_return;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, pause);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

}  // namespace azoth::detail
