// The pool's own work: connecting, and rolling back what came back with a transaction open. Each job owns the place it works on.
#include "engine/pool.hpp"
#include "engine/pool_actions.hpp"

#include <azoth/base/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>

namespace azoth::detail {

namespace asio = boost::asio;

namespace {

// A ROLLBACK that takes longer than this is not worth the connection.
constexpr std::chrono::seconds reset_grace{5};
// How long the ROLLBACK of a transaction that only read waits for a statement to travel with.
constexpr std::chrono::milliseconds ride_within{5};

Batch rollback_batch() {
    BatchItem item;
    item.statement = compile_plain("ROLLBACK", Effect::transaction);
    Batch batch;
    batch.items.push_back(std::move(item));
    batch.deadline = std::chrono::steady_clock::now() + reset_grace;
    return batch;
}

bool is_idle(const DriverConnection& connection) noexcept { return connection.usable() && connection.transaction_status() == TransactionStatus::idle; }

// The server would take this connection at another time. Who waited for a lock has waited long enough.
bool is_refusal(const std::exception_ptr& error) noexcept {
    try {
        std::rethrow_exception(error);
    } catch (const LockTimeout&) {
    } catch (const Error& refused) {
        return refused.retryable();
    } catch (...) {
    }
    return false;
}

// How much of the longest pause is made: those who were refused together must not come back together.
double random_part() {
    thread_local std::minstd_rand generator{std::random_device{}()};
    return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

// A connect that may be anywhere: posted, under way, or lost with its context; then another waiter's context takes it over.
struct Pool::ConnectJob {
    ConnectJob(std::shared_ptr<Pool> owner, SlotId number, Home where) : pool(std::move(owner)), slot(number), home(std::move(where)) {}
    ConnectJob(ConnectJob&&) noexcept = default;
    ConnectJob& operator=(ConnectJob&&) = delete;
    ~ConnectJob() {
        if (const auto lost = std::move(pool)) lost->start_connect(slot, Home());
    }
    void operator()(const asio::any_io_executor& executor) { asio::co_spawn(executor, connect(std::move(*this)), asio::detached); }

    std::shared_ptr<Pool> pool;  // empty when the job is done, or somebody else's
    SlotId slot;
    Home home;
};

void Pool::start_connect(SlotId id, const Home& likely) noexcept {
    post_to_waiters(
        likely,
        [&](const Home& home) {
            ConnectJob job(shared_from_this(), id, home);
            const bool posted = home.post(job);
            if (!posted) job.pool.reset();
            return posted;
        },
        [&](Actions& actions) {
            const auto now = PoolMachine::Clock::now();
            machine_.connect_failed(id, now, commands_);
            note(actions, now, std::make_exception_ptr(OperationalError("connecting was abandoned: the execution context it ran in has ended")));
        });
}

awaitable<void> Pool::connect(ConnectJob job) {
    const std::shared_ptr<Pool> pool = job.pool;
    std::unique_ptr<DriverConnection> connection;
    std::exception_ptr error;
    try {
        const Url url = pool->observers_->prepared(pool->url_);
        connection = co_await pool->driver_.connect(url, pool->connect_options_);
    } catch (...) {
        error = std::current_exception();
    }
    job.pool.reset();
    if (error) {
        pool->connect_failed(job.slot, error);
    } else {
        pool->connected(job.slot, std::move(connection), job.home);
    }
}

void Pool::connected(SlotId id, std::unique_ptr<DriverConnection> connection, const Home& home) noexcept {
    if (observers_->any()) observers_->pool({PoolAction::connect});
    auto slot = std::make_unique<PoolSlot>();
    slot->id = id;
    slot->connection = std::move(connection);
    slot->home = home;
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        const auto now = PoolMachine::Clock::now();
        parked_.push_back(std::move(slot));
        machine_.connected(id, now, commands_);
        note(actions, now);
    }
    carry_out(actions);
}

void Pool::connect_failed(SlotId id, const std::exception_ptr& error) noexcept {
    if (observers_->any()) observers_->pool({PoolAction::connect_failed, error});
    const bool refusal = is_refusal(error);
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        const auto now = PoolMachine::Clock::now();
        if (refusal) {
            refusal_ = error;
            machine_.connect_refused(id, random_part(), now, commands_);
        } else {
            machine_.connect_failed(id, now, commands_);
        }
        note(actions, now, error);
    }
    carry_out(actions);
}

namespace {

// Gives the connection back when it goes out of scope: closed, unless it was found clean.
struct Reset {
    explicit Reset(std::unique_ptr<PoolSlot> dirty) noexcept : slot(std::move(dirty)) {}
    Reset(Reset&&) noexcept = default;
    Reset& operator=(Reset&&) = delete;
    ~Reset() {
        if (!slot) return;
        Pool& pool = *slot->pool;
        pool.give_back(std::move(slot), kind);
    }

