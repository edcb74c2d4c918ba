// Which reads travel together, when another connection is leased, and what becomes of reads whose caller or connection goes.
#include <azoth/base/error.hpp>
#include <azoth/engine/multiplex_machine.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <initializer_list>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace azoth::detail;
using namespace std::chrono_literals;

std::string text(const std::vector<CallId>& calls) {
    std::string out;
    for (const CallId call : calls) out += (out.empty() ? "" : " ") + std::to_string(static_cast<std::uint64_t>(call));
    return out;
}

MultiplexOptions sized(std::size_t links, std::size_t batch = 128) {
    MultiplexOptions options;
    options.links = links;
    options.batch = batch;
    return options;
}

// Writes commands as text: "open 1", "wake 1", "cancel 1", "refuse 7".
struct Driver {
    MultiplexMachine machine;
    MultiplexMachine::TimePoint now{1000s};

    explicit Driver(const MultiplexOptions& options) : machine(options) {}

    static std::string text_of(const MultiplexCommands& commands) {
        std::string out;
        const auto add = [&](const char* what, auto ids) {
            for (const auto id : ids) out += (out.empty() ? "" : ", ") + std::string(what) + std::to_string(static_cast<std::uint64_t>(id));
        };
        add("open ", commands.open);
        add("wake ", commands.wake);
        add("cancel ", commands.cancel);
        add("refuse ", commands.refused);
        return out;
    }
    template <class Input>
    std::string run(Input input) {
        MultiplexCommands out;
        input(out);
        return text_of(out);
    }
    std::string submit(std::uint64_t call) {
        return run([&](auto& out) { machine.submit(CallId{call}, now, out); });
    }
    std::string abandon(std::uint64_t call) {
        return run([&](auto& out) { machine.abandon(CallId{call}, now, out); });
    }
    std::string take(std::uint64_t link) { return text(machine.take(LinkId{link}, now)); }
    // 'a' answered, '-' not run
    std::string finished(std::uint64_t link, std::string_view results) {
        std::vector<CallResult> given;
        for (const char result : results) given.push_back(result == 'a' ? CallResult::answered : CallResult::not_run);
        return run([&](auto& out) { machine.finished(LinkId{link}, given, now, out); });
    }
    std::string broken(std::uint64_t link, bool cancelled = false) {
        return run([&](auto& out) { machine.broken(LinkId{link}, cancelled, now, out); });
    }
    std::string open_failed(std::uint64_t link) {
        return run([&](auto& out) { machine.open_failed(LinkId{link}, now, out); });
    }
    std::string tick() {
        return run([&](auto& out) { machine.tick(now, out); });
    }
    void open(std::uint64_t link) { machine.opened(LinkId{link}); }
};

}  // namespace

TEST_CASE("reads that come while a batch is under way travel together, in their order", "[engine][multiplexed]") {
    Driver d(sized(4));
    CHECK(d.submit(1) == "open 1");
    CHECK(d.submit(2).empty());
    d.open(1);
    CHECK(d.take(1) == "1 2");
    CHECK(d.submit(3).empty());
    CHECK(d.submit(4).empty());
    CHECK(d.submit(5).empty());
    CHECK(d.finished(1, "aa").empty());
    CHECK(d.take(1) == "3 4 5");
    CHECK(d.finished(1, "aaa").empty());
    CHECK(d.take(1).empty());
    CHECK(d.submit(6) == "wake 1");
    CHECK(d.submit(7).empty());
    CHECK(d.take(1) == "6 7");
    CHECK(d.finished(1, "aa").empty());
    CHECK(d.take(1).empty());
    CHECK(d.machine.retire(LinkId{1}));
    CHECK(d.machine.links() == 0);
    CHECK(d.submit(8) == "open 2");
}

TEST_CASE("a batch has a limit", "[engine][multiplexed]") {
    Driver d(sized(1, 2));
    for (std::uint64_t call = 1; call <= 5; ++call) d.submit(call);
    d.open(1);
    CHECK(d.take(1) == "1 2");
    d.finished(1, "aa");
    CHECK(d.take(1) == "3 4");
}

