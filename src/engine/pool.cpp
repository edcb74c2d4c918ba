// Acquiring from the pool, giving back, and carrying out what its machine decides.
#include "engine/pool.hpp"

#include "engine/pool_actions.hpp"
#include "engine/pool_waiter.hpp"

#include <azoth/base/error.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>

namespace azoth::detail {

namespace asio = boost::asio;

namespace {

PoolOptions pool_options(const EngineOptions& options, PoolKind kind) {
    PoolOptions result;
    result.pool_size = options.pool_size;
    result.max_overflow = options.max_overflow;
    result.pool_timeout = options.pool_timeout;
    result.pool_recycle = options.pool_recycle;
    result.use_lifo = options.pool_use_lifo;
    result.mode = kind == PoolKind::single ? PoolMode::single : options.pooling ? PoolMode::queue : PoolMode::none;
    return result;
}

// Timers cannot count further, and nobody waits longer.
constexpr std::chrono::hours longest_timer{24 * 365};

}  // namespace

ConnectOptions connect_options(const EngineOptions& options) {
    ConnectOptions result;
    result.connect_timeout = options.connect_timeout;
    result.statement_cache_size = options.statement_cache_size;
    result.statement_timeout = options.statement_timeout;
    return result;
}

Pool::Pool(const Driver& driver, Url url, const EngineOptions& options, Home home, std::shared_ptr<Observers> observers)
    : driver_(driver),
      url_(std::move(url)),
      connect_options_(connect_options(options)),
      timeout_(options.pool_timeout),
      reset_on_return_(options.pool_reset_on_return),
      home_(std::move(home)),
      observers_(std::move(observers)),
      machine_(pool_options(options, driver.pool_kind(url_))) {}

Pool::~Pool() = default;

std::unique_ptr<PoolSlot> Pool::unpark(SlotId id) noexcept {
    const auto place = std::find_if(parked_.begin(), parked_.end(), [id](const auto& slot) { return slot->id == id; });
    if (place == parked_.end()) return nullptr;
    std::unique_ptr<PoolSlot> slot = std::move(*place);
    parked_.erase(place);
    return slot;
}

std::shared_ptr<PoolWaiter> Pool::take_waiter(WaiterId id) noexcept {
    const auto place = std::find_if(waiters_.begin(), waiters_.end(), [id](const auto& waiter) { return waiter->id == id; });
    if (place == waiters_.end()) return nullptr;
    std::shared_ptr<PoolWaiter> waiter = std::move(*place);
    waiters_.erase(place);
    return waiter;
}

void Pool::note(Actions& actions, PoolMachine::TimePoint now, const std::exception_ptr& connect_error) {
    // By index: a dead connection found on the way makes the machine append further commands.
    for (std::size_t i = 0; i < commands_.size(); ++i) {
        const PoolCommand command = commands_[i];
        const bool caller = command.waiter == actions.caller && command.waiter != WaiterId{};
        switch (command.kind) {
            case PoolCommandKind::grant: {
                std::unique_ptr<PoolSlot> slot = unpark(command.slot);
                if (!slot->connection->usable()) {  // died while it idled, and its driver knows
                    parked_.push_back(std::move(slot));
                    machine_.found_dead(command.slot, now, commands_);
                } else if (caller) {
                    actions.granted = std::move(slot);
                } else {
                    actions.grants.push_back({take_waiter(command.waiter), std::move(slot)});
                }
                break;
            }
            case PoolCommandKind::connect:
            case PoolCommandKind::pause: {
                Home home = actions.caller_home;
                for (const auto& waiter : waiters_) {
                    if (waiter->id == command.waiter) home = waiter->home;
                }
                if (command.kind == PoolCommandKind::connect) {
                    actions.connects.push_back({command.slot, std::move(home)});
                } else {
                    actions.pauses.push_back(std::move(home));
                }
                break;
            }
            case PoolCommandKind::close: actions.closes.push_back(unpark(command.slot)); break;
            case PoolCommandKind::reject_timeout:
            case PoolCommandKind::reject_refused:
            case PoolCommandKind::reject_connect: {
                const bool timeout = command.kind != PoolCommandKind::reject_connect;
                std::exception_ptr error = connect_error;
                if (command.kind == PoolCommandKind::reject_refused) error = refusal_;
                if (command.kind == PoolCommandKind::reject_timeout) error = std::make_exception_ptr(PoolTimeoutError(machine_.timeout_message(now)));
                if (caller) {
                    actions.rejected = std::move(error);
                } else {
                    actions.rejects.push_back({take_waiter(command.waiter), std::move(error), timeout});
                }
                break;
            }
        }
    }
    commands_.clear();
    if (waiters_.empty() && actions.caller == WaiterId{}) actions.needless_pause = std::move(pause_);
}

Lease Pool::hand_out(std::unique_ptr<PoolSlot> slot) noexcept {
    slot->pool = shared_from_this();
    if (observers_->any()) observers_->pool({PoolAction::checkout});
    return Lease(std::move(slot));
}

void Pool::carry_out(Actions& actions) noexcept {
    for (auto& slot : actions.closes) {
        if (!slot) continue;
        slot.reset();
        if (observers_->any()) observers_->pool({PoolAction::close});
    }
    for (auto& [waiter, slot] : actions.grants) {
        if (!slot->home) slot->home = waiter->home;
        waiter->lease = hand_out(std::move(slot));
        if (!waiter->complete()) waiter->lease.release();  // cancelled at this moment: to the next in the queue
    }
    for (auto& reject : actions.rejects) {
        if (reject.timeout && observers_->any()) observers_->pool({PoolAction::timeout, reject.error});
        reject.waiter->error = std::move(reject.error);
        reject.waiter->complete();
    }
    for (auto& connect : actions.connects) start_connect(connect.slot, connect.home);
    for (const Home& home : actions.pauses) start_pause(home);
    if (actions.needless_pause) actions.needless_pause->complete();
}

Lease Pool::try_acquire() {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        if (parked_.empty() || !waiters_.empty()) return {};
        const auto now = PoolMachine::Clock::now();
        actions.caller = WaiterId{++last_waiter_};
        actions.caller_home = home_;
        machine_.acquire(actions.caller, now, commands_);
        note(actions, now);
        // All that idled were too old: a connect was begun, and ends up idle.
        if (!actions.granted) {
            machine_.cancel(actions.caller, now, commands_);
            note(actions, now);
        }
    }
    carry_out(actions);
    if (!actions.granted) return {};
    if (!actions.granted->home) actions.granted->home = home_;
    return hand_out(std::move(actions.granted));
}

