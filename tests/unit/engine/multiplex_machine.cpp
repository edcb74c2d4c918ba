// The decisions about reads that share connections, one by one.
#include "engine/multiplex_machine.hpp"

#include <azoth/base/error.hpp>

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace azoth::detail;
using namespace std::chrono_literals;

namespace {

struct Read : SharedRead {
    explicit Read(char called) : name(called) {}
    char name;
};

struct Fixture {
    explicit Fixture(std::size_t runs = 2, std::size_t together = 4) : machine(runs, together) {}

    MultiplexMachine machine;
    MultiplexMachine::TimePoint now{1000s};
    MultiplexCommands commands;

    std::shared_ptr<Read> submit(char name) {
        auto read = std::make_shared<Read>(name);
        machine.submit(read, now, commands);
        return read;
    }
    void submit_all(const std::string& names) {
        for (const char name : names) submit(name);
    }
    /// The one run that was asked for since the last look.
    RunId started() {
        REQUIRE(commands.start.size() == 1);
        const RunId run = commands.start.front();
        commands.start.clear();
        return run;
    }
    std::string take(RunId run) {
        std::vector<SharedReadPtr> batch;
        machine.take(run, batch, now, commands);
        return names(batch);
    }
    /// Of the outcomes: 'a' answered, 'n' not run, 'l' lost.
    void finished(RunId run, const std::string& outcomes) {
        std::vector<ReadOutcome> list;
        for (const char one : outcomes) list.push_back(one == 'a' ? ReadOutcome::answered : one == 'n' ? ReadOutcome::not_run : ReadOutcome::lost);
        machine.finished(run, list, commands);
    }
    std::string waiting() const { return names({machine.waiting().begin(), machine.waiting().end()}); }
    std::string failed() {
        const std::string all = names(commands.failed);
        commands.failed.clear();
        return all;
    }
    static std::string names(const std::vector<SharedReadPtr>& reads) {
        std::string all;
        for (const SharedReadPtr& read : reads) all += static_cast<const Read&>(*read).name;
        return all;
    }
};

}  // namespace

TEST_CASE("what waits travels together; one run is enough as long as it is ready", "[multiplex]") {
    Fixture f;
    f.submit('a');
    const RunId run = f.started();
    f.submit_all("bc");
    CHECK(f.commands.start.empty());
    CHECK(f.take(run) == "abc");
    f.finished(run, "aaa");
    f.submit('d');
    CHECK(f.commands.start.empty());
    CHECK(f.take(run) == "d");
    f.finished(run, "a");
    CHECK(f.take(run).empty());
    CHECK(f.machine.runs() == 0);
    f.submit('e');
    CHECK(f.started() != run);
}

TEST_CASE("another run is started when all are under way, up to the limit", "[multiplex]") {
    Fixture f;
    f.submit('a');
    const RunId first = f.started();
    CHECK(f.take(first) == "a");
    f.submit('b');
    const RunId second = f.started();
    f.submit('c');
    CHECK(f.commands.start.empty());
    CHECK(f.take(second) == "bc");
    f.submit_all("de");
    CHECK(f.commands.start.empty());
    CHECK(f.machine.runs() == 2);
    CHECK(f.waiting() == "de");
    f.finished(first, "a");
    CHECK(f.take(first) == "de");
}

TEST_CASE("a batch has a limit; what is left is for another run at once", "[multiplex]") {
    Fixture f;
    f.submit_all("abcdef");
    const RunId first = f.started();
    CHECK(f.take(first) == "abcd");
    CHECK(f.take(f.started()) == "ef");
}

TEST_CASE("what did not run because another failed goes on first, in its order", "[multiplex]") {
    Fixture f(1);
    f.submit_all("abcd");
    const RunId run = f.started();
    CHECK(f.take(run) == "abcd");
    f.submit('e');
    f.finished(run, "aann");
    CHECK(f.waiting() == "cde");
    CHECK(f.take(run) == "cde");
}

