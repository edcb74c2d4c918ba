// transact: what is run again, what is not, and how long the pauses are.
#include <azoth/azoth.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <type_traits>
#include <vector>

namespace {

using namespace azoth;
using azoth::detail::Attempts;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using namespace std::chrono_literals;

struct Fixture {
    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    AsyncEngine engine = create_async_engine(context.get_executor(), FakeDriver::serve(server), {});
    async_sessionmaker sessions{engine};
};

// Fails in its first runs.
template <class Failure>
struct Flaky {
    int failures = 1;
    int runs = 0;
    std::vector<const void*> seen{};

    awaitable<std::string> operator()(AsyncSession& session) {
        ++runs;
        auto statement = text("S");
        co_await session.execute(statement);
        if (runs <= failures) throw Failure("run " + std::to_string(runs));
        co_return "run " + std::to_string(runs);
    }
};

Retry quick() {
    Retry retry;
    retry.initial_delay = 0ms;
    return retry;
}

awaitable<void> nothing(AsyncSession&) { co_return; }

}  // namespace

TEST_CASE("a transaction that another one came first to is run again, rolled back before", "[orm][retry]") {
    Fixture f;
    Flaky<SerializationFailure> work{2};
    std::string result;
    const auto test = [&]() -> awaitable<void> { result = co_await f.sessions.transact(work, quick()); };
    run(f.context, test());
    CHECK(result == "run 3");
    const std::vector<std::string> expected{"1: BEGIN; S", "1: ROLLBACK", "1: BEGIN; S", "1: ROLLBACK", "1: BEGIN; S", "1: COMMIT"};
    CHECK(f.server->log() == expected);
}

TEST_CASE("COMMIT may fail and be tried again with everything before it", "[orm][retry]") {
    Fixture f;
    int commits = 0;
    f.server->on_statement = [&](int, BatchItem& item) {
        if (item.statement->sql == "COMMIT" && ++commits == 1) throw SerializationFailure("at COMMIT");
    };
    Flaky<Error> work{0};
    const auto test = [&]() -> awaitable<void> { co_await f.sessions.transact(work, quick()); };
    run(f.context, test());
    CHECK(work.runs == 2);
    CHECK(commits == 2);
}

TEST_CASE("a connection that is lost before COMMIT takes the transaction along: it is run again", "[orm][retry]") {
    Fixture f;
    Flaky<Error> work{0};
    f.server->on_statement = [](int connection, BatchItem& item) {
        if (connection == 1 && item.statement->sql == "S") throw ConnectionLost("gone");
    };
    const auto test = [&]() -> awaitable<void> { co_await f.sessions.transact(work, quick()); };
    run(f.context, test());
    CHECK(work.runs == 2);
    CHECK(f.server->statements().back() == "COMMIT");
}

TEST_CASE("what another run cannot help with is thrown at once", "[orm][retry]") {
    Fixture f;
    Flaky<UniqueViolation> violates{1};
    Flaky<SerializationFailure> hopeless{100};
    Flaky<Error> fine{0};
    const auto violation = [&]() -> awaitable<void> { co_await f.sessions.transact(violates, quick()); };
    CHECK_THROWS_AS(run(f.context, violation()), UniqueViolation);
    CHECK(violates.runs == 1);
    const auto too_often = [&]() -> awaitable<void> { co_await f.sessions.transact(hopeless, quick()); };
    CHECK_THROWS_WITH(run(f.context, too_often()), "run 5");
    CHECK(hopeless.runs == 5);
    f.server->on_statement = [](int, BatchItem& item) {
        if (item.statement->sql == "COMMIT") throw ConnectionLost("gone");
    };
    const auto unknown = [&]() -> awaitable<void> { co_await f.sessions.transact(fine, quick()); };
    CHECK_THROWS_AS(run(f.context, unknown()), CommitOutcomeUnknown);
    CHECK(fine.runs == 1);
    CHECK(f.engine.pool().status().checked_out == 0);
}

TEST_CASE("work may return nothing, and may be a function or a lambda without captures", "[orm][retry]") {
    Fixture f;
    const auto test = [&]() -> awaitable<void> {
        co_await f.sessions.transact(nothing);
        co_await f.sessions.transact([](AsyncSession&) -> awaitable<void> { co_return; });
        static_assert(std::is_same_v<decltype(f.sessions.transact(nothing)), awaitable<void>>);
    };
    run(f.context, test());
    CHECK(f.server->log().empty());
}

TEST_CASE("a cancelled pause ends at once", "[orm][retry]") {
    Fixture f;
    Flaky<DeadlockDetected> work{100};
    const auto test = [&]() -> awaitable<void> {
        Retry retry;
        retry.initial_delay = std::chrono::hours(1);
        retry.max_delay = std::chrono::hours(1);
        retry.jitter = false;
        co_await f.sessions.transact(work, retry);
    };
    azoth::test::Task task(f.context, test());
    while (f.server->log().size() < 2) f.context.run_one();  // BEGIN and S, ROLLBACK
    f.context.poll();
    CHECK_FALSE(task.done());
    task.cancel();
    f.context.run();
    CHECK(task.cancelled());
    CHECK(work.runs == 1);
}

TEST_CASE("pauses double up to the longest, and are random in between", "[orm][retry]") {
    Retry retry;
    retry.attempts = 100;
    Attempts attempts(retry);
    const SerializationFailure failure("no");
    const int longest[] = {10, 20, 40, 80, 160, 320, 640, 1000, 1000};
    for (const int milliseconds : longest) {
        CHECK(attempts.again(failure));
        CHECK(attempts.delay(0) == 0us);
        CHECK(attempts.delay(0.5) == std::chrono::microseconds(milliseconds * 500));
        CHECK(attempts.delay(0.999999) < std::chrono::milliseconds(milliseconds));
    }
    retry.jitter = false;
    Attempts steady(retry);
    CHECK(steady.again(failure));
    CHECK(steady.delay(0) == 10ms);
}

TEST_CASE("options of transact are checked", "[orm][retry]") {
    const auto refused = [](int attempts, std::chrono::milliseconds initial, std::chrono::milliseconds longest) {
        Retry retry;
        retry.attempts = attempts;
        retry.initial_delay = initial;
        retry.max_delay = longest;
        try {
            Attempts made(retry);
        } catch (const ArgumentError& error) {
            return error.message();
        }
        return std::string();
    };
    CHECK(refused(0, 1ms, 1ms) == "transact: attempts must be 1 or more");
    CHECK(refused(1, -1ms, 1ms) == "transact: initial_delay must be 0 (no pauses) or more");
    CHECK(refused(1, 1ms, -1ms) == "transact: max_delay must be 0 (no pauses) or more");
    CHECK(refused(1, 0ms, 0ms).empty());
}
