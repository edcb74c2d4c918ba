// SocketWatch: waiting for a socket, a deadline or a call from another thread, on whatever execution context a connection is used.
#pragma once

#include <azoth/driver/detail/job.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace azoth::detail {

/// Readiness of one socket that something else owns.
///
/// A connection is used on one context now and on another later: `adopt` says which. Nothing of this class lives longer than the
/// context it waits on: when that ends, the waiting Job is destroyed and the watch may be adopted elsewhere. A waiting Job keeps the watch alive.
/// Thread safety: `wake` may be called from any thread at any time; the rest by one job at a time.
class SocketWatch {
public:
    enum class Event : std::uint8_t {
        ready,         ///< what was asked for is possible, or the peer is gone
        timeout,       ///< the deadline passed first
        woken,         ///< wake() was called, now or since the last wait
        context_gone,  ///< the context has ended: nothing can be waited for on it
    };
    /// What to wait for. May be or-ed; `nothing` waits for the deadline or wake() alone.
    enum Interest : std::uint8_t { nothing = 0, readable = 1, writable = 2 };
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;

    SocketWatch();
    SocketWatch(const SocketWatch&) = delete;
    SocketWatch& operator=(const SocketWatch&) = delete;
    ~SocketWatch();

    /// Waits happen on this executor's context from now on, and jobs resume on the executor. Nobody may be waiting.
    void adopt(const boost::asio::any_io_executor& executor);
    /// The socket to watch; -1 = none. Not owned. Call `assign(-1)` before the socket is closed, and before a library that may replace
    /// it behind the same number is called.
    void assign(int descriptor);
    /// Ends a wait that is under way, or else the next one, with Event::woken.
    void wake() noexcept;

    class Wait {
    public:
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        bool await_suspend(std::coroutine_handle<Promise> frame) noexcept {
            return watch_.arm(frame, frame.promise().root, interest_, deadline_);
        }
        Event await_resume() const noexcept { return watch_.event_; }

    private:
        friend class SocketWatch;
        Wait(SocketWatch& watch, unsigned interest, Deadline deadline) noexcept : watch_(watch), interest_(interest), deadline_(deadline) {}
        SocketWatch& watch_;
        unsigned interest_;
        Deadline deadline_;
    };
    /// `co_await watch.wait(SocketWatch::readable | SocketWatch::writable, deadline)` in a Job or a Task.
    Wait wait(unsigned interest, Deadline deadline = std::nullopt) noexcept { return {*this, interest, deadline}; }

private:
    friend class Wait;
    struct Station;
    class Service;

    bool arm(std::coroutine_handle<> frame, std::coroutine_handle<> job, unsigned interest, Deadline deadline) noexcept;
    std::shared_ptr<Station> station() const noexcept;
    void leave() noexcept;

    mutable std::mutex mutex_;          // of station_
    std::shared_ptr<Station> station_;  // what lives on the context in use; empty before the first adopt
    std::atomic<bool> woken_{false};
    int descriptor_ = -1;
    Event event_ = Event::ready;        // written before the job is resumed
};

}  // namespace azoth::detail
