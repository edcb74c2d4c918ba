// Random histories of shared reads against a plain model: what must hold after every step, and that everybody is served in the end.
#include "engine/multiplex_machine.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace azoth::detail;
using namespace std::chrono_literals;

namespace {

// Cheaper than a Catch assertion, of which there would be millions.
void must(bool holds, const char* what) {
    if (!holds) throw std::logic_error(what);
}

struct Read : SharedRead {
    int losses = 0;  // as the model counts them
};

struct Model {
    struct Run {
        std::vector<SharedReadPtr> batch;
        bool stopped = false;
    };

    const std::size_t most_runs;
    const std::size_t together;
    MultiplexMachine machine;
    std::mt19937_64 random;
    MultiplexMachine::TimePoint now{1000s};
    MultiplexCommands commands;
    std::map<std::uint64_t, Run> runs;
    std::set<std::shared_ptr<Read>> open;  // somebody waits for these
    std::uint64_t last_run = 0;
    MultiplexMachine::TimePoint refused_until{};
    std::size_t answered = 0;
    std::size_t failed = 0;
    std::size_t left = 0;
    std::size_t submitted = 0;

    Model(std::size_t runs_at_most, std::size_t reads_together, std::uint64_t seed)
        : most_runs(runs_at_most), together(reads_together), machine(runs_at_most, reads_together), random(seed) {}

    std::uint64_t pick(bool flying) {
        std::vector<std::uint64_t> found;
        for (const auto& [id, run] : runs) {
            if (run.batch.empty() != flying) found.push_back(id);
        }
        return found.empty() ? 0 : found[random() % found.size()];
    }

    void settle(const SharedReadPtr& read) { must(open.erase(std::static_pointer_cast<Read>(read)) == 1, "everybody is settled once"); }

    void carry_out(bool may_fail) {
        for (const RunId run : commands.start) {
            must(static_cast<std::uint64_t>(run) == ++last_run, "runs are never reused");
            runs[last_run];
        }
        for (const RunId run : commands.stop) {
            Run& stopped = runs.at(static_cast<std::uint64_t>(run));
            must(!stopped.batch.empty() && !stopped.stopped, "what is stopped is under way, and stopped once");
            for (const SharedReadPtr& read : stopped.batch) must(open.count(std::static_pointer_cast<Read>(read)) == 0, "nobody waits for what is stopped");
            stopped.stopped = true;
        }
        for (const SharedReadPtr& read : commands.failed) {
            must(may_fail, "an error belongs to what has just failed");
            settle(read);
            ++failed;
        }
        commands = {};
        check();
    }

    void check() const {
        must(machine.runs() == runs.size(), "the runs are those that were started");
        must(runs.size() <= most_runs, "no more runs than may be");
        std::size_t flying = 0;
        for (const auto& [id, run] : runs) {
            for (const SharedReadPtr& read : run.batch) flying += open.count(std::static_pointer_cast<Read>(read));
        }
        must(machine.waiting().size() + flying == open.size(), "who waits is in the queue or under way");
        if (machine.waiting().empty()) return;
        const bool ready = std::any_of(runs.begin(), runs.end(), [](const auto& entry) { return entry.second.batch.empty(); });
        must(ready || runs.size() == most_runs || (!runs.empty() && refused_until != MultiplexMachine::TimePoint{}), "nobody is forgotten");
    }

    void take(std::uint64_t id) {
        const auto before = machine.waiting();
        std::vector<SharedReadPtr> batch;
        machine.take(RunId{id}, batch, now, commands);
        must(batch.size() <= together, "a batch has a limit");
        must(batch.empty() == before.empty(), "who is ready takes what waits");
        must(std::equal(batch.begin(), batch.end(), before.begin()), "first come, first served");
        for (const SharedReadPtr& read : batch) must(std::static_pointer_cast<Read>(read)->losses == 0 || batch.size() == 1, "what lost a connection travels alone");
        if (batch.empty()) {
            runs.erase(id);
        } else {
            runs[id].batch = batch;
        }
        carry_out(false);
    }

    void finish(std::uint64_t id, bool connection_lost) {
        Run& run = runs.at(id);
        const std::vector<SharedReadPtr> batch = std::exchange(run.batch, {});
        run.stopped = false;
        // So many are answered; then either one fails and the rest did not run, or all the rest is lost.
        const std::size_t ran = connection_lost ? random() % batch.size() : 1 + random() % batch.size();
        std::vector<ReadOutcome> outcomes(batch.size(), connection_lost ? ReadOutcome::lost : ReadOutcome::not_run);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto read = std::static_pointer_cast<Read>(batch[i]);
            if (i >= ran) {
                if (connection_lost) ++read->losses;
                continue;
            }
            outcomes[i] = ReadOutcome::answered;
            if (open.erase(read) != 0) ++answered;
        }
        machine.finished(RunId{id}, outcomes, commands);
        for (const SharedReadPtr& read : commands.failed) must(std::static_pointer_cast<Read>(read)->losses == 2, "a lost read is asked again once");
        carry_out(connection_lost);
    }

    void end(std::uint64_t id, RunEnd why) {
        runs.erase(id);
        if (why == RunEnd::refused && !runs.empty()) refused_until = now + 1s;
        machine.ended(RunId{id}, why, now, commands);
        carry_out(why == RunEnd::refused);
    }

    void submit() {
        const auto read = std::make_shared<Read>();
        open.insert(read);
        ++submitted;
        machine.submit(read, now, commands);
        carry_out(false);
    }

    void leave() {
        if (open.empty()) return;
        const auto read = *std::next(open.begin(), static_cast<std::ptrdiff_t>(random() % open.size()));
        open.erase(read);
        ++left;
        must(machine.leave(*read, commands), "who waits may leave");
        must(!machine.leave(*read, commands), "once");
        carry_out(false);
    }

    void step(bool drain) {
        const auto roll = random() % 100;
        if (roll < 40 && !drain) return submit();
        if (roll < 50 && !drain) return leave();
        if (roll < 70) {
            const std::uint64_t id = pick(false);
            if (id == 0) return;
            if (roll < 52) return end(id, RunEnd::refused);
            if (roll < 54) return end(id, RunEnd::gone);
            if (roll < 56 && machine.retire(RunId{id})) {
                runs.erase(id);
                return check();
            }
            return take(id);
        }
        if (roll < 97) {
            const std::uint64_t id = pick(true);
            if (id == 0) return;
            if (roll < 74 || runs.at(id).stopped) return end(id, RunEnd::gone);
            return finish(id, roll < 80);
        }
        now += std::chrono::milliseconds(random() % 500);
    }
};

}  // namespace

TEST_CASE("random histories of shared reads: nobody is forgotten, nobody is served twice", "[multiplex][random]") {
    std::size_t answered = 0;
    std::size_t failed = 0;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        INFO("seed " << seed);
        Model model(1 + seed % 4, 1 + seed % 7, seed);
        CHECK_NOTHROW([&] {
            for (int i = 0; i < 1500; ++i) model.step(false);
            for (int i = 0; i < 20000 && !(model.open.empty() && model.runs.empty()); ++i) model.step(true);
        }());
        CHECK(model.open.empty());
        CHECK(model.runs.empty());
        CHECK(model.answered + model.failed + model.left == model.submitted);
        answered += model.answered;
        failed += model.failed;
    }
    CHECK(answered > 50000);
    CHECK(failed > 1000);
}