TEST_CASE("what did not run because one before it failed goes first again", "[engine][multiplexed]") {
    Driver d(sized(1));
    for (std::uint64_t call = 1; call <= 4; ++call) d.submit(call);
    d.open(1);
    CHECK(d.take(1) == "1 2 3 4");
    d.submit(5);
    CHECK(d.finished(1, "aa--").empty());
    CHECK(d.take(1) == "3 4 5");
}

TEST_CASE("when all connections are held up by slow batches another one is leased", "[engine][multiplexed]") {
    Driver d(sized(2));
    d.submit(1);
    d.open(1);
    d.take(1);
    d.now += 4ms;
    CHECK(d.submit(2).empty());
    CHECK(d.tick().empty());
    d.now += 1ms;
    CHECK(d.tick() == "open 2");
    CHECK(d.tick().empty());  // one at a time
    d.open(2);
    CHECK(d.take(2) == "2");
    d.now += 10ms;
    CHECK(d.submit(3).empty());  // no more than two
    CHECK(d.finished(2, "a").empty());
    CHECK(d.take(2) == "3");
    CHECK(d.finished(1, "a").empty());
    CHECK(d.take(1).empty());
}

TEST_CASE("without a second connection the first serves on", "[engine][multiplexed]") {
    Driver d(sized(2));
    d.submit(1);
    d.open(1);
    d.take(1);
    d.now += 5ms;
    CHECK(d.submit(2) == "open 2");
    CHECK(d.open_failed(2).empty());  // and is not asked for again at once
    CHECK(d.tick().empty());
    CHECK(d.finished(1, "a").empty());
    CHECK(d.take(1) == "2");
}

TEST_CASE("without any connection all who wait are refused", "[engine][multiplexed]") {
    Driver d(sized(2));
    d.submit(1);
    d.submit(2);
    CHECK(d.open_failed(1) == "refuse 1, refuse 2");
    CHECK(d.machine.waiting() == 0);
    CHECK(d.submit(3) == "open 2");
}

TEST_CASE("a read is repeated once when its connection was lost", "[engine][multiplexed]") {
    Driver d(sized(1));
    d.submit(1);
    d.submit(2);
    d.open(1);
    d.take(1);
    d.submit(3);
    CHECK(d.broken(1) == "open 2");
    d.open(2);
    CHECK(d.take(2) == "1 2 3");
    CHECK(d.broken(2) == "open 3, refuse 1, refuse 2");
    d.open(3);
    CHECK(d.take(3) == "3");
}

TEST_CASE("a caller that goes harms nobody", "[engine][multiplexed]") {
    Driver d(sized(1));
    for (std::uint64_t call = 1; call <= 3; ++call) d.submit(call);
    SECTION("while it waits") {
        CHECK(d.abandon(2).empty());
        d.open(1);
        CHECK(d.take(1) == "1 3");
    }
    SECTION("while its batch is quick: the batch ends by itself, and it is not asked again") {
        d.open(1);
        d.take(1);
        CHECK(d.abandon(2).empty());
        CHECK(d.finished(1, "a--").empty());
        CHECK(d.take(1) == "3");
    }
    SECTION("all of them: the batch is stopped") {
        d.open(1);
        d.take(1);
        CHECK(d.abandon(1).empty());
        CHECK(d.abandon(2).empty());
        CHECK(d.abandon(3) == "cancel 1");
        CHECK(d.broken(1, true).empty());
        CHECK(d.machine.links() == 0);
    }
    SECTION("while its batch is slow: the batch is stopped, the others travel alone from then on") {
        d.open(1);
        d.take(1);
        d.submit(4);
        CHECK(d.abandon(2).empty());
        d.now += 5ms;
        CHECK(d.tick() == "cancel 1");
        CHECK(d.tick().empty());
        CHECK(d.broken(1, true) == "open 2");
        d.open(2);
        CHECK(d.take(2) == "1");
        d.finished(2, "a");
        CHECK(d.take(2) == "3");
        d.finished(2, "a");
        CHECK(d.take(2) == "4");
    }
    SECTION("after its answer") {
        d.open(1);
        d.take(1);
        d.finished(1, "aaa");
        CHECK(d.abandon(2).empty());
        CHECK(d.take(1).empty());
    }
}