TEST_CASE("what was lost with a connection travels alone, once", "[multiplex]") {
    Fixture f(1);
    f.submit_all("abc");
    const RunId run = f.started();
    CHECK(f.take(run) == "abc");
    f.finished(run, "all");
    CHECK(f.failed().empty());
    f.submit_all("de");
    CHECK(f.take(run) == "b");
    f.finished(run, "l");
    CHECK(f.failed() == "b");
    CHECK(f.take(run) == "c");
    f.finished(run, "a");
    CHECK(f.take(run) == "de");
    f.finished(run, "aa");
    CHECK(f.take(run).empty());
}

TEST_CASE("a caller that leaves is left out, and hurts nobody who travels with it", "[multiplex]") {
    Fixture f(1);
    f.submit_all("ab");
    const RunId run = f.started();
    CHECK(f.take(run) == "ab");
    const auto c = f.submit('c');
    f.submit('d');
    CHECK(f.machine.leave(*c, f.commands));
    CHECK_FALSE(f.machine.leave(*c, f.commands));
    CHECK(f.waiting() == "d");
    f.finished(run, "aa");
    CHECK(f.take(run) == "d");
    CHECK(f.commands.stop.empty());
}

TEST_CASE("a batch is broken off when the last who waited for it has gone", "[multiplex]") {
    Fixture f;
    const auto a = f.submit('a');
    const auto b = f.submit('b');
    const RunId run = f.started();
    f.take(run);
    CHECK(f.machine.leave(*b, f.commands));
    CHECK(f.commands.stop.empty());
    CHECK(f.machine.leave(*a, f.commands));
    CHECK(f.commands.stop == std::vector<RunId>{run});
    f.submit('c');
    const RunId next = f.started();
    f.machine.ended(run, RunEnd::gone, f.now, f.commands);
    CHECK(f.waiting() == "c");
    CHECK(f.take(next) == "c");
}

TEST_CASE("who left before an error or a loss is not asked again", "[multiplex]") {
    Fixture f(1);
    const auto a = f.submit('a');
    const auto b = f.submit('b');
    const auto c = f.submit('c');
    const RunId run = f.started();
    f.take(run);
    f.machine.leave(*b, f.commands);
    f.finished(run, "ann");
    CHECK(f.waiting() == "c");
    CHECK(a->state == SharedRead::State::settled);
    CHECK(c->state == SharedRead::State::waiting);
}

TEST_CASE("a run that ends by itself gives its reads back without blame", "[multiplex]") {
    Fixture f(1);
    f.submit_all("ab");
    RunId run = f.started();
    for (int i = 0; i < 3; ++i) {
        CHECK(f.take(run) == "ab");
        f.machine.ended(run, RunEnd::gone, f.now, f.commands);
        run = f.started();
    }
    CHECK(f.failed().empty());
}

TEST_CASE("when no connection can be had, all who wait hear of it, unless there is another one", "[multiplex]") {
    Fixture f;
    f.submit_all("ab");
    RunId run = f.started();
    SECTION("there is none") {
        f.machine.ended(run, RunEnd::refused, f.now, f.commands);
        CHECK(f.failed() == "ab");
        CHECK(f.machine.runs() == 0);
        f.submit('c');
        CHECK(f.take(f.started()) == "c");
    }
    SECTION("there is one: it goes on alone, and a further one is tried later") {
        f.take(run);
        f.submit('c');
        const RunId refused = f.started();
        f.machine.ended(refused, RunEnd::refused, f.now, f.commands);
        CHECK(f.failed().empty());
        f.now += 999ms;
        f.submit('d');
        CHECK(f.commands.start.empty());
        f.now += 1ms;
        f.submit('e');
        CHECK(f.take(f.started()) == "cde");
    }
}

TEST_CASE("a run without a connection retires when nothing waits", "[multiplex]") {
    Fixture f;
    const auto a = f.submit('a');
    const RunId run = f.started();
    CHECK_FALSE(f.machine.retire(run));
    f.machine.leave(*a, f.commands);
    CHECK(f.machine.retire(run));
    CHECK(f.machine.runs() == 0);
}

TEST_CASE("a report that cannot be is an internal error", "[multiplex]") {
    Fixture f;
    f.submit('a');
    const RunId run = f.started();
    f.take(run);
    CHECK_THROWS_AS(f.finished(run, "aa"), azoth::InternalError);
    CHECK_THROWS_AS(f.take(RunId{77}), azoth::InternalError);
}
