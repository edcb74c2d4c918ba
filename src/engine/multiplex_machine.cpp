// MultiplexMachine: which reads travel together, over how many connections.
#include "engine/multiplex_machine.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <utility>

namespace azoth::detail {

namespace {

// A server that has just refused a connection is not asked again at once, as long as there is another one.
constexpr std::chrono::seconds after_refusal{1};

using State = SharedRead::State;

}  // namespace

void MultiplexMachine::submit(SharedReadPtr read, TimePoint now, MultiplexCommands& out) {
    queue_.push_back(std::move(read));
    start_if_needed(now, out);
}

bool MultiplexMachine::leave(SharedRead& read, MultiplexCommands& out) {
    const State before = std::exchange(read.state, State::settled);
    if (before == State::settled) return false;
    if (before == State::waiting) {
        std::erase_if(queue_, [&](const SharedReadPtr& other) { return other.get() == &read; });
        return true;
    }
    const Run& run = find(read.run);
    const bool wanted = std::any_of(run.batch.begin(), run.batch.end(), [](const SharedReadPtr& other) { return other->state == State::flying; });
    if (!wanted) out.stop.push_back(run.id);
    return true;
}

bool MultiplexMachine::retire(RunId id) {
    if (!queue_.empty()) return false;
    remove(id);
    return true;
}

void MultiplexMachine::take(RunId id, std::vector<SharedReadPtr>& batch, TimePoint now, MultiplexCommands& out) {
    batch.clear();
    batch.reserve(std::min(queue_.size(), together_));
    while (!queue_.empty() && batch.size() < together_) {
        if (queue_.front()->again && !batch.empty()) break;
        SharedReadPtr read = std::move(queue_.front());
        queue_.pop_front();
        read->state = State::flying;
        read->run = id;
        const bool alone = read->again;
        batch.push_back(std::move(read));
        if (alone) break;
    }
    if (batch.empty()) return remove(id);
    find(id).batch = batch;
    start_if_needed(now, out);
}

void MultiplexMachine::finished(RunId id, std::span<const ReadOutcome> outcomes, MultiplexCommands& out) {
    std::vector<SharedReadPtr> batch = std::exchange(find(id).batch, {});
    if (outcomes.size() != batch.size()) throw_internal_error("multiplexed: a batch came back with another number of outcomes");
    std::vector<SharedReadPtr> back;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        SharedReadPtr& read = batch[i];
        if (read->state == State::settled) continue;
        const bool lost = outcomes[i] == ReadOutcome::lost;
        if (lost && read->again) {
            read->state = State::settled;
            out.failed.push_back(std::move(read));
        } else if (outcomes[i] == ReadOutcome::answered) {
            read->state = State::settled;
        } else {
            read->again = read->again || lost;
            back.push_back(std::move(read));
        }
    }
    put_back(back);
}

void MultiplexMachine::ended(RunId id, RunEnd why, TimePoint now, MultiplexCommands& out) {
    std::vector<SharedReadPtr> batch = std::move(find(id).batch);
    remove(id);
    std::erase_if(batch, [](const SharedReadPtr& read) { return read->state == State::settled; });
    put_back(batch);
    if (why == RunEnd::refused && runs_.empty()) {
        for (SharedReadPtr& read : queue_) {
            read->state = State::settled;
            out.failed.push_back(std::move(read));
        }
        queue_.clear();
    } else if (why == RunEnd::refused) {
        refused_until_ = now + after_refusal;
    }
    start_if_needed(now, out);
}

// They are older than whatever waits.
void MultiplexMachine::put_back(std::vector<SharedReadPtr>& reads) {
    for (auto read = reads.rbegin(); read != reads.rend(); ++read) {
        (*read)->state = State::waiting;
        queue_.push_front(std::move(*read));
    }
}

void MultiplexMachine::start_if_needed(TimePoint now, MultiplexCommands& out) {
    if (queue_.empty() || runs_.size() >= most_runs_) return;
    if (std::any_of(runs_.begin(), runs_.end(), [](const Run& run) { return run.batch.empty(); })) return;
    if (!runs_.empty() && now < refused_until_) return;
    runs_.push_back({RunId{++last_run_}});
    out.start.push_back(runs_.back().id);
}

MultiplexMachine::Run& MultiplexMachine::find(RunId id) {
    const auto place = std::find_if(runs_.begin(), runs_.end(), [id](const Run& run) { return run.id == id; });
    if (place == runs_.end()) throw_internal_error("multiplexed: a connection was reported that is not there");
    return *place;
}

void MultiplexMachine::remove(RunId id) { runs_.erase(runs_.begin() + (&find(id) - runs_.data())); }

}  // namespace azoth::detail