TEST_CASE("a link that is not there is an internal error", "[engine][multiplexed]") {
    Driver d(sized(1));
    CHECK_THROWS_AS(d.take(7), azoth::InternalError);
    d.submit(1);
    d.open(1);
    d.take(1);
    CHECK_THROWS_AS(d.finished(1, "aa"), azoth::InternalError);
}

TEST_CASE("no read is lost, answered twice or left waiting, whatever happens", "[engine][multiplexed]") {
    for (std::uint32_t seed = 1; seed <= 50; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random(seed);
        MultiplexMachine machine(sized(3, 4));
        MultiplexMachine::TimePoint now{1000s};
        std::set<CallId> open_calls;
        std::map<LinkId, std::vector<CallId>> flying;
        std::vector<LinkId> opening, idle;
        std::set<LinkId> cancelled;
        std::uint64_t last = 0;
        std::size_t answered = 0;
        const auto settle_with = [](auto& list, auto value) { list.erase(std::remove(list.begin(), list.end(), value), list.end()); };
        const auto take = [&](LinkId link) {
            const auto calls = machine.take(link, now);
            for (const CallId call : calls) REQUIRE(open_calls.count(call) == 1);
            if (calls.empty()) {
                idle.push_back(link);
            } else {
                flying[link] = calls;
            }
        };
        const auto carry_out = [&](MultiplexCommands& commands) {
            for (const LinkId link : commands.open) opening.push_back(link);
            for (const CallId call : commands.refused) REQUIRE(open_calls.erase(call) == 1);
            for (const LinkId link : commands.cancel) {
                REQUIRE(flying.count(link) == 1);
                cancelled.insert(link);
            }
            for (const LinkId link : commands.wake) {
                settle_with(idle, link);
                take(link);
            }
            REQUIRE(machine.links() <= 3);
            REQUIRE(machine.links() == opening.size() + idle.size() + flying.size());
        };
        const auto step = [&](bool drain) {
            MultiplexCommands commands;
            const auto roll = random() % 100;
            if (roll < 35 && !drain) {
                open_calls.insert(CallId{++last});
                machine.submit(CallId{last}, now, commands);
            } else if (roll < 45 && !open_calls.empty() && !drain) {
                const auto call = *std::next(open_calls.begin(), static_cast<std::ptrdiff_t>(random() % open_calls.size()));
                open_calls.erase(call);
                machine.abandon(call, now, commands);
            } else if (roll < 65 && !opening.empty()) {
                const LinkId link = opening.front();
                opening.erase(opening.begin());
                if (roll < 48) {
                    machine.open_failed(link, now, commands);
                } else {
                    machine.opened(link);
                    take(link);
                }
            } else if (roll < 90 && !flying.empty()) {
                const auto place = std::next(flying.begin(), static_cast<std::ptrdiff_t>(random() % flying.size()));
                const LinkId link = place->first;
                const auto calls = place->second;
                flying.erase(place);
                if (cancelled.erase(link) != 0 || roll < 70) {
                    machine.broken(link, roll >= 70, now, commands);
                } else {
                    const std::size_t ran = 1 + random() % calls.size();
                    std::vector<CallResult> results(calls.size(), CallResult::not_run);
                    for (std::size_t i = 0; i < ran; ++i) {
                        results[i] = CallResult::answered;
                        answered += open_calls.erase(calls[i]);
                    }
                    machine.finished(link, results, now, commands);
                    take(link);
                }
            } else if (roll < 93 && !idle.empty()) {
                const LinkId link = idle.back();
                idle.pop_back();
                if (!machine.retire(link)) take(link);
            } else {
                now += std::chrono::milliseconds(random() % 8);
                machine.tick(now, commands);
            }
            // What a link took above is not yet known to the machine's later commands, so they are carried out last.
            carry_out(commands);
        };
        for (int i = 0; i < 2000; ++i) step(false);
        for (int i = 0; i < 5000 && (!open_calls.empty() || !flying.empty()); ++i) step(true);
        CHECK(open_calls.empty());
        CHECK(answered > 100);
    }
}
