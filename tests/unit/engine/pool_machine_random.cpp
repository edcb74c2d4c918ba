// Random histories of a pool against a plain model of it: what must hold after every step, whatever happened before.
#include <azoth/engine/pool_machine.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
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

struct Model {
    enum class State { connecting, idle, leased };
    struct Connection {
        State state = State::connecting;
        bool stale = false;        // made before an invalidation or dispose()
        bool uncounted = false;    // in use at dispose()
        std::uint64_t waiter = 0;  // leased: to whom
        PoolMachine::TimePoint made{};
    };

    PoolOptions options;
    PoolMachine machine;
    std::mt19937_64 random;
    PoolMachine::TimePoint now{1000s};
    PoolMachine::Commands commands;
    std::map<std::uint64_t, Connection> open;
    std::map<std::uint64_t, PoolMachine::TimePoint> waiting;  // with deadlines
    std::map<std::uint64_t, PoolMachine::TimePoint> deadlines;
    std::uint64_t last_waiter = 0;
    std::uint64_t last_slot = 0;
    std::size_t grants = 0;
    std::size_t timeouts = 0;
    bool refusing = false;  // the server is, now and then
    bool refused = false;   // and it has
    bool pausing = false;

    Model(const PoolOptions& chosen, std::uint64_t seed) : options(chosen), machine(chosen), random(seed) {}

    std::uint64_t pick(State state) {
        std::vector<std::uint64_t> found;
        for (const auto& [id, connection] : open)
            if (connection.state == state) found.push_back(id);
        return found.empty() ? 0 : found[random() % found.size()];
    }

    std::size_t count(State state) const {
        return static_cast<std::size_t>(
            std::count_if(open.begin(), open.end(), [&](const auto& entry) { return entry.second.state == state; }));
    }

    std::size_t limit() const {
        if (options.mode == PoolMode::single) return 1;
        if (options.mode == PoolMode::none || options.pool_size == 0 || options.max_overflow == -1) return SIZE_MAX;
        return static_cast<std::size_t>(options.pool_size + options.max_overflow);
    }

    std::size_t counted() const {
        return static_cast<std::size_t>(std::count_if(open.begin(), open.end(), [&](const auto& entry) {
            return options.mode == PoolMode::single || !entry.second.uncounted;
        }));
    }

    // Carries out the commands. `failed`: the connect that has just failed, or 0.
    void carry_out(std::uint64_t failed = 0) {
        for (const auto& command : commands) {
            const auto slot = static_cast<std::uint64_t>(command.slot);
            const auto waiter = static_cast<std::uint64_t>(command.waiter);
            switch (command.kind) {
                case PoolCommandKind::connect:
                    must(slot == ++last_slot, "slots are never reused");
                    must(!waiting.empty(), "connects are opened for somebody");
                    open[slot] = Connection{};
                    break;
                case PoolCommandKind::close:
                    must(open.erase(slot) == 1, "only open connections are closed, once");
                    break;
                case PoolCommandKind::grant: {
                    must(!waiting.empty() && waiting.begin()->first == waiter, "first come, first served");
                    auto& connection = open.at(slot);
                    must(connection.state != State::leased, "a connection has one user");
                    must(!connection.stale, "a stale connection is not reused");
                    must(command.fresh == (connection.state == State::connecting), "fresh means new");
                    if (options.pool_recycle > 0ms && options.mode != PoolMode::single && !command.fresh)
                        must(now - connection.made <= options.pool_recycle + 1ms, "too old to be reused");
                    connection.state = State::leased;
                    connection.waiter = waiter;
                    waiting.erase(waiter);
                    ++grants;
                    break;
                }
                case PoolCommandKind::pause:
                    must(waiting.count(waiter) == 1, "a pause is made for somebody");
                    must(!pausing, "one pause at a time");
                    must(machine.retry_at() > now, "a pause lies ahead");
                    pausing = true;
                    break;
                case PoolCommandKind::reject_refused:
                    must(refused, "a refusal is what the server said");
                    [[fallthrough]];
                case PoolCommandKind::reject_timeout:
                    must(waiting.at(waiter) <= now, "nobody times out early");
                    waiting.erase(waiter);
                    ++timeouts;
                    break;
                case PoolCommandKind::reject_connect:
                    must(failed != 0 && slot == failed, "an error belongs to a failed connect");
                    must(waiting.erase(waiter) == 1, "only who waits is rejected");
                    failed = 0;
                    break;
            }
        }
        commands.clear();
        check();
    }