awaitable<Lease> Pool::acquire() {
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const std::shared_ptr<Pool> self = shared_from_this();
    const auto now = PoolMachine::Clock::now();
    Actions actions;
    std::shared_ptr<PoolWaiter> waiter;
    {
        const Home home = home_.is_home_of(executor) ? home_ : Home(executor);
        const std::lock_guard lock(mutex_);
        actions.caller = WaiterId{++last_waiter_};
        actions.caller_home = home;
        machine_.acquire(actions.caller, now, commands_, home.id());
        note(actions, now);
        if (!actions.granted && !actions.rejected) {
            waiter = std::make_shared<PoolWaiter>(actions.caller, home);
            waiters_.push_back(waiter);
        }
    }
    carry_out(actions);
    if (actions.rejected) {
        if (observers_->any()) observers_->pool({PoolAction::timeout, actions.rejected});
        std::rethrow_exception(actions.rejected);
    }
    if (actions.granted) {
        actions.granted->home = actions.caller_home;
        co_return hand_out(std::move(actions.granted));
    }

    const PoolWaiter::Registration registration(*this, waiter);
    std::optional<asio::steady_timer> timer;
    if (timeout_ <= longest_timer) {
        timer.emplace(executor, now + timeout_);
        timer->async_wait([pool = weak_from_this()](const boost::system::error_code& error) {
            if (error) return;
            if (const auto alive = pool.lock()) alive->tick();
        });
    }
    co_await waiter->wait();
    if (waiter->error) std::rethrow_exception(waiter->error);
    co_return std::move(waiter->lease);
}

void Pool::leave(WaiterId id) noexcept {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        const auto now = PoolMachine::Clock::now();
        if (!machine_.cancel(id, now, commands_)) return;
        take_waiter(id);
        note(actions, now);
    }
    carry_out(actions);
}

void Pool::tick() {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        const auto now = PoolMachine::Clock::now();
        machine_.tick(now, commands_);
        note(actions, now);
    }
    carry_out(actions);
}

void Pool::give_back(std::unique_ptr<PoolSlot> slot, ReleaseKind kind) noexcept {
    const std::shared_ptr<Pool> self = std::move(slot->pool);
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        const auto now = PoolMachine::Clock::now();
        const SlotId id = slot->id;
        slot->reused = true;
        parked_.push_back(std::move(slot));
        machine_.release(id, kind, now, commands_);
        note(actions, now);
    }
    if (kind == ReleaseKind::clean && observers_->any()) observers_->pool({PoolAction::checkin});
    carry_out(actions);
}

void Pool::dispose() {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        const auto now = PoolMachine::Clock::now();
        machine_.dispose(now, commands_);
        note(actions, now);
    }
    carry_out(actions);
}

PoolStatus Pool::status() const {
    const std::lock_guard lock(mutex_);
    return machine_.status();
}

}  // namespace azoth::detail
