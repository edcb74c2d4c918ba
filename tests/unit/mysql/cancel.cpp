// Cancellation and deadlines: the caller is freed, the statement is killed on the server, the next one is never hit.
#include "support.hpp"

using namespace azoth;
using namespace azoth::mysql_test;

namespace {

// Runs `given` on the connection and cancels it after `turns` turns of the event loop. Returns whether it was cancelled.
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

const char* const endless = "SELECT sleep(1000)";

Batch with_deadline(Batch given, std::chrono::milliseconds in) {
    given.deadline = std::chrono::steady_clock::now() + in;
    return given;
}

}  // namespace

TEST_CASE("mysql: an endless statement is cancelled and the connection goes on", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const auto id = db.thread_id();
    for (const int turns : {0, 1, 2, 5, 50, 2000}) {
        CAPTURE(turns);
        CHECK(cancelled_after(db.context, *db.connection, batch(endless), turns));
        CHECK(db.status() == TransactionStatus::unknown);
        CHECK_NOTHROW(db.sql("ROLLBACK"));
        CHECK(db.thread_id() == id);
        CHECK(db.status() == TransactionStatus::idle);
    }
    CHECK(cancelled_after(db.context, *db.connection, batch("SELECT sleep(?)", {integer(1000)}), 100));
    CHECK_NOTHROW(db.sql("ROLLBACK"));
    CHECK(db.thread_id() == id);
}

TEST_CASE("mysql: a cancelled statement never hits the next one", "[mysql]") {
    if (!have_server()) return;
    const Table table("v INTEGER");
    Database db;
    const auto id = db.thread_id();
    std::int64_t expected = 0;
    for (int round = 0; round < 60; ++round) {
        // Short enough to end by itself at any moment around the cancellation.
        cancelled_after(db.context, *db.connection, batch("SELECT count(*) FROM seq_1_to_20000"), round % 12);
        Batch next = texts({"ROLLBACK", "BEGIN", "INSERT INTO " + table.name + " VALUES (1)", "SELECT sleep(0)", "COMMIT"});
        next = db.run(std::move(next));
        REQUIRE_NOTHROW(next.rethrow_error());
        CHECK(next.items[3].rows.row(0)[0].integer == 0);  // 1: sleep() was interrupted
        ++expected;
    }
    CHECK(db.number("SELECT count(*) FROM " + table.name) == expected);
    CHECK(db.thread_id() == id);
}

TEST_CASE("mysql: after a cancelled statement its transaction accepts only ROLLBACK", "[mysql]") {
    if (!have_server()) return;
    const Table table("v INTEGER");
    Database db;
    SECTION("one that was open") {
        db.sql("BEGIN");
        db.sql("INSERT INTO " + table.name + " VALUES (1)");
        REQUIRE(cancelled_after(db.context, *db.connection, batch(endless), 3));
    }
    SECTION("one that the cancelled batch would have begun") {
        REQUIRE(cancelled_after(db.context, *db.connection, texts({"BEGIN", "INSERT INTO " + table.name + " VALUES (1)", endless}), 30));
    }
    const auto error = error_of<OperationalError>([&] { db.sql("INSERT INTO " + table.name + " VALUES (2)"); });
    CHECK_THAT(error.message(), Catch::Contains("cancelled"));
    CHECK(db.status() == TransactionStatus::failed);
    CHECK_THROWS_AS(db.sql("COMMIT"), OperationalError);
    db.sql("ROLLBACK");
    CHECK(db.status() == TransactionStatus::idle);
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 0);
}

TEST_CASE("mysql: an operation that waits behind a cancelled one runs, one that is cancelled there does not", "[mysql]") {
    if (!have_server()) return;
    const Table table("v VARCHAR(10)");
    Database db;
    cancelled_after(db.context, *db.connection, batch(endless), 5);
    cancelled_after(db.context, *db.connection, texts({"ROLLBACK", "INSERT INTO " + table.name + " VALUES ('maybe')"}), 0);
    Batch done = db.run(texts({"ROLLBACK", "INSERT INTO " + table.name + " VALUES ('sure')", "SELECT count(*) FROM " + table.name + " WHERE v = 'sure'"}));
    done.rethrow_error();
    CHECK(done.items[2].rows.row(0)[0].integer == 1);
}