    void check() const {
        const auto status = machine.status();
        must(status.waiting == waiting.size(), "waiting");
        must(status.idle == count(State::idle), "idle");
        must(status.connecting == count(State::connecting), "connecting");
        must(status.checked_out + status.retired == count(State::leased), "checked out");
        must(status.longest_held_since.has_value() == (count(State::leased) != 0), "longest holder");
        must(counted() <= limit(), "limits");
        if (options.mode == PoolMode::none) must(status.idle == 0, "nothing is kept");
        if (options.pool_size != 0) must(status.idle <= static_cast<std::size_t>(options.pool_size), "idle is bounded");
        if (!waiting.empty()) {
            must(status.idle == 0, "nobody waits beside an idle connection");
            must(counted() == limit() || status.connecting >= waiting.size() || (refused && (pausing || status.connecting != 0)), "nobody waits beside a free place");
        }
        const auto overdue =
            std::count_if(waiting.begin(), waiting.end(), [&](const auto& entry) { return entry.second <= now; });
        must(static_cast<std::size_t>(overdue) <= status.connecting, "nobody waits for ever");
        const auto next = machine.next_deadline();
        must(!next || *next > now, "deadlines lie ahead");
        must(next || waiting.size() <= status.connecting, "who waits for a connection to come back has a timer");
        must(!next || !waiting.empty(), "no timer without anybody waiting");
    }

    // State::idle connections are gone after this; those in use are stale.
    void mark_stale(bool dispose) {
        for (auto& [id, connection] : open) {
            if (connection.state != State::connecting) connection.stale = true;
            if (dispose && connection.state == State::leased) connection.uncounted = true;
        }
    }

    void acquire() {
        const auto waiter = ++last_waiter;
        waiting[waiter] = deadlines[waiter] = now + options.pool_timeout;
        machine.acquire(WaiterId{waiter}, now, commands);
        carry_out();
    }

    void cancel() {
        // Anyone who ever came: most have been served, then nothing may happen.
        const auto waiter = 1 + random() % (last_waiter + 1);
        const bool was_waiting = waiting.erase(waiter) == 1;
        must(machine.cancel(WaiterId{waiter}, now, commands) == was_waiting, "cancel says whether it came in time");
        carry_out();
    }

    void finish_connect(bool good) {
        const auto slot = pick(State::connecting);
        if (slot == 0) return;
        if (good) {
            open[slot].made = now;
            machine.connected(SlotId{slot}, now, commands);
            // Whatever is left of it after the commands idles.
            const bool spoken_for = std::any_of(commands.begin(), commands.end(), [&](const PoolCommand& command) {
                return static_cast<std::uint64_t>(command.slot) == slot;
            });
            if (!spoken_for) open[slot].state = State::idle;
            carry_out();
        } else {
            machine.connect_failed(SlotId{slot}, now, commands);
            open.erase(slot);
            carry_out(slot);
        }
    }

    void refuse_connect() {
        const auto slot = pick(State::connecting);
        if (slot == 0) return;
        refused = true;
        open.erase(slot);
        machine.connect_refused(SlotId{slot}, static_cast<double>(random() % 100) / 99, now, commands);
        carry_out();
    }

    // In time, or broken off.
    void end_pause() {
        if (!pausing) return;
        if (random() % 2 == 0) now = std::max(now, machine.retry_at());
        pausing = false;
        machine.pause_over(now, commands);
        carry_out();
    }

    void release(ReleaseKind kind) {
        const auto slot = pick(State::leased);
        if (slot == 0) return;
        auto& connection = open[slot];
        const bool reusable = kind == ReleaseKind::clean && !connection.stale;
        machine.release(SlotId{slot}, kind, now, commands);
        const bool closed = std::any_of(commands.begin(), commands.end(), [&](const PoolCommand& command) {
            return command.kind == PoolCommandKind::close && static_cast<std::uint64_t>(command.slot) == slot;
        });
        if (!reusable) must(closed, "what is not fit for reuse is closed");
        connection.state = State::idle;
        connection.uncounted = false;
        if (kind == ReleaseKind::invalidate_older && !connection.stale) mark_stale(false);
        carry_out();
    }

