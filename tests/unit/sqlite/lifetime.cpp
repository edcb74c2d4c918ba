// Contexts, connections and cursors that go away in the middle of things. Run under the sanitizers.
#include "support.hpp"

#include <atomic>
#include <thread>

using namespace azoth;
using namespace azoth::sqlite_test;

TEST_CASE("a context can be destroyed while a statement runs", "[sqlite]") {
    const Folder folder;
    for (int round = 0; round < 20; ++round) {
        auto context = std::make_unique<asio::io_context>();
        bool started = false;
        asio::co_spawn(
            *context,
            [&]() -> awaitable<void> {
                auto connection = co_await connect(folder.url());
                started = true;
                co_await connection->execute(batch(endless));
            },
            asio::detached);
        while (!started) context->run_one();
        for (int i = 0; i < round; ++i) std::this_thread::yield();
        context.reset();
    }
    Database after(folder.url());
    CHECK(after.number("SELECT 1") == 1);
}

TEST_CASE("a context can be destroyed while a statement ends", "[sqlite]") {
    for (int round = 0; round < 200; ++round) {
        auto context = std::make_unique<asio::io_context>();
        auto connection = await(*context, connect("sqlite://"));
        // The batch takes longer than a caller looks for its answer, so that the coroutine is suspended.
        Batch work = texts(
            {"SELECT 1",
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT count(*) FROM n"});
        asio::co_spawn(
            *context, [&]() -> awaitable<void> { co_await connection->execute(std::move(work)); }, asio::detached);
        context->restart();
        context->run_one();
        for (int i = 0; i < round; ++i) std::this_thread::yield();
        context.reset();
        // The connection outlives the context and serves the next one.
        asio::io_context next;
        CHECK_NOTHROW(await(next, connection->execute(texts({"ROLLBACK", "SELECT 1"}))).rethrow_error());
    }
}

TEST_CASE("destroying a connection ends what runs on it", "[sqlite]") {
    asio::io_context context;
    auto connection = await(context, connect("sqlite://"));
    std::exception_ptr failure;
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            Batch done = co_await connection->execute(batch(endless));
            failure = done.error;
        },
        asio::detached);
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            co_await turn();
            connection.reset();
        },
        asio::detached);
    context.restart();
    context.run();
    REQUIRE(failure);
    CHECK_THROWS_AS(std::rethrow_exception(failure), ConnectionLost);
}

TEST_CASE("a closed connection closes its file, and rolls back", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    const Folder folder;
    {
        Database db(folder.url(std::string("execution=") + execution));
        db.sql("CREATE TABLE t(v)");
        db.sql("BEGIN");
        db.sql("INSERT INTO t VALUES (1)");
    }
    // SQLite removes the log when the last connection has closed, which happens on another thread.
    while (std::filesystem::exists(folder.path / "test.db-wal")) std::this_thread::yield();
    Database again(folder.url());
    CHECK(again.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("cursors, connections and contexts may go in any order", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    for (const int order : {0, 1, 2}) {
        auto context = std::make_unique<asio::io_context>();
        auto connection = await(*context, connect(std::string("sqlite://?execution=") + execution));
        auto cursor = await(*context, connection->open_cursor(item("SELECT 1 UNION ALL SELECT 2")));
        CHECK(await(*context, cursor->fetch(1, ValueBuffer())).rows() == 1);
        if (order == 0) cursor.reset();
        if (order == 1) context.reset();
        connection.reset();
        if (order == 2) CHECK_THROWS_AS(await(*context, cursor->fetch(1, ValueBuffer())), ResourceClosedError);
    }
}

TEST_CASE("each of several threads has its own connection on one context", "[sqlite]") {
    const Folder folder;
    {
        Database db(folder.url());
        db.sql("CREATE TABLE t(v)");
    }
    asio::io_context context;
    std::atomic<int> done{0};
    for (int i = 0; i < 4; ++i) {
        asio::co_spawn(
            context,
            [&]() -> awaitable<void> {
                auto connection = co_await connect(folder.url("timeout=600"));
                for (int j = 0; j < 50; ++j) {
                    Batch work = texts({"BEGIN IMMEDIATE", "INSERT INTO t VALUES (1)", "COMMIT"});
                    work = co_await connection->execute(std::move(work));
                    work.rethrow_error();
                }
                ++done;
            },
            [](std::exception_ptr error) {
                if (error) std::rethrow_exception(error);
            });
    }
    std::thread second([&] { context.run(); });
    context.run();
    second.join();
    CHECK(done == 4);
    Database db(folder.url());
    CHECK(db.number("SELECT count(*) FROM t") == 200);
}
