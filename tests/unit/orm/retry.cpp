// transact: what is run again, how often, in which session, and what is not.
#include <azoth/azoth.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace azoth;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using Log = std::vector<std::string>;

constexpr Retry at_once{.attempts = 3, .initial_delay = std::chrono::milliseconds(0), .max_delay = std::chrono::milliseconds(0)};

struct Fixture {
    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    AsyncEngine engine = create_async_engine(context.get_executor(), FakeDriver::serve(server));
    async_sessionmaker sessions{engine};
};

// Writes, then reads; says how often it ran.
struct Unit {
    int runs = 0;

    awaitable<int> operator()(AsyncSession& session) {
        ++runs;
        const auto write = text("W");
        const auto read = text("R");
        co_await session.execute(write);
        co_await session.execute(read);
        co_return runs * 100;
    }
};

// The first `times` of this statement fail with E.
template <class E>
void refuse(FakeServer& server, std::string sql, int times) {
    server.on_statement = [sql = std::move(sql), left = times](int, BatchItem& item) mutable {
        if (item.statement->sql == sql && left-- > 0) throw E("scripted");
    };
}

}  // namespace

TEST_CASE("a unit that met another transaction is run again as a whole, in a new session", "[session][retry]") {
    Fixture f;
    refuse<SerializationFailure>(*f.server, "R", 2);
    Unit unit;
    int result = 0;
    const auto work = [&]() -> awaitable<void> { result = co_await f.sessions.transact(unit, at_once); };
    run(f.context, work());
    CHECK(unit.runs == 3);
    CHECK(result == 300);
    const Log expected{"BEGIN", "W", "R", "ROLLBACK", "BEGIN", "W", "R", "ROLLBACK", "BEGIN", "W", "R", "COMMIT"};
    CHECK(f.server->statements() == expected);
    CHECK(f.engine.pool().status().checked_out == 0);
    CHECK(f.server->connections_made() == 1);
}

TEST_CASE("COMMIT may be what fails", "[session][retry]") {
    Fixture f;
    f.server->error_effect = azoth::test::ErrorEffect::end_transaction;
    refuse<DeadlockDetected>(*f.server, "COMMIT", 1);
    Unit unit;
    const auto work = [&]() -> awaitable<void> { co_await f.sessions.transact(unit, at_once); };
    run(f.context, work());
    CHECK(unit.runs == 2);
}

TEST_CASE("the last failure is the caller's", "[session][retry]") {
    Fixture f;
    refuse<SerializationFailure>(*f.server, "R", 100);
    Unit unit;
    const auto work = [&]() -> awaitable<void> { co_await f.sessions.transact(unit, at_once); };
    CHECK_THROWS_AS(run(f.context, work()), SerializationFailure);
    CHECK(unit.runs == 3);
    CHECK(f.engine.pool().status().checked_out == 0);
}

TEST_CASE("a connection lost before COMMIT has committed nothing; one lost in COMMIT may have", "[session][retry]") {
    Fixture f;
    refuse<ConnectionLost>(*f.server, "W", 1);
    Unit unit;
    const auto work = [&]() -> awaitable<void> { co_await f.sessions.transact(unit, at_once); };
    run(f.context, work());
    CHECK(unit.runs == 2);
    CHECK(f.server->connections_made() == 2);

    refuse<ConnectionLost>(*f.server, "COMMIT", 1);
    Unit other;
    const auto again = [&]() -> awaitable<void> { co_await f.sessions.transact(other, at_once); };
    CHECK_THROWS_AS(run(f.context, again()), CommitOutcomeUnknown);
    CHECK(other.runs == 1);
}

TEST_CASE("what another run does not help passes through, the caller's own exceptions too", "[session][retry]") {
    Fixture f;
    refuse<UniqueViolation>(*f.server, "W", 1);
    Unit unit;
    const auto work = [&]() -> awaitable<void> { co_await f.sessions.transact(unit, at_once); };
    CHECK_THROWS_AS(run(f.context, work()), UniqueViolation);
    CHECK(unit.runs == 1);

    int runs = 0;
    const auto failing = [&](AsyncSession&) -> awaitable<void> {
        ++runs;
        throw std::logic_error("mine");
        co_return;
    };
    const auto mine = [&]() -> awaitable<void> { co_await f.sessions.transact(failing); };
    CHECK_THROWS_AS(run(f.context, mine()), std::logic_error);
    CHECK(runs == 1);
    CHECK(f.engine.pool().status().checked_out == 0);
}

TEST_CASE("cancelling the pause ends it, and nothing runs again", "[session][retry]") {
    Fixture f;
    refuse<SerializationFailure>(*f.server, "R", 100);
    Unit unit;
    constexpr Retry patient{.attempts = 1000, .initial_delay = std::chrono::hours(1000), .max_delay = std::chrono::hours(1000)};
    const auto work = [&]() -> awaitable<void> { co_await f.sessions.transact(unit, patient); };
    azoth::test::Task task(f.context, work());
    f.context.poll();
    REQUIRE(unit.runs == 1);
    REQUIRE_FALSE(task.done());
    CHECK(f.engine.pool().status().checked_out == 0);  // it waits without a connection
    task.cancel();
    f.context.restart();
    f.context.poll();
    CHECK(task.cancelled());
    CHECK(unit.runs == 1);
}

TEST_CASE("pauses double up to their limit, and options that cannot be are refused", "[session][retry]") {
    using std::chrono::milliseconds;
    const Retry retry{.attempts = 5, .initial_delay = milliseconds(10), .max_delay = milliseconds(35)};
    CHECK(azoth::detail::longest_pause(retry, 1) == milliseconds(10));
    CHECK(azoth::detail::longest_pause(retry, 2) == milliseconds(20));
    CHECK(azoth::detail::longest_pause(retry, 3) == milliseconds(35));
    CHECK(azoth::detail::longest_pause(retry, 1'000'000) == milliseconds(35));
    const Retry huge{.attempts = 5, .initial_delay = milliseconds(1), .max_delay = milliseconds::max()};
    CHECK(azoth::detail::longest_pause(huge, 1'000'000) == milliseconds::max());
    CHECK(azoth::detail::longest_pause({.attempts = 5, .initial_delay = milliseconds(9), .max_delay = milliseconds(3)}, 1) == milliseconds(3));

    Fixture f;
    Unit unit;
    const auto with = [&](Retry options) -> awaitable<void> { co_await f.sessions.transact(unit, options); };
    CHECK_THROWS_AS(run(f.context, with({.attempts = 0})), ArgumentError);
    CHECK_THROWS_AS(run(f.context, with({.initial_delay = milliseconds(-1)})), ArgumentError);
    CHECK_THROWS_AS(run(f.context, with({.max_delay = milliseconds(-1)})), ArgumentError);
    CHECK(unit.runs == 0);
}
