// Retry: how often, and after which pauses, a unit of work is run again; detail::Attempts keeps count.
#pragma once

#include <azoth/driver/awaitable.hpp>

#include <chrono>
#include <exception>
#include <type_traits>

namespace azoth {

class AsyncSession;

/// Options of `async_sessionmaker::transact`. Trivially destructible, so that it may be written inside an expression that awaits on g++ 12.
struct Retry {
    /// Runs in all, the first included. At least 1.
    int attempts = 5;
    /// The longest pause before the second run; it doubles with every further one.
    std::chrono::milliseconds initial_delay{10};
    /// No pause is longer.
    std::chrono::milliseconds max_delay{1000};
};
static_assert(std::is_trivially_destructible_v<Retry>);

namespace detail {

/// Another run of the whole unit can help, and the failed one has certainly committed nothing.
bool worth_another_run(const std::exception_ptr& failure) noexcept;
/// The longest pause after this many failed runs.
std::chrono::milliseconds longest_pause(const Retry& retry, int failed_runs) noexcept;

/// Counts the runs of one unit of work.
class Attempts {
public:
    /// Errors: `ArgumentError` for options that cannot be.
    explicit Attempts(const Retry& retry);

    /// After a failed run: closes its session, then throws the failure on if it is final, else pauses for a random time up to the longest.
    /// Executor: resumes on the awaiting coroutine's. Cancellation: `operation_aborted`, and no further run.
    awaitable<void> failed(AsyncSession& session, std::exception_ptr failure);

private:
    const Retry retry_;
    int failed_runs_ = 0;
};

}  // namespace detail
}  // namespace azoth