    std::unique_ptr<PoolSlot> slot;
    ReleaseKind kind = ReleaseKind::broken;
};

}  // namespace

awaitable<void> Pool::reset(std::unique_ptr<PoolSlot> slot) {
    Reset job(std::move(slot));
    const std::shared_ptr<Observers> observers = job.slot->pool->observers_;
    DriverConnection& connection = *job.slot->connection;
    std::exception_ptr error;
    if (!is_idle(connection)) {
        Batch batch = rollback_batch();
        if (!connection.try_execute(batch)) batch = co_await connection.execute(std::move(batch));
        error = batch.error;
    }
    job.slot->owes_rollback = false;
    if (is_idle(connection)) job.kind = ReleaseKind::clean;
    if (observers->any()) observers->pool({PoolAction::reset, error});
}

void Pool::start_reset(std::unique_ptr<PoolSlot> slot) noexcept {
    const Home home = slot->home;
    auto start = [job = Reset(std::move(slot))](const asio::any_io_executor& executor) mutable {
        asio::co_spawn(executor, reset(std::move(job.slot)), asio::detached);
    };
    home.post(start);  // when the context is gone, `start` closes the connection
}

// ---------------------------------------------------------------- rollbacks that nothing came to travel with

// A timer on one context, for as long as connections of that context owe a rollback. However it ends, its place in the list goes with it.
struct Pool::Housekeeping {
    Housekeeping(const std::shared_ptr<Pool>& owner, const void* where) : pool(owner), home(where) {}
    Housekeeping(Housekeeping&& other) noexcept : pool(std::move(other.pool)), home(other.home) {}
    Housekeeping& operator=(Housekeeping&&) = delete;
    ~Housekeeping() {
        const auto alive = pool.lock();
        if (!alive) return;
        const std::lock_guard lock(alive->mutex_);
        std::erase(alive->housekeeping_, home);
    }
    void operator()(const asio::any_io_executor& executor) {
        auto timer = std::make_unique<asio::steady_timer>(executor, ride_within);
        asio::steady_timer& waiting = *timer;
        waiting.async_wait([self = std::move(*this), held = std::move(timer)](const boost::system::error_code& error) mutable {
            const auto alive = self.pool.lock();
            if (error || !alive || !alive->keep_house(self.home)) return;
            const asio::any_io_executor again = held->get_executor();
            self(again);
        });
    }

    std::weak_ptr<Pool> pool;  // empty: somebody else's now
    const void* home;
};

bool Pool::arm_housekeeping(const Home& home) noexcept {
    try {
        {
            const std::lock_guard lock(mutex_);
            if (std::find(housekeeping_.begin(), housekeeping_.end(), home.id()) != housekeeping_.end()) return true;
            housekeeping_.push_back(home.id());
        }
        Housekeeping start(shared_from_this(), home.id());
        return home.post(start);
    } catch (...) {  // no memory: the rollback is sent at once instead
        return false;
    }
}

// Sends the rollbacks that have waited long enough. Returns true when some of this context's are still waiting.
bool Pool::keep_house(const void* home) noexcept {
    std::vector<std::unique_ptr<PoolSlot>> due;
    bool more = false;
    {
        const std::lock_guard lock(mutex_);
        const auto now = PoolMachine::Clock::now();
        std::vector<SlotId> ids;
        for (const auto& slot : parked_) {
            if (!slot->owes_rollback || slot->home.id() != home) continue;
            if (now - slot->owing_since >= ride_within && machine_.borrow_idle(slot->id, now)) {
                ids.push_back(slot->id);
            } else {
                more = true;
            }
        }
        for (const SlotId id : ids) due.push_back(unpark(id));
    }
    for (auto& slot : due) {
        slot->pool = shared_from_this();
        start_reset(std::move(slot));
    }
    return more;
}

void Pool::give_back(std::unique_ptr<PoolSlot> slot) noexcept {
    const DriverConnection& connection = *slot->connection;
    if (!connection.usable()) return give_back(std::move(slot), ReleaseKind::invalidate_older);
    const bool idle = connection.transaction_status() == TransactionStatus::idle;
    if (!idle && reset_on_return_ == ResetOnReturn::close) return give_back(std::move(slot), ReleaseKind::broken);
    if (idle) {
        slot->owes_rollback = false;
        return give_back(std::move(slot), ReleaseKind::clean);
    }
    if (slot->owes_rollback && connection.transaction_status() == TransactionStatus::active) {
        if (connection.rollback_may_wait() && arm_housekeeping(slot->home)) {
            slot->owing_since = PoolMachine::Clock::now();
            return give_back(std::move(slot), ReleaseKind::clean);
        }
        Batch batch = rollback_batch();
        if (slot->connection->try_execute(batch)) {
            if (observers_->any()) observers_->pool({PoolAction::reset, batch.error});
            slot->owes_rollback = false;
            return give_back(std::move(slot), is_idle(connection) ? ReleaseKind::clean : ReleaseKind::broken);
        }
    }
    start_reset(std::move(slot));
}

// ---------------------------------------------------------------- Lease

Lease::Lease() noexcept = default;
Lease::Lease(std::unique_ptr<PoolSlot> slot) noexcept : slot_(std::move(slot)) {}
Lease::Lease(Lease&& other) noexcept = default;
Lease& Lease::operator=(Lease&& other) noexcept {
    if (this != &other) {
        release();
        slot_ = std::move(other.slot_);
    }
    return *this;
}
Lease::~Lease() { release(); }

DriverConnection& Lease::connection() const noexcept { return *slot_->connection; }

bool Lease::owes_rollback() const noexcept { return slot_ && slot_->owes_rollback; }
void Lease::rolled_back() noexcept { slot_->owes_rollback = false; }
awaitable<void> Lease::settle() {
    if (!owes_rollback()) co_return;
    Batch batch = rollback_batch();
    if (!connection().try_execute(batch)) batch = co_await connection().execute(std::move(batch));
    batch.rethrow_error();
    rolled_back();
}
bool Lease::reused() const noexcept { return slot_ && slot_->reused; }

void Lease::release(bool only_read) noexcept {
    if (!slot_) return;
    slot_->owes_rollback = slot_->owes_rollback || only_read;
    Pool& pool = *slot_->pool;
    pool.give_back(std::move(slot_));
}

void Lease::discard() noexcept {
    if (!slot_) return;
    Pool& pool = *slot_->pool;
    slot_->connection->close();
    pool.give_back(std::move(slot_), ReleaseKind::broken);
}

}  // namespace azoth::detail
