// PoolMachine: every decision of the connection pool, without I/O, threads or clock of its own.
#pragma once

#include <azoth/engine/pool_status.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace azoth::detail {

enum class PoolMode : std::uint8_t {
    queue,   ///< keeps up to `pool_size` connections, opens `max_overflow` more
    single,  ///< one connection, leased to one caller at a time, never replaced while it works: an in-memory database
    none,    ///< keeps nothing: a connection for each checkout, without limit
};

/// See `EngineOptions` for the fields of the same name.
struct PoolOptions {
    int pool_size = 5;
    int max_overflow = 10;
    std::chrono::milliseconds pool_timeout{30000};
    std::chrono::milliseconds pool_recycle{-1};
    bool use_lifo = true;
    PoolMode mode = PoolMode::queue;
};

/// Who waits for a connection. Chosen by the caller, rising from one `acquire` to the next.
enum class WaiterId : std::uint64_t {};
/// One connection from connect to close. Chosen by the machine, rising, never reused.
enum class SlotId : std::uint64_t {};

enum class PoolCommandKind : std::uint8_t {
    grant,    ///< `waiter` has `slot` now
    connect,  ///< open `slot`, then call `connected` or `connect_failed`; `waiter` is who will most likely get it
    close,    ///< close `slot`; it is out of the pool already
    pause,    ///< call `pause_over` at `retry_at()`, on the context of `waiter`, who needs a connection then
    reject_timeout,  ///< `waiter` has waited for `pool_timeout`
    reject_connect,  ///< `waiter` gets the error of the connect that has just failed
    reject_refused,  ///< `waiter` has waited for `pool_timeout`, and gets the server's latest refusal
};

/// One thing for the caller of the machine to do.
struct PoolCommand {
    PoolCommandKind kind = PoolCommandKind::grant;
    WaiterId waiter{};
    SlotId slot{};
    bool fresh = false;  ///< grant: nobody has used this connection before
    bool operator==(const PoolCommand&) const = default;
};

/// What became of a connection that comes back.
enum class ReleaseKind : std::uint8_t {
    clean,             ///< idle by the server's own status: fit for the next user
    broken,            ///< close it
    invalidate_older,  ///< the server was lost: close it, and every connection made before now
};

/// The pool as a state machine: inputs are calls, outputs are commands appended to `out`, to be carried out in order.
///
/// * Callers are served in the order they came. A connection belongs to nobody until it is granted: whichever becomes
/// free first, by
///   release or by connect, goes to the head of the queue. So a slow connect holds up no more than one caller.
/// * A caller for whom a connect is under way does not time out here: the connect has a deadline of its own.
/// * A connect whose caller left, or was served otherwise, goes on; its connection goes to whoever waits then, or
/// idles.
/// * When the server refuses a connect for the moment, its caller goes on waiting. The next attempt is made after a
///   pause, random and longer with every refusal, and one at a time; each success lets twice as many be under way.
///
/// Thread safety: none; the owner holds a mutex.
class PoolMachine {
public:
    using Clock = std::chrono::steady_clock;
    using TimePoint = Clock::time_point;
    using Commands = std::vector<PoolCommand>;

    /// Errors: `ArgumentError` naming the option that is out of range.
    explicit PoolMachine(const PoolOptions& options);

    /// A caller wants a connection. Connections last used under the same `context` are preferred.
    /// Errors: `InternalError` when `waiter` is not above all before it.
    void acquire(WaiterId waiter, TimePoint now, Commands& out, const void* context = nullptr);
    /// The caller gives up. Returns false when it was no longer waiting: then it has been granted or rejected.
    bool cancel(WaiterId waiter, TimePoint now, Commands& out);

