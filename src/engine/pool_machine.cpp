// PoolMachine: who gets which connection, and when one is opened or closed.
#include <azoth/engine/pool_machine.hpp>

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <utility>

namespace azoth::detail {

namespace {

using std::chrono::milliseconds;

// The longest pause after the first refusal; it doubles with every further one, up to the last.
constexpr milliseconds first_pause{20};
constexpr milliseconds longest_pause{1000};

// "30 s", "1.5 s", "250 ms"
std::string duration_text(milliseconds duration) {
    const auto total = duration.count();
    if (total < 1000) return std::to_string(total) + " ms";
    std::string text = std::to_string(total / 1000);
    if (const auto tenths = total % 1000 / 100; tenths != 0) text += "." + std::to_string(tenths);
    return text + " s";
}

PoolMachine::TimePoint after(PoolMachine::TimePoint now, milliseconds timeout) {
    const auto left = std::chrono::duration_cast<milliseconds>(PoolMachine::TimePoint::max() - now);
    return timeout >= left ? PoolMachine::TimePoint::max() : now + timeout;
}

}  // namespace

PoolMachine::PoolMachine(const PoolOptions& options) : options_(options) {
    if (options.pool_size < 0) throw_argument_error("pool_size: must be 0 (no limit) or more");
    if (options.max_overflow < -1) throw_argument_error("max_overflow: must be -1 (no limit) or more");
    if (options.pool_timeout < milliseconds::zero())
        throw_argument_error("pool_timeout: must be 0 (fail at once) or more");
    if (options.mode == PoolMode::single) {
        options_.pool_size = 1;
        options_.max_overflow = 0;
        options_.pool_recycle = milliseconds{-1};
    }
}

// ---------------------------------------------------------------- inputs

void PoolMachine::acquire(WaiterId waiter, TimePoint now, Commands& out, const void* context) {
    if (waiter <= last_waiter_) throw_internal_error("pool: callers must come with rising ids");
    last_waiter_ = waiter;
    Waiter added;
    added.id = waiter;
    added.deadline = after(now, options_.pool_timeout);
    added.context = context;
    queue_.push_back(added);
    settle(now, out);
}

bool PoolMachine::cancel(WaiterId waiter, TimePoint now, Commands& out) {
    const auto place = std::lower_bound(queue_.begin(), queue_.end(), waiter,
                                        [](const Waiter& other, WaiterId id) { return other.id < id; });
    if (place == queue_.end() || place->id != waiter) return false;
    queue_.erase(place);
    settle(now, out);
    return true;
}

void PoolMachine::connected(SlotId id, TimePoint now, Commands& out) {
    Slot& slot = slot_in(id, State::connecting);
    slot.abandoned = false;
    slot.born = ++sequence_;
    slot.connected_at = now;
    if (static_cast<std::uint64_t>(id) >= refused_from_) {  // the server takes connections again
        refusals_ = 0;
        retry_at_ = now;
        width_ = width_ > any_number / 2 ? any_number : width_ * 2;
    }
    if (slot.retired && queue_.empty()) {
        close(id, out);
    } else {
        slot.retired = false;
        offer(id, true, now, out);
    }
    settle(now, out);
}

void PoolMachine::connect_failed(SlotId id, TimePoint now, Commands& out) {
    const bool relied = !slot_in(id, State::connecting).abandoned;
    remove(id);
    if (relied) {
        // A connect is relied on only while somebody waits, see settle().
        out.push_back({PoolCommandKind::reject_connect, queue_.front().id, id});
        queue_.pop_front();
    }
    settle(now, out);
}

void PoolMachine::connect_refused(SlotId id, double part, TimePoint now, Commands& out) {
    (void)slot_in(id, State::connecting);
    remove(id);
    if (static_cast<std::uint64_t>(id) >= refused_from_) {
        const milliseconds longest = refusals_ < 6 ? std::min(first_pause * (1 << refusals_), longest_pause) : longest_pause;
        ++refusals_;
        width_ = 1;
        refused_from_ = next_slot_;
        retry_at_ = now + std::chrono::duration_cast<Clock::duration>(longest * part);
    }
    settle(now, out);
}

void PoolMachine::pause_over(TimePoint now, Commands& out) {
    pausing_ = false;
    settle(now, out);
}

void PoolMachine::release(SlotId id, ReleaseKind kind, TimePoint now, Commands& out) {
    const Slot& slot = slot_in(id, State::leased);
    const bool known_stale = slot.born < valid_from_;
    if (kind == ReleaseKind::clean && !slot.retired && !known_stale) {
        offer(id, false, now, out);
    } else {
        close(id, out);
        // What is stale already tells nothing about connections made since: else each of many connections lost in one
        // restart would throw away the new ones again.
        if (kind == ReleaseKind::invalidate_older && !known_stale) invalidate_made_before_now(out);
    }
    settle(now, out);
}

void PoolMachine::found_dead(SlotId id, TimePoint now, Commands& out) {
    const Slot& slot = slot_in(id, State::leased);
    Waiter back;
    back.id = slot.waiter;
    back.deadline = slot.deadline;
    back.context = slot.context;
    const bool known_stale = slot.born < valid_from_;
    close(id, out);
    if (!known_stale) invalidate_made_before_now(out);
    const auto place = std::lower_bound(queue_.begin(), queue_.end(), back.id,
                                        [](const Waiter& other, WaiterId other_id) { return other.id < other_id; });
    queue_.insert(place, back);
    settle(now, out);
}

void PoolMachine::detach(SlotId id, TimePoint now, Commands& out) {
    (void)slot_in(id, State::leased);
    remove(id);
    settle(now, out);
}

bool PoolMachine::borrow_idle(SlotId id, TimePoint now) {
    const auto place = std::find(idle_.begin(), idle_.end(), id);
    if (place == idle_.end()) return false;
    idle_.erase(place);
    Slot& slot = find(id);
    slot.state = State::leased;
    slot.leased_at = now;
    return true;
}

void PoolMachine::invalidate(TimePoint now, Commands& out) {
    invalidate_made_before_now(out);
    settle(now, out);
}

void PoolMachine::dispose(TimePoint now, Commands& out) {
    invalidate_made_before_now(out);
    for (Slot& slot : slots_) slot.retired = true;
    settle(now, out);
}

void PoolMachine::tick(TimePoint now, Commands& out) { settle(now, out); }

// ---------------------------------------------------------------- decisions

// Brings the pool to rest after an input: nobody waits beside a usable idle connection, nobody waits while there is
// room for another connect, but for the pauses of a server that refuses, no connect counts as relied on that nobody
// needs, nobody waits past the deadline.
void PoolMachine::settle(TimePoint now, Commands& out) {
    while (!queue_.empty() && grant_idle(now, out)) {
    }
    std::size_t relied = relied_on();
    // The oldest connect first: it is the likeliest to hang, and the next caller must not come to rely on it.
    for (auto slot = slots_.begin(); slot != slots_.end() && relied > queue_.size(); ++slot) {
        if (slot->state != State::connecting || slot->abandoned) continue;
        slot->abandoned = true;
        --relied;
    }
    while (relied < queue_.size() && relied < width_ && now >= retry_at_ && has_room()) {
        Slot slot;
        slot.id = SlotId{next_slot_++};
        slots_.push_back(slot);
        idle_.reserve(slots_.size());  // a connection that comes back finds its place without allocating
        out.push_back({PoolCommandKind::connect, queue_[relied].id, slot.id});
        ++relied;
    }
    // Deadlines rise along the queue, since all were set by the same timeout.
    const PoolCommandKind why = refusals_ == 0 ? PoolCommandKind::reject_timeout : PoolCommandKind::reject_refused;
    while (relied < queue_.size() && queue_[relied].deadline <= now) {
        const auto place = queue_.begin() + static_cast<std::ptrdiff_t>(relied);
        out.push_back({why, place->id});
        queue_.erase(place);
    }
    if (now < retry_at_ && relied < queue_.size() && relied < width_ && has_room() && !std::exchange(pausing_, true))
        out.push_back({PoolCommandKind::pause, queue_[relied].id});
}

// A connection is free: to the head of the queue, to the idle ones, or out.
void PoolMachine::offer(SlotId id, bool fresh, TimePoint now, Commands& out) {
    Slot& slot = find(id);
    if (!queue_.empty() && !expired(slot, now)) {
        grant(slot, fresh, now, out);
    } else if (queue_.empty() && keeps_idle()) {
        slot.state = State::idle;
        idle_.push_back(id);
    } else {
        close(id, out);
    }
}

// Gives the head of the queue an idle connection, closing those it finds too old. False when there is none.
bool PoolMachine::grant_idle(TimePoint now, Commands& out) {
    while (!idle_.empty()) {
        // Distances from the end that is to be used first.
        const auto at = [&](std::size_t i) { return options_.use_lifo ? idle_.size() - 1 - i : i; };
        std::size_t chosen = 0;
        if (const void* context = queue_.front().context; context != nullptr) {
            for (std::size_t i = 0; i < idle_.size(); ++i) {
                if (find(idle_[at(i)]).context != context) continue;
                chosen = i;
                break;
            }
        }
        const auto place = idle_.begin() + static_cast<std::ptrdiff_t>(at(chosen));
        Slot& slot = find(*place);
        idle_.erase(place);
        if (!expired(slot, now)) {
            grant(slot, false, now, out);
            return true;
        }
        close(slot.id, out);
    }
    return false;
}

void PoolMachine::grant(Slot& slot, bool fresh, TimePoint now, Commands& out) {
    const Waiter waiter = queue_.front();
    queue_.pop_front();
    slot.state = State::leased;
    slot.leased_at = now;
    slot.waiter = waiter.id;
    slot.deadline = waiter.deadline;
    slot.context = waiter.context;
    out.push_back({PoolCommandKind::grant, waiter.id, slot.id, fresh});
}

void PoolMachine::invalidate_made_before_now(Commands& out) {
    valid_from_ = ++sequence_;
    for (const SlotId id : idle_) close(id, out);
    idle_.clear();
}

// ---------------------------------------------------------------- questions

PoolMachine::Slot& PoolMachine::find(SlotId id) {
    const auto slot = std::lower_bound(slots_.begin(), slots_.end(), id,
                                       [](const Slot& other, SlotId wanted) { return other.id < wanted; });
    if (slot == slots_.end() || slot->id != id)
        throw_internal_error("pool: a connection was reported that the pool does not have");
    return *slot;
}

PoolMachine::Slot& PoolMachine::slot_in(SlotId id, State expected) {
    Slot& slot = find(id);
    if (slot.state != expected) throw_internal_error("pool: a connection was reported in a state it is not in");
    return slot;
}

void PoolMachine::remove(SlotId id) { slots_.erase(slots_.begin() + (&find(id) - slots_.data())); }

void PoolMachine::close(SlotId id, Commands& out) {
    remove(id);
    out.push_back({PoolCommandKind::close, WaiterId{}, id});
}

bool PoolMachine::expired(const Slot& slot, TimePoint now) const {
    if (options_.pool_recycle <= milliseconds::zero()) return false;
    return std::chrono::duration_cast<milliseconds>(now - slot.connected_at) > options_.pool_recycle;
}

bool PoolMachine::has_room() const {
    if (options_.mode == PoolMode::none) return true;
    if (options_.mode == PoolMode::single) return slots_.empty();
    if (options_.pool_size == 0 || options_.max_overflow == -1) return true;
    const auto counted = static_cast<std::size_t>(std::count_if(
        slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.state != State::leased || !slot.retired; }));
    return counted < static_cast<std::size_t>(options_.pool_size) + static_cast<std::size_t>(options_.max_overflow);
}

