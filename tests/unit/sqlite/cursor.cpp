// Cursors: rows in pieces, other statements in between, and what closes them.
#include "support.hpp"

using namespace azoth;
using namespace azoth::sqlite_test;

namespace {

const char* const ten = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n";

ValueBuffer fetch(Database& db, DriverCursor& cursor, std::size_t rows) {
    return await(db.context, cursor.fetch(rows, ValueBuffer()));
}

}  // namespace

TEST_CASE("a cursor gives its rows in pieces, each of which is one hop", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    Database db(std::string("sqlite://?execution=") + execution);
    auto cursor = await(db.context, db.connection->open_cursor(item(ten)));
    const std::uint64_t before = sqlite::hops(*db.connection);
    std::int64_t next = 1;
    ValueBuffer rows;
    for (const std::size_t expected : {4U, 4U, 2U, 0U, 0U}) {
        rows = await(db.context, cursor->fetch(4, std::move(rows)));
        REQUIRE(rows.rows() == expected);
        for (std::size_t i = 0; i < expected; ++i) CHECK(rows.row(i)[0].integer == next++);
        CHECK(db.number("SELECT 5") == 5);  // another statement in between
    }
    if (std::string(execution) == "worker") CHECK(sqlite::hops(*db.connection) - before == 10);
}

TEST_CASE("a cursor keeps its bound values and needs a statement with rows", "[sqlite]") {
    Database db("sqlite://");
    auto cursor =
        await(db.context, db.connection->open_cursor(item("SELECT ? UNION ALL SELECT ?", {text("one"), text("two")})));
    db.sql("SELECT ?", {text("other")});
    CHECK(fetch(db, *cursor, 1).row(0)[0].text() == "one");
    CHECK(fetch(db, *cursor, 1).row(0)[0].text() == "two");
    CHECK_THROWS_AS(await(db.context, db.connection->open_cursor(item("CREATE TABLE t(v)"))), ProgrammingError);
    CHECK_THROWS_AS(await(db.context, db.connection->open_cursor(item("SELECT * FROM missing"))), ProgrammingError);
}

TEST_CASE("commit and rollback close open cursors", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    const auto* end = GENERATE("COMMIT", "ROLLBACK");
    const Folder folder;
    Database db(folder.url(std::string("execution=") + execution));
    Database other(folder.url());
    db.sql("CREATE TABLE t(v)");
    db.sql("INSERT INTO t VALUES (1), (2)");
    db.sql("BEGIN");
    auto cursor = await(db.context, db.connection->open_cursor(item("SELECT v FROM t")));
    CHECK(fetch(db, *cursor, 1).rows() == 1);
    db.sql(end);
    CHECK_THROWS_AS(fetch(db, *cursor, 1), ResourceClosedError);
    CHECK_THROWS_AS(fetch(db, *cursor, 1), ResourceClosedError);
    // No snapshot was kept: another's commit is seen.
    other.sql("INSERT INTO t VALUES (3)");
    CHECK(db.number("SELECT count(*) FROM t") == 3);
}

TEST_CASE("a transaction that SQLite ended closes cursors too", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(v UNIQUE)");
    db.sql("INSERT INTO t VALUES (1)");
    db.sql("BEGIN");
    auto cursor = await(db.context, db.connection->open_cursor(item(ten)));
    CHECK(fetch(db, *cursor, 1).rows() == 1);
    CHECK_THROWS_AS(db.sql("INSERT OR ROLLBACK INTO t VALUES (1)"), UniqueViolation);
    CHECK_THROWS_AS(fetch(db, *cursor, 1), ResourceClosedError);
    db.sql("ROLLBACK");
}

TEST_CASE("writing what a cursor reads is refused, writing something else is not", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE a(v)");
    db.sql("CREATE TABLE b(v)");
    db.sql("CREATE TABLE log(v)");
    db.sql("CREATE TRIGGER t AFTER INSERT ON log BEGIN INSERT INTO a VALUES (new.v); END");
    db.sql("INSERT INTO a VALUES (1), (2)");
    auto cursor = await(db.context, db.connection->open_cursor(item("SELECT v FROM a")));
    CHECK(fetch(db, *cursor, 1).rows() == 1);
    CHECK(error_of<NotSupportedError>([&] { db.sql("UPDATE a SET v = v + 10"); }).table() == "a");
    CHECK_THROWS_AS(db.sql("INSERT INTO log VALUES (1)"), NotSupportedError);  // by its trigger
    CHECK_NOTHROW(db.sql("INSERT INTO b VALUES (1)"));
    CHECK(fetch(db, *cursor, 9).rows() == 1);
    CHECK(fetch(db, *cursor, 9).rows() == 0);
    CHECK_NOTHROW(db.sql("UPDATE a SET v = v + 10"));  // read to its end, it is in nobody's way

    auto dropped = await(db.context, db.connection->open_cursor(item("SELECT v FROM a")));
    CHECK(fetch(db, *dropped, 1).rows() == 1);
    dropped.reset();
    CHECK_NOTHROW(db.sql("DELETE FROM a"));
    CHECK_NOTHROW(db.sql("DROP TABLE a"));
}

TEST_CASE("large rows end a piece before its number of rows", "[sqlite]") {
    Database db("sqlite://");
    auto cursor =
        await(db.context, db.connection->open_cursor(item("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                                                          "FROM n WHERE i < 20) SELECT zeroblob(1000000) FROM n")));
    std::size_t total = 0;
    std::size_t largest = 0;
    for (ValueBuffer rows = fetch(db, *cursor, 1000); !rows.empty(); rows = fetch(db, *cursor, 1000)) {
        total += rows.rows();
        largest = std::max(largest, rows.byte_size());
    }
    CHECK(total == 20);
    CHECK(largest < 8'000'000);
}

TEST_CASE("a fetch that was cancelled closes its cursor: no row is lost in silence", "[sqlite]") {
    Database db("sqlite://");
    auto cursor = await(db.context, db.connection->open_cursor(item(endless)));
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    asio::co_spawn(
        db.context, [&]() -> awaitable<void> { co_await cursor->fetch(1, ValueBuffer()); },
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) { failure = error; }));
    asio::co_spawn(
        db.context,
        [&]() -> awaitable<void> {
            for (int i = 0; i < 10; ++i) co_await turn();
            signal.emit(asio::cancellation_type::terminal);
        },
        asio::detached);
    db.context.restart();
    db.context.run();
    REQUIRE(failure);
    CHECK_THROWS_AS(fetch(db, *cursor, 1), ResourceClosedError);
    CHECK(db.number("SELECT 1") == 1);
}
