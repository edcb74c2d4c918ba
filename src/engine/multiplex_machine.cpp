// MultiplexMachine: which reads travel together, over how many connections.
#include <azoth/engine/multiplex_machine.hpp>

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <utility>

namespace azoth::detail {

// ---------------------------------------------------------------- inputs

void MultiplexMachine::submit(CallId call, TimePoint now, MultiplexCommands& out) {
    queue_.push_back({call});
    settle(now, out);
}

void MultiplexMachine::abandon(CallId call, TimePoint now, MultiplexCommands& out) {
    const auto is_it = [call](const Call& other) { return other.id == call; };
    if (const auto place = std::find_if(queue_.begin(), queue_.end(), is_it); place != queue_.end()) {
        queue_.erase(place);
        return;
    }
    for (Link& link : links_) {
        const auto place = std::find_if(link.calls.begin(), link.calls.end(), is_it);
        if (place == link.calls.end()) continue;
        place->abandoned = true;
        stop_if_held_up(link, now, out);
        return;
    }
}

void MultiplexMachine::opened(LinkId id) {
    find(id).state = State::free;
    refused_link_ = false;
}

void MultiplexMachine::open_failed(LinkId id, TimePoint now, MultiplexCommands& out) {
    remove(id);
    if (links_.empty()) {
        for (const Call& call : queue_) out.refused.push_back(call.id);
        queue_.clear();
    } else {
        refused_link_ = true;  // those that are there go on alone
    }
    settle(now, out);
}

std::vector<CallId> MultiplexMachine::take(LinkId id, TimePoint now) {
    Link& link = find(id);
    std::vector<CallId> taken;
    while (!queue_.empty() && taken.size() < options_.batch) {
        if (queue_.front().alone && !taken.empty()) break;
        link.calls.push_back(queue_.front());
        taken.push_back(queue_.front().id);
        queue_.pop_front();
        if (link.calls.back().alone) break;
    }
    link.state = taken.empty() ? State::idle : State::flying;
    link.since = now;
    return taken;
}

void MultiplexMachine::finished(LinkId id, std::span<const CallResult> results, TimePoint now, MultiplexCommands& out) {
    Link& link = find(id);
    if (results.size() != link.calls.size()) throw_internal_error("multiplexed: a batch came back with another number of results");
    std::vector<Call> back;
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i] == CallResult::not_run) back.push_back(link.calls[i]);
    }
    link.calls.clear();
    link.state = State::free;
    link.cancelling = false;  // it came too late
    refused_link_ = false;
    put_back(back);
    settle(now, out);
}

void MultiplexMachine::broken(LinkId id, bool cancelled, TimePoint now, MultiplexCommands& out) {
    std::vector<Call> calls = std::move(find(id).calls);
    remove(id);
    refused_link_ = false;
    std::vector<Call> back;
    for (Call& call : calls) {
        if (call.abandoned) continue;
        if (cancelled) {
            call.alone = true;
        } else if (std::exchange(call.repeated, true)) {
            out.refused.push_back(call.id);
            continue;
        }
        back.push_back(call);
    }
    put_back(back);
    settle(now, out);
}

bool MultiplexMachine::retire(LinkId id) {
    Link& link = find(id);
    if (!queue_.empty()) {
        link.state = State::free;
        return false;
    }
    remove(id);
    return true;
}

void MultiplexMachine::tick(TimePoint now, MultiplexCommands& out) {
    for (Link& link : links_) stop_if_held_up(link, now, out);
    settle(now, out);
}

// ---------------------------------------------------------------- decisions

// They are older than whatever waits.
void MultiplexMachine::put_back(std::vector<Call>& calls) {
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) {
        if (!call->abandoned) queue_.push_front(*call);
    }
}

// Nobody knows which statement of a batch is the slow one; it may be one that nobody waits for.
void MultiplexMachine::stop_if_held_up(Link& link, TimePoint now, MultiplexCommands& out) {
    if (link.state != State::flying || link.cancelling) return;
    const auto gone = std::count_if(link.calls.begin(), link.calls.end(), [](const Call& call) { return call.abandoned; });
    if (gone == 0) return;
    if (static_cast<std::size_t>(gone) != link.calls.size() && !slow(link, now)) return;
    link.cancelling = true;
    out.cancel.push_back(link.id);
}

void MultiplexMachine::settle(TimePoint now, MultiplexCommands& out) {
    if (queue_.empty()) return;
    for (Link& link : links_) {
        if (link.state == State::free) return;  // it takes all there is
        if (link.state != State::idle) continue;
        link.state = State::free;
        out.wake.push_back(link.id);
        return;
    }
    if (links_.size() >= options_.links || refused_link_) return;
    const bool held_up = std::all_of(links_.begin(), links_.end(), [&](const Link& link) { return slow(link, now); });
    if (!held_up) return;
    links_.emplace_back().id = LinkId{++last_link_};
    out.open.push_back(links_.back().id);
}

MultiplexMachine::Link& MultiplexMachine::find(LinkId id) {
    const auto place = std::find_if(links_.begin(), links_.end(), [id](const Link& link) { return link.id == id; });
    if (place == links_.end()) throw_internal_error("multiplexed: a connection was reported that is not there");
    return *place;
}

void MultiplexMachine::remove(LinkId id) { links_.erase(links_.begin() + (&find(id) - links_.data())); }

}  // namespace azoth::detail
