// Array binding: many executions as one message, keys in their order, the row at fault found by halves.
#include "support.hpp"

#include <vector>

using namespace azoth;
using namespace azoth::mysql_test;

namespace {

BatchItem rows_of(const std::string& sql, std::size_t columns, const std::vector<ValueView>& values) {
    BatchItem result = item(sql);
    result.parameters = ValueBuffer(columns);
    for (const ValueView& value : values) result.parameters.append(value);
    return result;
}

std::int64_t messages(Database& db) {
    return std::stoll(std::string(db.sql("SHOW SESSION STATUS LIKE 'Questions'").items[0].rows.row(0)[1].text()));
}

}  // namespace

TEST_CASE("mysql: an array of executions is one message to the server", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v VARCHAR(20), r DOUBLE, at DATETIME(6), d DATE, n DECIMAL(10,2), b BLOB");
    Database db;
    const CompiledPtr insert = statement("INSERT INTO " + table.name + " VALUES (?, ?, ?, ?, ?, ?, ?)");
    const auto run = [&](std::int64_t from, std::int64_t count) {
        BatchItem given = item(insert);
        given.parameters = ValueBuffer(7);
        for (std::int64_t i = from; i < from + count; ++i) {
            given.parameters.append(integer(i));
            given.parameters.append(i % 3 == 0 ? null() : text("name" + std::to_string(i)));
            given.parameters.append(i % 5 == 0 ? null() : ValueView::of_real(static_cast<double>(i) / 2));
            given.parameters.append(i % 7 == 0 ? null() : ValueView::of_integer(1709210096123456 + i, ValueKind::datetime));
            given.parameters.append(ValueView::of_integer(19782 + i, ValueKind::date));
            given.parameters.append(text("1.25", ValueKind::decimal));
            given.parameters.append(null());
        }
        Batch done = db.run(batch(std::move(given)));
        done.rethrow_error();
        CHECK(done.items[0].affected == count);
    };
    db.sql("BEGIN");
    run(0, 2);  // prepares
    const auto before = messages(db);
    run(2, 498);
    CHECK(messages(db) - before <= 4);  // the array, and the question itself; not one a row
    db.sql("COMMIT");
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 500);
    CHECK(db.number("SELECT count(*) FROM " + table.name + " WHERE v IS NULL") == 167);
    CHECK(db.number("SELECT count(*) FROM " + table.name + " WHERE b IS NULL AND n = 1.25") == 500);
    const Batch row = db.sql("SELECT * FROM " + table.name + " WHERE id = 499");
    CHECK(row.items[0].rows.row(0)[1].text() == "name499");
    CHECK(row.items[0].rows.row(0)[2].real == 249.5);
    CHECK(row.items[0].rows.row(0)[3].integer == 1709210096123456 + 499);
    CHECK(row.items[0].rows.row(0)[4].integer == 19782 + 499);
}

TEST_CASE("mysql: RETURNING of an array gives the keys in the order of the executions", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY AUTO_INCREMENT, v INTEGER");
    Database db;
    BatchItem given = item("INSERT INTO " + table.name + " (v) VALUES (?) RETURNING id, v");
    given.parameters = ValueBuffer(1);
    for (int i = 0; i < 1000; ++i) given.parameters.append(integer((i * 7919) % 1000));
    given.want_generated_keys = true;
    Batch done = db.run(batch(std::move(given)));
    done.rethrow_error();
    REQUIRE(done.items[0].rows.rows() == 1000);
    CHECK(done.items[0].generated_keys.empty());
    CHECK(done.items[0].affected == 1000);
    for (std::size_t i = 0; i < 1000; ++i) {
        REQUIRE(done.items[0].rows.row(i)[1].integer == static_cast<std::int64_t>(i * 7919) % 1000);
        if (i != 0) REQUIRE(done.items[0].rows.row(i)[0].integer > done.items[0].rows.row(i - 1)[0].integer);
    }
}

TEST_CASE("mysql: the row at fault in an array is named, whichever it is", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database db;
    const std::size_t size = 37;
    const std::string returning = GENERATE("", " RETURNING id");
    for (std::size_t bad = 0; bad < size; ++bad) {
        CAPTURE(bad, returning);
        db.sql("DELETE FROM " + table.name);
        db.sql("INSERT INTO " + table.name + " VALUES (?, -1)", {integer(static_cast<std::int64_t>(bad))});
        db.sql("BEGIN");
        std::vector<ValueView> values;
        for (std::size_t i = 0; i < size; ++i) {
            values.push_back(integer(static_cast<std::int64_t>(i)));
            values.push_back(integer(1));
        }
        Batch done = db.run(batch(rows_of("INSERT INTO " + table.name + " VALUES (?, ?)" + returning, 2, values)));
        REQUIRE(done.error);
        CHECK_THROWS_AS(done.rethrow_error(), UniqueViolation);
        CHECK(done.failed_item == 0);
        CHECK(done.failed_execution == bad);
        // As if they had been executed one by one.
        CHECK(db.number("SELECT count(*) FROM " + table.name + " WHERE v = 1") == static_cast<std::int64_t>(bad));
        if (!returning.empty()) CHECK(done.items[0].rows.rows() == bad);
        CHECK(db.status() == TransactionStatus::active);
        db.sql("ROLLBACK");
    }
}

