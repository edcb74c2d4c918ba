// Retry: how often, and after which pauses, a transaction is run again that another one came first to.
#pragma once

#include <azoth/driver/awaitable.hpp>

#include <chrono>

namespace azoth {

class Error;

/// Options of `async_sessionmaker::transact`.
struct Retry {
    /// Default: 5 runs at most, the first included. 1 = never again.
    int attempts = 5;
    /// Default: 10 ms. The pause before the second run is chosen evenly between 0 and this; each further one may be twice as long.
    /// 0 = no pauses.
    std::chrono::milliseconds initial_delay{10};
    /// Default: 1 s. No pause is longer.
    std::chrono::milliseconds max_delay{1000};
    /// Default: true. False waits the whole pause every time: then transactions that collided once meet again.
    bool jitter = true;
};

namespace detail {

/// The runs of one transaction so far, and what comes after a failure.
class Attempts {
public:
    /// Errors: `ArgumentError` naming the option that is out of range.
    explicit Attempts(const Retry& retry);

    /// A run has failed with this error. Returns true when it is worth another one.
    bool again(const Error& error) noexcept;
    /// The pause before the next run, for a random number from [0, 1).
    std::chrono::microseconds delay(double random) const noexcept;
    /// Waits that long. Cancellation: at once.
    awaitable<void> pause() const;

private:
    Retry retry_;
    int failed_ = 0;
};

}  // namespace detail

}  // namespace azoth
