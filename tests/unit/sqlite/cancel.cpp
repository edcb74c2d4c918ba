// Cancellation at every moment of an operation: the caller is freed at once, the next statement is never hit.
#include "support.hpp"

#include <azoth/driver/connection.hpp>

#include <boost/system/system_error.hpp>

#include <thread>

using namespace azoth;
using namespace azoth::sqlite_test;

namespace {

// Runs `given` on the connection and cancels it after `turns` turns of the event loop. Returns whether it was
// cancelled.
bool cancelled_after(asio::io_context& context, DriverConnection& connection, Batch given, int turns) {
    asio::cancellation_signal signal;
    bool cancelled = false;
    bool finished = false;
    asio::co_spawn(
        context, [&]() -> awaitable<void> { co_await connection.execute(std::move(given)); },
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) {
            finished = true;
            try {
                if (error) std::rethrow_exception(error);
            } catch (const boost::system::system_error& aborted) {
                CHECK(aborted.code() == asio::error::operation_aborted);
                cancelled = true;
            }
        }));
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            for (int i = 0; i < turns; ++i) co_await turn();
            if (!finished) {
                signal.emit(asio::cancellation_type::terminal);
                CHECK_FALSE(finished);  // completions are posted, never run by the one who cancels
            }
        },
        asio::detached);
    context.restart();
    context.run();
    REQUIRE(finished);
    return cancelled;
}

}  // namespace

TEST_CASE("an endless query is cancelled at once and the connection goes on", "[sqlite]") {
    Database db("sqlite://");
    for (const int turns : {0, 1, 2, 50, 2000}) {
        CHECK(cancelled_after(db.context, *db.connection, batch(endless), turns));
        CHECK(db.status() == TransactionStatus::unknown);
        CHECK_NOTHROW(db.sql("ROLLBACK"));
        CHECK(db.number("SELECT 7") == 7);
        CHECK(db.status() == TransactionStatus::idle);
    }
}

TEST_CASE("a cancelled statement never hits the next one", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(v)");
    // Short enough to end by itself at any moment around the cancellation.
    const char* some_work =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT count(*) FROM n";
    std::int64_t expected = 0;
    for (int round = 0; round < 300; ++round) {
        cancelled_after(db.context, *db.connection, batch(some_work), round % 30);
        Batch next = texts({"ROLLBACK", "BEGIN", "INSERT INTO t VALUES (1)", "COMMIT"});
        next = db.run(std::move(next));
        REQUIRE_NOTHROW(next.rethrow_error());
        ++expected;
    }
    CHECK(db.number("SELECT count(*) FROM t") == expected);
}

TEST_CASE("after a cancelled statement its transaction accepts only ROLLBACK", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(v)");

    SECTION("one that was open") {
        db.sql("BEGIN");
        db.sql("INSERT INTO t VALUES (1)");
        REQUIRE(cancelled_after(db.context, *db.connection, batch(endless), 3));
    }
    SECTION("one that the cancelled batch would have begun") {
        REQUIRE(cancelled_after(db.context, *db.connection, texts({"BEGIN", "INSERT INTO t VALUES (1)", endless}), 3));
    }
    const auto error = error_of<OperationalError>([&] { db.sql("INSERT INTO t VALUES (2)"); });
    CHECK_THAT(error.message(), Catch::Contains("cancelled"));
    CHECK(db.status() == TransactionStatus::failed);
    CHECK_THROWS_AS(db.sql("COMMIT"), OperationalError);
    db.sql("ROLLBACK");
    CHECK(db.status() == TransactionStatus::idle);
    CHECK(db.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("an operation that waits behind a cancelled one runs, one that is cancelled there does not", "[sqlite]") {
    asio::io_context context;
    auto connection = await(context, connect("sqlite://"));
    await(context, connection->execute(batch("CREATE TABLE t(v)"))).rethrow_error();
    cancelled_after(context, *connection, batch(endless), 5);
    cancelled_after(context, *connection, texts({"ROLLBACK", "INSERT INTO t VALUES ('maybe')"}), 0);
    Batch done = await(context, connection->execute(texts({"ROLLBACK", "INSERT INTO t VALUES ('sure')",
                                                           "SELECT count(*) FROM t WHERE v = 'sure'"})));
    done.rethrow_error();
    CHECK(done.items[2].rows.row(0)[0].integer == 1);
}

TEST_CASE("waiting for a lock is cancelled at once", "[sqlite]") {
    const Folder folder;
    Database holder(folder.url());
    holder.sql("CREATE TABLE t(v)");
    holder.sql("BEGIN IMMEDIATE");
    Database waiter(folder.url("timeout=600"));
    CHECK(cancelled_after(waiter.context, *waiter.connection, batch("INSERT INTO t VALUES (1)"), 100));
    waiter.sql("ROLLBACK");
    holder.sql("ROLLBACK");
    CHECK(waiter.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("connecting is cancelled at once", "[sqlite]") {
    const Folder folder;
    Database holder(folder.url("journal_mode=delete"));
    holder.sql("CREATE TABLE t(v)");
    holder.sql("BEGIN EXCLUSIVE");  // even reading the file's header now waits
    asio::io_context context;
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    asio::co_spawn(
        context, [&]() -> awaitable<void> { co_await connect(folder.url("timeout=600")); },
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) { failure = error; }));
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            for (int i = 0; i < 200; ++i) co_await turn();
            signal.emit(asio::cancellation_type::terminal);
        },
        asio::detached);
    context.run();
    REQUIRE(failure);
    CHECK_THROWS_AS(std::rethrow_exception(failure), boost::system::system_error);
}

TEST_CASE("connecting ends with connect_timeout", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    const Folder folder;
    Database holder(folder.url("journal_mode=delete"));
    holder.sql("CREATE TABLE t(v)");
    holder.sql("BEGIN EXCLUSIVE");
    ConnectOptions options;
    options.connect_timeout = std::chrono::milliseconds(10);
    const auto error = error_of<ConnectionLost>(
        [&] { Database db(folder.url(std::string("timeout=600&execution=") + execution), options); });
    CHECK_THAT(error.message(), Catch::Contains("connect_timeout"));
}