TEST_CASE("mysql: an array outside a transaction is committed as a whole or not at all", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database db;
    Database observer;
    std::vector<ValueView> values;
    for (int i = 0; i < 10; ++i) {
        values.push_back(integer(i == 7 ? 3 : i));
        values.push_back(integer(0));
    }
    Batch done = db.run(batch(rows_of("INSERT INTO " + table.name + " VALUES (?, ?)", 2, values)));
    REQUIRE(done.error);
    CHECK(done.failed_execution == 7);
    CHECK(observer.number("SELECT count(*) FROM " + table.name) == 0);
    values[14] = integer(7);
    db.run(batch(rows_of("INSERT INTO " + table.name + " VALUES (?, ?)", 2, values))).rethrow_error();
    CHECK(observer.number("SELECT count(*) FROM " + table.name) == 10);
}

TEST_CASE("mysql: arrays of update and delete", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database db;
    std::vector<ValueView> values;
    for (int i = 0; i < 100; ++i) {
        values.push_back(integer(i));
        values.push_back(integer(0));
    }
    db.run(batch(rows_of("INSERT INTO " + table.name + " VALUES (?, ?)", 2, values))).rethrow_error();
    BatchItem update = rows_of("UPDATE " + table.name + " SET v = id + ? WHERE id = ?", 2, values);
    std::vector<ValueView> changes;
    for (int i = 0; i < 100; ++i) {
        changes.push_back(integer(1));
        changes.push_back(integer(i));
    }
    update = rows_of("UPDATE " + table.name + " SET v = id + ? WHERE id = ?", 2, changes);
    update.expected_rows_each = 1;
    Batch done = db.run(batch(std::move(update)));
    done.rethrow_error();
    CHECK(done.items[0].affected == 100);
    CHECK(db.number("SELECT sum(v) FROM " + table.name) == 5050);
    std::vector<ValueView> keys;
    for (int i = 0; i < 100; i += 2) keys.push_back(integer(i));
    done = db.run(batch(rows_of("DELETE FROM " + table.name + " WHERE id = ?", 1, keys)));
    done.rethrow_error();
    CHECK(done.items[0].affected == 50);
}

TEST_CASE("mysql: a column with values of different kinds is executed row by row", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v VARCHAR(20)");
    Database db;
    db.run(batch(rows_of("INSERT INTO " + table.name + " VALUES (?, ?)", 2, {integer(1), integer(5), integer(2), text("x"), integer(3), ValueView::of_real(0.5)})))
        .rethrow_error();
    CHECK(db.sql("SELECT group_concat(v ORDER BY id) FROM " + table.name).items[0].rows.row(0)[0].text() == "5,x,0.5");
}

TEST_CASE("mysql: an array larger than a message is sent in several", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v LONGTEXT");
    Database db;
    const auto limit = static_cast<std::size_t>(db.number("SELECT @@max_allowed_packet"));
    const std::string large(std::min<std::size_t>(limit / 3, std::size_t{1} << 20), 'v');
    std::vector<ValueView> values;
    for (int i = 0; i < 20; ++i) {
        values.push_back(integer(i));
        values.push_back(text(large));
    }
    Batch done = db.run(batch(rows_of("INSERT INTO " + table.name + " VALUES (?, ?)", 2, values)));
    done.rethrow_error();
    CHECK(done.items[0].affected == 20);
    CHECK(db.number("SELECT count(*) FROM " + table.name + " WHERE length(v) = " + std::to_string(large.size())) == 20);
    // One that fits into no message is refused, with its position.
    const std::string huge(limit + 1, 'x');
    values[13] = text(huge);
    for (std::size_t i = 0; i < values.size(); i += 2) values[i] = integer(100 + static_cast<std::int64_t>(i));
    done = db.run(batch(rows_of("INSERT INTO " + table.name + " VALUES (?, ?)", 2, values)));
    CHECK_THROWS_AS(done.rethrow_error(), DataError);
    CHECK(done.failed_execution == 6);
    CHECK(db.connection->usable());
}
