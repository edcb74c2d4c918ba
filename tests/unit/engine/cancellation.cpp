// Cancellation at every suspension point, and the end of the context at every step: nothing leaks, nobody meets a dirty connection.
#include <azoth/engine/connection.hpp>
#include <azoth/engine/engine.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::BatchItem;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::Task;

// BEGIN, statements, savepoints kept and undone, a dropped one, a stream, COMMIT, a second transaction with ROLLBACK.
awaitable<void> everything(AsyncEngine engine) {
    AsyncConnection connection = co_await engine.begin();
    co_await connection.run_text("A");
    {
        auto savepoint = co_await connection.begin_nested();
        co_await connection.run_text("B");
        co_await savepoint.rollback();
    }
    {
        auto dropped = co_await connection.begin_nested();
        co_await connection.run_text("C");
    }
    BatchItem item;
    item.statement = azoth::compile_plain("D", azoth::Effect::read);
    auto cursor = co_await connection.core_ptr()->open_cursor(std::move(item));
    azoth::ValueBuffer rows;
    rows = co_await connection.core_ptr()->fetch(cursor, 10, std::move(rows));
    co_await connection.commit();
    auto transaction = co_await connection.begin();
    co_await connection.run_text("E");
    co_await transaction.rollback();
    co_await connection.close();
}

awaitable<void> simple(AsyncEngine engine) {
    AsyncConnection connection = co_await engine.begin();
    co_await connection.run_text("SIMPLE");
    co_await connection.commit();
}

azoth::EngineOptions one_connection() {
    azoth::EngineOptions options;
    options.pool_size = 1;
    options.max_overflow = 0;
    return options;
}

void check_at_rest(const AsyncEngine& engine, const FakeServer& server) {
    const auto status = engine.pool().status();
    CHECK(status.checked_out == 0);
    CHECK(status.waiting == 0);
    CHECK(status.connecting == 0);
    CHECK(static_cast<int>(status.idle) == server.connections_open());
    CHECK(server.connections_open() <= 1);
    CHECK(server.unclean() == 0);
}

}  // namespace

TEST_CASE("cancelled at every step k, alone and with others waiting for the only connection", "[engine][cancellation]") {
    const bool applies = GENERATE(false, true);
    const int others = GENERATE(0, 2);
    const int hops = GENERATE(1, 2);
    int steps = 0;
    for (bool finished = false; !finished; ++steps) {
        boost::asio::io_context context;
        const auto server = std::make_shared<FakeServer>();
        server->cancelled_batches_apply = applies;
        server->execute_hops = hops;
        const AsyncEngine engine = azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), one_connection());
        Task task(context, everything(engine));
        std::vector<Task> rest;
        for (int i = 0; i < others; ++i) rest.emplace_back(context, simple(engine));
        for (int i = 0; i < steps && !task.done(); ++i) context.run_one();
        finished = task.done();
        task.cancel();
        context.run();
        CAPTURE(steps, applies, others, hops);
        REQUIRE(task.done());
        if (!task.cancelled()) CHECK_NOTHROW(task.check());  // it came too late: nothing was awaited after that
        for (const Task& other : rest) {
            REQUIRE(other.done());
            CHECK_NOTHROW(other.check());
        }
        check_at_rest(engine, *server);
        CHECK_NOTHROW(azoth::test::run(context, simple(engine)));
        check_at_rest(engine, *server);
    }
    CHECK(steps > 15);  // it was cancelled in the middle of things, not only at the ends
}

TEST_CASE("the context ends at every step k", "[engine][cancellation]") {
    const int others = GENERATE(0, 2);
    int steps = 0;
    for (bool finished = false; !finished; ++steps) {
        const auto server = std::make_shared<FakeServer>();
        std::optional<AsyncEngine> engine;
        {
            boost::asio::io_context context;
            engine = azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), one_connection());
            const Task task(context, everything(*engine));
            for (int i = 0; i < others; ++i) Task(context, simple(*engine));
            for (int i = 0; i < steps && !task.done(); ++i) context.run_one();
            finished = task.done();
        }
        CAPTURE(steps, others);
        check_at_rest(*engine, *server);
        // Another context takes over.
        boost::asio::io_context next;
        CHECK_NOTHROW(azoth::test::run(next, simple(*engine)));
        check_at_rest(*engine, *server);
    }
    CHECK(steps > 15);
}

TEST_CASE("a connection that outlives its context", "[engine][cancellation]") {
    const auto server = std::make_shared<FakeServer>();
    std::optional<AsyncEngine> engine;
    std::optional<AsyncConnection> kept;
    struct Work {
        static awaitable<void> keep(AsyncEngine engine, std::optional<AsyncConnection>& kept) {
            kept = co_await engine.begin();
            co_await kept->run_text("A");
        }
        static awaitable<void> go_on(std::optional<AsyncConnection>& kept) {
            co_await kept->run_text("B");
            co_await kept->commit();
        }
    };
    {
        boost::asio::io_context context;
        engine = azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), one_connection());
        azoth::test::run(context, Work::keep(*engine, kept));
    }
    SECTION("can go on in another") {
        boost::asio::io_context next;
        azoth::test::run(next, Work::go_on(kept));
        kept.reset();
        CHECK(server->connections_open() == 1);
    }
    SECTION("is closed when it is dropped dirty: nobody is left to send its ROLLBACK") {
        kept.reset();
        CHECK(server->connections_open() == 0);
    }
    check_at_rest(*engine, *server);
}

TEST_CASE("a cancelled wait for the database ends at once, the connection comes back clean", "[engine][cancellation]") {
    boost::asio::io_context context;
    const auto server = std::make_shared<FakeServer>();
    const AsyncEngine engine = azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), one_connection());
    azoth::test::run(context, simple(engine));
    server->clear_log();
    server->hang_next();
    Task task(context, simple(engine));
    context.restart();
    context.poll();
    CHECK_FALSE(task.done());
    task.cancel();
    context.restart();
    context.run();
    CHECK(task.cancelled());
    CHECK(server->log() == std::vector<std::string>{"1: ROLLBACK"});
    check_at_rest(engine, *server);
}

TEST_CASE("cancelled, the connection takes nothing but rollback()", "[engine][cancellation]") {
    boost::asio::io_context context;
    const auto server = std::make_shared<FakeServer>();
    const AsyncEngine engine = azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), one_connection());
    struct Work {
        static awaitable<void> hang(AsyncEngine engine, std::optional<AsyncConnection>& kept, FakeServer& server) {
            kept = co_await engine.begin();
            co_await kept->run_text("A");
            server.hang_next();
            co_await kept->run_text("B");
        }
        static awaitable<void> recover(AsyncConnection& connection) {
            CHECK_THROWS_AS(connection.run_text("C"), azoth::PendingRollbackError);
            co_await connection.rollback();
            co_await connection.run_text("D");
            co_await connection.commit();
        }
    };
    std::optional<AsyncConnection> kept;
    Task task(context, Work::hang(engine, kept, *server));
    context.poll();
    task.cancel();
    context.restart();
    context.run();
    CHECK(task.cancelled());
    azoth::test::run(context, Work::recover(*kept));
    CHECK(server->log() == std::vector<std::string>{"1: BEGIN; A", "1: ROLLBACK", "1: BEGIN; D", "1: COMMIT"});
    kept.reset();
    check_at_rest(engine, *server);
}
