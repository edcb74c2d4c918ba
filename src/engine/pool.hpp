// Pool: the pool's decisions (PoolMachine) carried out: waiting coroutines, connects, resets and closes.
#pragma once

#include "engine/home.hpp"
#include "engine/observers.hpp"

#include <azoth/driver/driver.hpp>
#include <azoth/engine/lease.hpp>
#include <azoth/engine/options.hpp>
#include <azoth/engine/pool_machine.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace azoth::detail {

class Pool;
class PoolWaiter;
class Waiter;

/// What the engine asks of its connections.
ConnectOptions connect_options(const EngineOptions& options);

/// One open connection, wherever it is: parked in the pool, in a lease, or in a job of the pool's own.
struct PoolSlot {
    SlotId id{};
    std::unique_ptr<DriverConnection> connection;
    std::shared_ptr<Pool> pool;  ///< while it is not parked
    Home home;                   ///< where its user's coroutine ran
    bool reused = false;         ///< somebody has had it before
    bool owes_rollback = false;  ///< a transaction is open on it that only read
    PoolMachine::TimePoint owing_since{};
};

/// Held by shared_ptr; leases and jobs keep it alive. Thread safety: everything may be called from any thread.
class Pool : public std::enable_shared_from_this<Pool> {
public:
    Pool(const Driver& driver, Url url, const EngineOptions& options, Home home, std::shared_ptr<Observers> observers);
    ~Pool();

    /// A connection that is free at this moment, or an empty lease.
    Lease try_acquire();
    /// Waits for a connection: first come, first served. Errors: `PoolTimeoutError`; what connecting reports.
    /// Cancellation: a connection granted at the same moment goes to the next in the queue; a connect under way goes on for whoever waits then.
    awaitable<Lease> acquire();

    /// Takes a connection back in any state.
    void give_back(std::unique_ptr<PoolSlot> slot) noexcept;
    /// Takes back a connection whose state is known.
    void give_back(std::unique_ptr<PoolSlot> slot, ReleaseKind kind) noexcept;

    /// Closes what is idle now and what is in use when it comes back. May be called again.
    void dispose();
    PoolStatus status() const;

private:
    friend class PoolWaiter;
    struct Actions;
    struct ConnectJob;
    struct Housekeeping;
    struct PauseJob;

    // Under the mutex: notes what the machine's commands ask for.
    void note(Actions& actions, PoolMachine::TimePoint now, const std::exception_ptr& connect_error = {});
    // Outside the mutex.
    void carry_out(Actions& actions) noexcept;

    // Posts a job to this context, or to that of anybody who waits. When all are gone, `give_up(Actions&)` is called under the mutex.
    template <class Post, class GiveUp>
    void post_to_waiters(const Home& likely, Post post, GiveUp give_up) noexcept;
    void leave(WaiterId id) noexcept;
    void tick();
    void start_connect(SlotId id, const Home& likely) noexcept;
    void connected(SlotId id, std::unique_ptr<DriverConnection> connection, const Home& home) noexcept;
    void connect_failed(SlotId id, const std::exception_ptr& error) noexcept;
    static awaitable<void> connect(ConnectJob job);
    void start_pause(const Home& likely) noexcept;
    void pause_over() noexcept;
    static awaitable<void> pause(PauseJob job);
    static awaitable<void> reset(std::unique_ptr<PoolSlot> slot);
    static void start_reset(std::unique_ptr<PoolSlot> slot) noexcept;
    bool arm_housekeeping(const Home& home) noexcept;
    bool keep_house(const void* home) noexcept;
    std::unique_ptr<PoolSlot> unpark(SlotId id) noexcept;
    std::shared_ptr<PoolWaiter> take_waiter(WaiterId id) noexcept;
    Lease hand_out(std::unique_ptr<PoolSlot> slot) noexcept;

    const Driver& driver_;
    const Url url_;
    const ConnectOptions connect_options_;
    const std::chrono::milliseconds timeout_;
    const ResetOnReturn reset_on_return_;
    const Home home_;
    const std::shared_ptr<Observers> observers_;

    mutable std::mutex mutex_;
    PoolMachine machine_;
    PoolMachine::Commands commands_;
    std::vector<std::unique_ptr<PoolSlot>> parked_;
    std::vector<std::shared_ptr<PoolWaiter>> waiters_;
    std::vector<const void*> housekeeping_;  // contexts whose timer runs, by Home::id
    std::shared_ptr<Waiter> pause_;          // before the next connect: completed early when nobody waits any more
    std::exception_ptr refusal_;             // the server's latest
    std::uint64_t last_waiter_ = 0;
};

}  // namespace azoth::detail
