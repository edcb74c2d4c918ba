// What travels and what does not: the ROLLBACK of a transaction that only read, a batch on a connection that died while it idled, and a
// COMMIT whose answer never came.
#include <azoth/engine/connection_core.hpp>
#include <azoth/engine/engine.hpp>
#include <azoth/engine/engine_core.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace {

using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::Batch;
using azoth::BatchItem;
using azoth::Effect;
using azoth::detail::ConnectionCore;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using Log = std::vector<std::string>;

struct Fixture {
    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    azoth::EngineOptions options;

    AsyncEngine engine() { return azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), options); }
    static std::shared_ptr<ConnectionCore> session(const AsyncEngine& engine) { return std::make_shared<ConnectionCore>(engine.core(), ConnectionCore::Hold::transaction); }
};

Batch batch(const char* sql, Effect effect = Effect::read) {
    Batch result;
    result.items.emplace_back();
    result.items.back().statement = azoth::compile_plain(sql, effect);
    return result;
}

awaitable<void> execute(std::shared_ptr<ConnectionCore> session, const char* sql, Effect effect = Effect::read) {
    Batch given = batch(sql, effect);
    co_await session->run(std::move(given));
}

// The n-th connection dies before anything is answered.
void die_on(FakeServer& server, int connection) {
    server.on_statement = [connection](int number, BatchItem&) {
        if (number == connection) throw azoth::ConnectionLost("gone");
    };
}

}  // namespace

TEST_CASE("the ROLLBACK of a transaction that only read travels ahead of the next BEGIN", "[engine][riding]") {
    Fixture f;
    f.server->rollback_may_wait = true;
    const AsyncEngine engine = f.engine();
    const auto work = [&]() -> awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            auto session = Fixture::session(engine);
            co_await execute(session, "SELECT");
            if (i == 1) co_await session->rollback();  // explicit, and the same
            session->close();
        }
    };
    run(f.context, work());
    const Log expected{"1: BEGIN; SELECT", "1: ROLLBACK; BEGIN; SELECT", "1: ROLLBACK; BEGIN; SELECT", "1: ROLLBACK"};  // the last by the pool itself
    CHECK(f.server->log() == expected);
    CHECK(f.server->unclean() == 0);
    CHECK(engine.pool().status().idle == 1);
    CHECK(f.context.poll() == 0);  // nothing is left to do
}

TEST_CASE("a ROLLBACK that matters, or that a driver does not let wait, is sent at once", "[engine][riding]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    const auto work = [&](Effect effect) -> awaitable<void> {
        for (int i = 0; i < 2; ++i) {
            auto session = Fixture::session(engine);
            co_await execute(session, "S", effect);
            session->close();
            // Lets the pool's own work run.
            boost::asio::steady_timer timer(f.context, std::chrono::milliseconds(0));
            co_await timer.async_wait(boost::asio::use_awaitable);
            while (engine.pool().status().idle == 0) {
                timer.expires_after(std::chrono::milliseconds(0));
                co_await timer.async_wait(boost::asio::use_awaitable);
            }
        }
    };
    const Log expected{"1: BEGIN; S", "1: ROLLBACK", "1: BEGIN; S", "1: ROLLBACK"};
    run(f.context, work(Effect::read));
    CHECK(f.server->log() == expected);
    f.server->rollback_may_wait = true;
    for (const Effect effect : {Effect::write, Effect::unknown, Effect::definition}) {
        f.server->clear_log();
        run(f.context, work(effect));
        CHECK(f.server->log() == expected);
    }
    CHECK(f.server->unclean() == 0);
}

TEST_CASE("a database in the process rolls back at once, without a coroutine", "[engine][riding]") {
    Fixture f;
    f.server->immediate = true;
    const AsyncEngine engine = f.engine();
    const auto work = [&]() -> awaitable<void> {
        auto session = Fixture::session(engine);
        co_await execute(session, "SELECT");
        session->close();
        CHECK(f.server->statements().back() == "ROLLBACK");
        CHECK(engine.pool().status().idle == 1);
    };
    run(f.context, work());
}

TEST_CASE("a connection that owes its ROLLBACK goes to whoever waits, and the wait of its ROLLBACK is bounded", "[engine][riding]") {
    Fixture f;
    f.server->rollback_may_wait = true;
    f.options.pool_size = 1;
    f.options.max_overflow = 0;
    const AsyncEngine engine = f.engine();
    const auto reader = [&]() -> awaitable<void> {
        auto session = Fixture::session(engine);
        co_await execute(session, "SELECT");
        session->close();
    };
    std::vector<azoth::test::Task> tasks;
    for (int i = 0; i < 5; ++i) tasks.emplace_back(f.context, reader());
    f.context.run();
    for (const auto& task : tasks) CHECK_NOTHROW(task.check());
    CHECK(f.server->connections_made() == 1);
    CHECK(f.server->log().size() == 6);
    CHECK(f.server->unclean() == 0);
    CHECK(f.server->statements().back() == "ROLLBACK");
}