TEST_CASE("mysql: a deadline stops the statement, the transaction and the connection go on", "[mysql]") {
    if (!have_server()) return;
    const Table table("v INTEGER");
    Database db;
    const auto id = db.thread_id();
    db.sql("BEGIN");
    db.sql("INSERT INTO " + table.name + " VALUES (1)");
    Batch given = texts({"SELECT 1", endless, "SELECT 2"});
    given = db.run(with_deadline(std::move(given), std::chrono::milliseconds(50)));
    const auto error = error_of<StatementTimeout>([&] { given.rethrow_error(); });
    CHECK_FALSE(error.connection_lost());
    CHECK(given.failed_item == 1);
    CHECK(given.items[0].done);
    CHECK_FALSE(given.items[2].done);
    CHECK(db.status() == TransactionStatus::active);
    db.sql("COMMIT");
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 1);
    CHECK(db.thread_id() == id);
    // One that has passed already sends nothing.
    given = db.run(with_deadline(batch("INSERT INTO " + table.name + " VALUES (2)"), std::chrono::milliseconds(-1)));
    CHECK_THROWS_AS(given.rethrow_error(), StatementTimeout);
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 1);
    // One that is met leaves no trace.
    given = db.run(with_deadline(batch("INSERT INTO " + table.name + " VALUES (3)"), std::chrono::hours(1)));
    CHECK_NOTHROW(given.rethrow_error());
}

TEST_CASE("mysql: waiting for a lock is cancelled and timed out", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database holder;
    holder.sql("INSERT INTO " + table.name + " VALUES (1, 0)");
    holder.sql("BEGIN");
    holder.sql("UPDATE " + table.name + " SET v = 1");
    Database waiter;
    CHECK(cancelled_after(waiter.context, *waiter.connection, batch("UPDATE " + table.name + " SET v = 2"), 200));
    waiter.sql("ROLLBACK");
    Batch given = waiter.run(with_deadline(batch("UPDATE " + table.name + " SET v = 3"), std::chrono::milliseconds(30)));
    CHECK_THROWS_AS(given.rethrow_error(), StatementTimeout);
    CHECK(waiter.status() == TransactionStatus::idle);
    holder.sql("COMMIT");
    CHECK(waiter.number("SELECT v FROM " + table.name) == 1);
}

TEST_CASE("mysql: the engine's statement_timeout is the server's as well", "[mysql]") {
    if (!have_server()) return;
    ConnectOptions options;
    options.statement_timeout = std::chrono::milliseconds(30);
    Database db(server(), options);
    CHECK(db.sql("SELECT @@max_statement_time").items[0].rows.row(0)[0].real == 0.03);
    const auto error = error_of<StatementTimeout>([&] { db.sql("SELECT sleep(1000)"); });
    CHECK(error.native_code() == 1969);
    CHECK(db.number("SELECT 1") == 1);
}

TEST_CASE("mysql: a cancelled fetch closes its cursor", "[mysql]") {
    if (!have_server()) return;
    Database db;
    db.sql("BEGIN");
    auto cursor = await(db.context, db.connection->open_cursor(item("SELECT seq FROM seq_1_to_100000")));
    asio::cancellation_signal signal;
    bool aborted = false;
    asio::co_spawn(
        db.context, [&]() -> awaitable<void> { co_await cursor->fetch(100000, ValueBuffer()); },
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) { aborted = error != nullptr; }));
    asio::post(db.context, [&] { signal.emit(asio::cancellation_type::terminal); });
    db.context.restart();
    db.context.run();
    CHECK(aborted);
    CHECK_THROWS_AS(await(db.context, cursor->fetch(10, ValueBuffer())), Error);
    db.sql("ROLLBACK");
    CHECK(db.number("SELECT 1") == 1);
}