    void find_dead() {
        const auto slot = pick(State::leased);
        if (slot == 0) return;
        auto& connection = open[slot];
        waiting[connection.waiter] = deadlines[connection.waiter];
        connection.state = State::idle;
        connection.uncounted = false;
        if (!connection.stale) mark_stale(false);
        machine.found_dead(SlotId{slot}, now, commands);
        carry_out();
    }

    void detach() {
        const auto slot = pick(State::leased);
        if (slot == 0) return;
        open.erase(slot);
        machine.detach(SlotId{slot}, now, commands);
        carry_out();
    }

    void step() {
        const auto roll = random() % 100;
        if (roll < 30) return acquire();
        if (roll < 48) return finish_connect(true);
        if (roll < 51) return finish_connect(false);
        if (roll < 53) return refusing ? refuse_connect() : finish_connect(false);
        if (roll < 55) return end_pause();
        if (roll < 75) return release(ReleaseKind::clean);
        if (roll < 78) return release(ReleaseKind::broken);
        if (roll < 79) return release(ReleaseKind::invalidate_older);
        if (roll < 81) return find_dead();
        if (roll < 88) return cancel();
        if (roll < 89) return detach();
        if (roll < 90) {
            mark_stale(true);
            machine.dispose(now, commands);
            return carry_out();
        }
        if (roll < 91) {
            mark_stale(false);
            machine.invalidate(now, commands);
            return carry_out();
        }
        now += std::chrono::milliseconds(random() % 40);
        machine.tick(now, commands);
        carry_out();
    }

    // Ends everything under way: nobody may be left waiting, and dispose() leaves nothing open.
    void drain() {
        while (count(State::connecting) + count(State::leased) != 0 || pausing) {
            end_pause();
            if (count(State::leased) != 0) release(ReleaseKind::clean);
            finish_connect(true);
        }
        must(waiting.empty(), "no caller is lost");
        mark_stale(true);
        machine.dispose(now, commands);
        carry_out();
        must(open.empty(), "no connection is lost");
    }
};

PoolOptions make(int size, int overflow, std::chrono::milliseconds timeout, std::chrono::milliseconds recycle,
                 bool lifo, PoolMode mode) {
    PoolOptions options;
    options.pool_size = size;
    options.max_overflow = overflow;
    options.pool_timeout = timeout;
    options.pool_recycle = recycle;
    options.use_lifo = lifo;
    options.mode = mode;
    return options;
}

}  // namespace

TEST_CASE("a pool keeps its promises through random histories", "[engine][pool]") {
    const std::vector<PoolOptions> variants{
        make(5, 10, 100ms, -1ms, true, PoolMode::queue), make(1, 0, 50ms, -1ms, true, PoolMode::queue),
        make(3, 1, 200ms, 60ms, false, PoolMode::queue),  make(2, 2, 0ms, 30ms, true, PoolMode::queue),
        make(0, 0, 100ms, -1ms, true, PoolMode::queue),   make(2, -1, 100ms, 50ms, false, PoolMode::queue),
        make(5, 5, 100ms, 50ms, true, PoolMode::single),  make(5, 5, 100ms, -1ms, true, PoolMode::none),
    };
    for (std::size_t variant = 0; variant < variants.size(); ++variant) {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            INFO("variant " << variant << ", seed " << seed);
            Model model(variants[variant], seed);
            model.refusing = seed % 2 == 0;
            for (int round = 0; round < 4; ++round) {
                for (int i = 0; i < 500; ++i) REQUIRE_NOTHROW(model.step());
                REQUIRE_NOTHROW(model.drain());
            }
            CHECK(model.grants > 100);
            if (variants[variant].mode == PoolMode::queue && variants[variant].pool_size == 1)
                CHECK(model.timeouts > 0);
        }
    }
}