TEST_CASE("a riding ROLLBACK that fails takes the connection with it", "[engine][riding]") {
    Fixture f;
    f.server->rollback_may_wait = true;
    const AsyncEngine engine = f.engine();
    const auto work = [&]() -> awaitable<void> {
        auto first = Fixture::session(engine);
        co_await execute(first, "SELECT");
        first->close();
        f.server->on_statement = [](int, BatchItem& item) {
            if (item.statement->sql == "ROLLBACK") throw azoth::InternalError("no");
        };
        auto second = Fixture::session(engine);
        bool refused = false;
        try {
            co_await execute(second, "SELECT");
        } catch (const azoth::InternalError&) {
            refused = true;
        }
        CHECK(refused);
        f.server->on_statement = nullptr;
        co_await second->rollback();
        co_await execute(second, "SELECT");
        second->close();
    };
    run(f.context, work());
    CHECK(f.server->unclean() == 0);
}

TEST_CASE("with pre-ping, a connection that died while it idled is replaced unseen", "[engine][replay]") {
    Fixture f;
    f.options.pool_pre_ping = true;
    const AsyncEngine engine = f.engine();
    const auto work = [&]() -> awaitable<void> {
        auto session = Fixture::session(engine);
        co_await execute(session, "W", Effect::write);
        co_await session->commit();
        die_on(*f.server, 1);
        co_await execute(session, "W", Effect::write);  // BEGIN in the same batch: certainly not done
        co_await session->commit();
        session->close();
    };
    run(f.context, work());
    const Log expected{"1: BEGIN; W", "1: COMMIT", "1: BEGIN !", "2: BEGIN; W", "2: COMMIT"};
    CHECK(f.server->log() == expected);
}

TEST_CASE("what may have been done is never sent twice", "[engine][replay]") {
    struct Case {
        bool pre_ping;
        bool fresh;        // the connection has not been used before
        bool autocommit;
        Effect effect;
        bool with_commit;
        bool replayed;
    };
    const Case cases[] = {{true, false, false, Effect::write, false, true},  {true, false, true, Effect::read, false, true},   {true, false, true, Effect::write, false, false},
                          {true, false, true, Effect::unknown, false, false}, {true, false, false, Effect::write, true, false}, {true, true, false, Effect::read, false, false},
                          {false, false, false, Effect::read, false, false}};
    for (const Case& each : cases) {
        CAPTURE(each.pre_ping, each.fresh, each.autocommit, static_cast<int>(each.effect), each.with_commit);
        Fixture f;
        f.options.pool_pre_ping = each.pre_ping;
        const AsyncEngine engine = f.engine();
        bool lost = false;
        bool unknown = false;
        const auto work = [&]() -> awaitable<void> {
            auto session = Fixture::session(engine);
            if (!each.fresh) {
                co_await execute(session, "SELECT");
                co_await session->commit();
            }
            die_on(*f.server, 1);
            azoth::detail::RunOptions options;
            options.autocommit = each.autocommit;
            options.commit_after = each.with_commit;
            Batch given = batch("S", each.effect);
            try {
                co_await session->run(std::move(given), options);
            } catch (const azoth::CommitOutcomeUnknown&) {
                unknown = true;
            } catch (const azoth::ConnectionLost&) {
                lost = true;
            }
            session->close();
        };
        run(f.context, work());
        CHECK((lost || unknown) == !each.replayed);
        CHECK(unknown == each.with_commit);
        CHECK(f.server->connections_made() == (each.replayed ? 2 : 1));
    }
}

TEST_CASE("the server is asked what became of a COMMIT that was not answered", "[engine][commit]") {
    struct Case {
        std::optional<bool> outcome;
        const char* expected;
    };
    for (const Case& each : {Case{true, "committed"}, Case{false, "lost"}, Case{std::nullopt, "unknown"}}) {
        CAPTURE(each.expected);
        Fixture f;
        f.options.statement_timeout = std::chrono::milliseconds(120);
        f.server->transaction_id = "4711";
        int asked = 0;
        f.server->outcome = [&](const std::string& id) -> std::optional<bool> {
            CHECK(id == "4711");
            if (++asked == 1) throw azoth::ConnectionLost("the server is not back yet");
            return asked == 2 ? std::nullopt : each.outcome;
        };
        f.server->on_statement = [](int number, BatchItem& item) {
            if (number == 1 && item.statement->sql == "COMMIT") throw azoth::ConnectionLost("gone");
        };
        const AsyncEngine engine = f.engine();
        std::string result;
        const auto work = [&]() -> awaitable<void> {
            auto session = Fixture::session(engine);
            co_await execute(session, "W", Effect::write);
            try {
                co_await session->commit();
                result = "committed";
                co_await execute(session, "SELECT");  // the session goes on, on another connection
            } catch (const azoth::CommitOutcomeUnknown& error) {
                result = "unknown";
                CHECK_FALSE(error.retryable());
            } catch (const azoth::ConnectionLost& error) {
                result = "lost";
                CHECK(error.retryable());
            }
            session->close();
        };
        run(f.context, work());
        CHECK(result == each.expected);
        CHECK(asked >= 2);
        CHECK(engine.pool().status().checked_out == 0);
    }
}

TEST_CASE("without an id there is nothing to ask for", "[engine][commit]") {
    Fixture f;
    f.server->outcome = [](const std::string&) -> std::optional<bool> { return true; };
    f.server->on_statement = [](int, BatchItem& item) {
        if (item.statement->sql == "COMMIT") throw azoth::ConnectionLost("gone");
    };
    const AsyncEngine engine = f.engine();
    const auto work = [&]() -> awaitable<void> {
        auto session = Fixture::session(engine);
        co_await execute(session, "W", Effect::write);
        co_await session->commit();
    };
    CHECK_THROWS_AS(run(f.context, work()), azoth::CommitOutcomeUnknown);
}