    // In all of these `slot` must be one that a command named; else `InternalError`.
    void connected(SlotId slot, TimePoint now, Commands& out);
    void connect_failed(SlotId slot, TimePoint now, Commands& out);
    /// The server takes no connection at the moment. `part`: uniformly random in 0..1, how much of the longest pause it is to be.
    void connect_refused(SlotId slot, double part, TimePoint now, Commands& out);
    /// The pause that a command asked for is over, or was broken off.
    void pause_over(TimePoint now, Commands& out);
    /// The pause was lost with the contexts of all who wait; whoever comes next, or leaves last, begins another one.
    void pause_lost() noexcept { pausing_ = false; }
    TimePoint retry_at() const noexcept { return retry_at_; }
    void release(SlotId slot, ReleaseKind kind, TimePoint now, Commands& out);
    /// A granted connection turned out dead before its user saw it. It is closed, those made before now are
    /// invalidated, and the caller waits again, in the place it had. If that caller has gone, call `release` instead.
    void found_dead(SlotId slot, TimePoint now, Commands& out);
    /// A granted connection leaves the pool for good, open.
    void detach(SlotId slot, TimePoint now, Commands& out);

    /// The owner has work of its own with an idle connection, and gives it back by `release`. Returns false when it is not idle.
    bool borrow_idle(SlotId slot, TimePoint now);

    /// Every connection made before now is closed: idle ones at once, others when they come back.
    void invalidate(TimePoint now, Commands& out);
    /// As `invalidate`, but connections in use no longer count against the limits (except in `single` mode). Callers go
    /// on waiting.
    void dispose(TimePoint now, Commands& out);
    /// Time has passed: rejects those who have waited too long.
    void tick(TimePoint now, Commands& out);

    /// When `tick` is needed next; nothing when nobody waits for a connection to come back.
    std::optional<TimePoint> next_deadline() const;
    PoolStatus status() const;
    /// What a `PoolTimeoutError` says, taken right after the rejection.
    std::string timeout_message(TimePoint now) const;

private:
    enum class State : std::uint8_t { connecting, idle, leased };

    struct Slot {
        SlotId id{};
        State state = State::connecting;
        bool abandoned = false;  // connecting, and no caller relies on it
        bool retired = false;    // leased: close on return; connecting: close unless somebody waits when it is done
        std::uint64_t born = 0;  // place in the order of connects and invalidations
        TimePoint connected_at{};
        TimePoint leased_at{};
        // Leased: the caller that has it. Idle: the last one.
        WaiterId waiter{};
        TimePoint deadline{};
        const void* context = nullptr;
    };

    struct Waiter {
        WaiterId id{};
        TimePoint deadline{};
        const void* context = nullptr;
    };

    Slot& find(SlotId id);
    Slot& slot_in(SlotId id, State expected);
    void remove(SlotId id);
    void close(SlotId id, Commands& out);
    void invalidate_made_before_now(Commands& out);
    bool expired(const Slot& slot, TimePoint now) const;
    bool has_room() const;
    bool keeps_idle() const;
    std::size_t count(State state) const;
    std::size_t relied_on() const;
    void grant(Slot& slot, bool fresh, TimePoint now, Commands& out);
    void offer(SlotId id, bool fresh, TimePoint now, Commands& out);
    bool grant_idle(TimePoint now, Commands& out);
    void settle(TimePoint now, Commands& out);

    PoolOptions options_;
    std::vector<Slot> slots_;   // by rising id, which is the order of their connects
    std::vector<SlotId> idle_;  // in the order of their return
    std::deque<Waiter> queue_;  // by rising id, which is the order of arrival
    WaiterId last_waiter_{};
    std::uint64_t next_slot_ = 1;
    std::uint64_t sequence_ = 0;
    std::uint64_t valid_from_ = 0;  // connections born before are closed rather than reused
    // What the server's refusals led to. Connects begun before the latest one that counted tell nothing new.
    static constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();
    int refusals_ = 0;  // since a connect succeeded
    std::size_t width_ = any_number;  // so many connects may be under way
    TimePoint retry_at_{};            // none begins before
    std::uint64_t refused_from_ = 0;  // the first slot after the latest refusal
    bool pausing_ = false;            // somebody will call pause_over()
};

}  // namespace azoth::detail
