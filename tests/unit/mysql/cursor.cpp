// Cursors: pieces, interleaving with other statements, and what closes them.
#include "support.hpp"

using namespace azoth;
using namespace azoth::mysql_test;

namespace {

std::unique_ptr<DriverCursor> open(Database& db, const std::string& sql, std::initializer_list<ValueView> values = {}) {
    return await(db.context, db.connection->open_cursor(item(sql, values)));
}
ValueBuffer fetch(Database& db, DriverCursor& cursor, std::size_t rows) { return await(db.context, cursor.fetch(rows, ValueBuffer())); }

std::string numbers(int count) { return "SELECT seq, concat('row', seq) FROM seq_1_to_" + std::to_string(count); }

}  // namespace

TEST_CASE("mysql: a cursor gives all rows in order, in pieces", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const bool in_transaction = GENERATE(true, false);
    CAPTURE(in_transaction);
    if (in_transaction) db.sql("BEGIN");
    auto cursor = open(db, numbers(5003) + " WHERE seq > ?", {integer(3)});
    std::int64_t expected = 4;
    for (;;) {
        const ValueBuffer rows = fetch(db, *cursor, 700);
        if (rows.empty()) break;
        CHECK(rows.rows() <= 700);
        for (std::size_t i = 0; i < rows.rows(); ++i, ++expected) {
            REQUIRE(rows.row(i)[0].integer == expected);
            REQUIRE(rows.row(i)[1].text() == "row" + std::to_string(expected));
        }
    }
    CHECK(expected == 5004);
    CHECK(fetch(db, *cursor, 10).empty());
    if (in_transaction) db.sql("COMMIT");
}

TEST_CASE("mysql: cursors interleave with each other and with other statements", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY");
    Database db;
    db.sql("BEGIN");
    auto first = open(db, numbers(3000));
    auto second = open(db, numbers(2000));
    std::int64_t next_first = 1;
    std::int64_t next_second = 1;
    for (int round = 0; round < 20; ++round) {
        const ValueBuffer rows = fetch(db, *first, 100);
        REQUIRE(rows.rows() == 100);
        CHECK(rows.row(0)[0].integer == next_first);
        next_first += 100;
        db.sql("INSERT INTO " + table.name + " VALUES (?)", {integer(round)});
        const ValueBuffer others = fetch(db, *second, 50);
        REQUIRE(others.rows() == 50);
        CHECK(others.row(0)[0].integer == next_second);
        next_second += 50;
        CHECK(db.number("SELECT count(*) FROM " + table.name) == round + 1);
    }
    second.reset();  // left in the middle: finalised before the next operation
    CHECK(db.number("SELECT 1") == 1);
    CHECK(fetch(db, *first, 100).row(0)[0].integer == 2001);
    db.sql("COMMIT");
    CHECK_THROWS_AS(fetch(db, *first, 1), ResourceClosedError);
    CHECK(db.status() == TransactionStatus::idle);
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 20);
}

TEST_CASE("mysql: commit and rollback close cursors", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const std::string end = GENERATE("COMMIT", "ROLLBACK");
    db.sql("BEGIN");
    auto cursor = open(db, numbers(10));
    db.sql(end);
    const auto error = error_of<ResourceClosedError>([&] { fetch(db, *cursor, 1); });
    CHECK_THAT(error.message(), Catch::Contains("closed by commit, rollback"));
    CHECK(db.number("SELECT 1") == 1);
}

TEST_CASE("mysql: a cursor outside a transaction outlives other statements", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY");
    Database db;
    db.sql("INSERT INTO " + table.name + " SELECT seq FROM seq_1_to_2500");
    auto cursor = open(db, "SELECT id FROM " + table.name + " ORDER BY id");
    CHECK(fetch(db, *cursor, 3).rows() == 3);
    db.sql("DELETE FROM " + table.name);
    std::size_t left = 0;
    for (ValueBuffer rows = fetch(db, *cursor, 1000); !rows.empty(); rows = fetch(db, *cursor, 1000)) left += rows.rows();
    CHECK(left == 2497);
}

TEST_CASE("mysql: large rows end a piece early", "[mysql]") {
    if (!have_server()) return;
    Database db;
    auto cursor = open(db, "SELECT repeat('x', 100000) FROM seq_1_to_500");
    std::size_t total = 0;
    std::size_t most = 0;
    for (ValueBuffer rows = fetch(db, *cursor, 1000); !rows.empty(); rows = fetch(db, *cursor, 1000)) {
        total += rows.rows();
        most = std::max(most, rows.byte_size());
    }
    CHECK(total == 500);
    CHECK(most <= (std::size_t{4} << 20) + 100000);
}

TEST_CASE("mysql: a result of one row, of none, and a statement without rows", "[mysql]") {
    if (!have_server()) return;
    Database db;
    auto one = open(db, "SELECT 5");
    CHECK(fetch(db, *one, 10).row(0)[0].integer == 5);
    CHECK(fetch(db, *one, 10).empty());
    auto none = open(db, "SELECT 5 FROM dual WHERE false");
    CHECK(fetch(db, *none, 10).empty());
    const Table table("id INTEGER");
    const auto error = error_of<ProgrammingError>([&] { open(db, "INSERT INTO " + table.name + " VALUES (1)"); });
    CHECK_THAT(error.message(), Catch::Contains("returns no rows to stream"));
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 0);
    CHECK_THROWS_AS(open(db, "SELECT * FROM no_such_table"), ProgrammingError);
    CHECK(db.number("SELECT 1") == 1);
}

TEST_CASE("mysql: a cell that cannot be read ends the stream with an error that names the column", "[mysql]") {
    if (!have_server()) return;
    Database db;
    auto cursor = open(db, "SELECT CAST(if(seq = 900, '25:00:00', '01:00:00') AS TIME) AS odd FROM seq_1_to_2000");
    const auto error = error_of<DataError>([&] {
        while (!fetch(db, *cursor, 100).empty()) {
        }
    });
    CHECK(error.column() == "odd");
    CHECK_THROWS_AS(fetch(db, *cursor, 1), ResourceClosedError);
    CHECK(db.number("SELECT 1") == 1);
}