bool PoolMachine::keeps_idle() const {
    if (options_.mode == PoolMode::none) return false;
    return options_.pool_size == 0 || idle_.size() < static_cast<std::size_t>(options_.pool_size);
}

std::size_t PoolMachine::count(State state) const {
    return static_cast<std::size_t>(
        std::count_if(slots_.begin(), slots_.end(), [&](const Slot& slot) { return slot.state == state; }));
}

std::size_t PoolMachine::relied_on() const {
    return static_cast<std::size_t>(std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) {
        return slot.state == State::connecting && !slot.abandoned;
    }));
}

std::optional<PoolMachine::TimePoint> PoolMachine::next_deadline() const {
    const std::size_t relied = relied_on();
    if (relied >= queue_.size()) return std::nullopt;
    return queue_[relied].deadline;
}

PoolStatus PoolMachine::status() const {
    PoolStatus status;
    status.size = options_.mode == PoolMode::none ? 0 : static_cast<std::size_t>(options_.pool_size);
    status.idle = count(State::idle);
    status.connecting = count(State::connecting);
    status.waiting = queue_.size();
    for (const Slot& slot : slots_) {
        if (slot.state != State::leased) continue;
        ++(slot.retired ? status.retired : status.checked_out);
        if (!status.longest_held_since || slot.leased_at < *status.longest_held_since)
            status.longest_held_since = slot.leased_at;
    }
    status.overflow = static_cast<std::ptrdiff_t>(status.idle + status.connecting + status.checked_out) -
                      static_cast<std::ptrdiff_t>(status.size);
    return status;
}

std::string PoolMachine::timeout_message(TimePoint now) const {
    const PoolStatus counts = status();
    std::string text = "no connection became free within " + duration_text(options_.pool_timeout);
    if (options_.mode == PoolMode::single) {
        text += ": an in-memory database has one connection, and it serves one session or connection at a time";
    } else {
        text += ": pool_size " + std::to_string(options_.pool_size) + ", max_overflow " +
                std::to_string(options_.max_overflow) + ", in use " + std::to_string(counts.checked_out);
        if (counts.connecting != 0) text += ", connecting " + std::to_string(counts.connecting);
    }
    text += ", others waiting " + std::to_string(counts.waiting);
    if (counts.longest_held_since) {
        const auto held = std::chrono::duration_cast<milliseconds>(now - *counts.longest_held_since);
        text += "; the longest holder has had its connection for " + duration_text(held);
    }
    if (options_.mode == PoolMode::single)
        text += "; this task may itself hold it: finish or close one session before another begins";
    return text;
}

}  // namespace azoth::detail
