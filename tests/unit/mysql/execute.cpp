// Batches on a server: results, positions of failures, affected rows, generated keys, the statement cache.
#include "support.hpp"

using namespace azoth;
using namespace azoth::mysql_test;

TEST_CASE("mysql: a connection answers", "[mysql]") {
    if (!have_server()) return;
    Database db;
    CHECK(db.number("SELECT 7") == 7);
    CHECK(db.status() == TransactionStatus::idle);
    CHECK(db.connection->usable());
    Batch done = db.sql("SELECT ?, ?", {integer(5), text("five")});
    REQUIRE(done.items[0].rows.rows() == 1);
    CHECK(done.items[0].rows.row(0)[0].integer == 5);
    CHECK(done.items[0].rows.row(0)[1].text() == "five");
    CHECK(done.items[0].affected == -1);
    CHECK(done.items[0].done);
}

TEST_CASE("mysql: a batch runs in order and stops at the first error", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v VARCHAR(10)");
    Database db;
    Batch given = texts({"BEGIN", "INSERT INTO " + table.name + " VALUES (1, 'a')", "SELECT count(*) FROM " + table.name,
                         "INSERT INTO " + table.name + " VALUES (1, 'b')", "INSERT INTO " + table.name + " VALUES (2, 'c')"});
    given = db.run(std::move(given));
    REQUIRE(given.error);
    CHECK_THROWS_AS(given.rethrow_error(), UniqueViolation);
    CHECK(given.failed_item == 3);
    CHECK(given.failed_execution == 0);
    CHECK(given.items[1].affected == 1);
    CHECK(given.items[2].rows.row(0)[0].integer == 1);
    CHECK(given.items[2].done);
    CHECK_FALSE(given.items[3].done);
    CHECK_FALSE(given.items[4].done);
    CHECK(db.status() == TransactionStatus::active);
    db.sql("COMMIT");
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 1);
}

TEST_CASE("mysql: many executions of a statement that returns rows", "[mysql]") {
    if (!have_server()) return;
    Database db;
    BatchItem given = item("SELECT ? + 1");
    given.parameters = ValueBuffer(1);
    for (int i = 0; i < 100; ++i) given.parameters.append(integer(i));
    Batch done = db.run(batch(std::move(given)));
    done.rethrow_error();
    REQUIRE(done.items[0].rows.rows() == 100);
    for (std::size_t i = 0; i < 100; ++i) CHECK(done.items[0].rows.row(i)[0].integer == static_cast<std::int64_t>(i) + 1);
}

TEST_CASE("mysql: rowcount counts rows that matched, changed or not", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database db;
    CHECK(db.sql("INSERT INTO " + table.name + " VALUES (1, 1), (2, 1), (3, 2)").items[0].affected == 3);
    CHECK(db.sql("UPDATE " + table.name + " SET v = 1 WHERE id < ?", {integer(3)}).items[0].affected == 2);
    CHECK(db.sql("DELETE FROM " + table.name + " WHERE id = 9").items[0].affected == 0);
    CHECK(db.sql("SELECT * FROM " + table.name).items[0].affected == -1);
}

TEST_CASE("mysql: generated keys, one an execution, where the statement returns none", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY AUTO_INCREMENT, v INTEGER");
    Database db;
    BatchItem given = item("INSERT INTO " + table.name + " (v) VALUES (?)");
    given.parameters = ValueBuffer(1);
    for (int i = 0; i < 5; ++i) given.parameters.append(integer(i * 10));
    given.want_generated_keys = true;
    Batch done = db.run(batch(std::move(given)));
    done.rethrow_error();
    REQUIRE(done.items[0].generated_keys.size() == 5);
    CHECK(done.items[0].affected == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        const Batch row = db.sql("SELECT v FROM " + table.name + " WHERE id = ?", {integer(done.items[0].generated_keys[i])});
        CHECK(row.items[0].rows.row(0)[0].integer == static_cast<std::int64_t>(i) * 10);
    }
    // 0 is a value, not a request for a key.
    db.sql("INSERT INTO " + table.name + " VALUES (0, 77)");
    CHECK(db.number("SELECT v FROM " + table.name + " WHERE id = 0") == 77);
}

TEST_CASE("mysql: each execution must match as many rows as expected", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database db;
    db.sql("INSERT INTO " + table.name + " VALUES (1, 0), (2, 0), (4, 0), (5, 0)");
    const std::string binding = GENERATE("on", "off");
    CAPTURE(binding);
    Database other(server("array_binding=" + binding));
    other.sql("BEGIN");
    BatchItem given = item("UPDATE " + table.name + " SET v = ? WHERE id = ?");
    given.parameters = ValueBuffer(2);
    for (int i = 1; i <= 5; ++i) {
        given.parameters.append(integer(i));
        given.parameters.append(integer(i));
    }
    given.expected_rows_each = 1;
    Batch done = other.run(batch(std::move(given)));
    REQUIRE(done.error);
    const auto error = error_of<StaleDataError>([&] { done.rethrow_error(); });
    CHECK_THAT(error.message(), Catch::Contains("execution 2 matched 0 rows instead of 1"));
    CHECK(done.failed_item == 0);
    CHECK(done.failed_execution == 2);
    // What came before it was done, what comes after it was not.
    CHECK(other.number("SELECT sum(v) FROM " + table.name) == 3);
    other.sql("ROLLBACK");
}

TEST_CASE("mysql: statements the server cannot prepare go as text", "[mysql]") {
    if (!have_server()) return;
    Database db;
    CHECK_NOTHROW(db.sql("LOCK TABLES mysql.user READ"));
    CHECK_NOTHROW(db.sql("UNLOCK TABLES"));
    // The text protocol gives the same kinds.
    Batch given = batch(item(statement("SELECT 1 AS i, 1.5e0 AS r, 1.25 AS d, 'x' AS t, x'00ff' AS b, NULL AS n, "
                                       "TIMESTAMP'2024-02-29 12:34:56.123456' AS dt, DATE'2024-02-29' AS da, TIME'01:02:03.000004' AS ti, "
                                       "18446744073709551615 AS u, b'101' AS bits",
                                       Effect::definition)));
    given = db.run(std::move(given));
    given.rethrow_error();
    const auto row = given.items[0].rows.row(0);
    CHECK(row[0].integer == 1);
    CHECK(row[1].real == 1.5);
    CHECK(row[2].kind == ValueKind::decimal);
    CHECK(row[2].text() == "1.25");
    CHECK(row[3].kind == ValueKind::text);
    CHECK(row[4].kind == ValueKind::blob);
    CHECK(row[4].size == 2);
    CHECK(row[5].is_null());
    CHECK(row[6].kind == ValueKind::datetime);
    CHECK(row[6].integer == 1709210096123456);
    CHECK(row[7].kind == ValueKind::date);
    CHECK(row[7].integer == 19782);
    CHECK(row[8].kind == ValueKind::time);
    CHECK(row[8].integer == 3723000004);
    CHECK(row[9].kind == ValueKind::decimal);
    CHECK(row[9].text() == "18446744073709551615");
}

TEST_CASE("mysql: the wrong number of parameters or columns is refused", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const auto error = error_of<ProgrammingError>([&] { db.sql("SELECT ?, ?", {integer(1)}); });
    CHECK_THAT(error.message(), Catch::Contains("has 2 parameters, 1 were given"));
    auto compiled = std::make_shared<CompiledStatement>(*statement("SELECT 1, 2"));
    compiled->columns = 3;
    Batch done = db.run(batch(item(compiled)));
    const auto columns = error_of<ProgrammingError>([&] { done.rethrow_error(); });
    CHECK_THAT(columns.message(), Catch::Contains("returns 2 columns, 3 were expected"));
    CHECK(db.number("SELECT 1") == 1);
}

TEST_CASE("mysql: prepared statements are kept up to the size of the cache", "[mysql]") {
    if (!have_server()) return;
    const auto prepared_count = [](Database& db) {
        return std::stoll(std::string(db.sql("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'").items[0].rows.row(0)[1].text()));
    };
    const auto closed_count = [](Database& db) {
        return std::stoll(std::string(db.sql("SHOW SESSION STATUS LIKE 'Com_stmt_close'").items[0].rows.row(0)[1].text()));
    };
    const auto cache = GENERATE(std::size_t{0}, std::size_t{2}, std::size_t{256});
    CAPTURE(cache);
    ConnectOptions options;
    options.statement_cache_size = cache;
    Database db(server(), options);
    const CompiledPtr statements[] = {statement("SELECT 1"), statement("SELECT 2"), statement("SELECT 3")};
    const auto before = prepared_count(db);
    for (int round = 0; round < 4; ++round) {
        for (const CompiledPtr& each : statements) db.run(batch(item(each))).rethrow_error();
    }
    const auto prepared = prepared_count(db) - before - 1;  // the question itself
    CHECK(prepared == (cache == 256 ? 3 : 12));
    if (cache != 256) CHECK(closed_count(db) >= 10);
}

TEST_CASE("mysql: a cached statement survives ALTER TABLE", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database db;
    db.sql("INSERT INTO " + table.name + " VALUES (1, 2)");
    const CompiledPtr all = statement("SELECT * FROM " + table.name);
    CHECK(db.run(batch(item(all))).items[0].rows.columns() == 2);
    db.sql("ALTER TABLE " + table.name + " ADD w VARCHAR(10) DEFAULT 'new'");
    Batch done = db.run(batch(item(all)));
    done.rethrow_error();
    REQUIRE(done.items[0].rows.columns() == 3);
    CHECK(done.items[0].rows.row(0)[2].text() == "new");
    db.sql("ALTER TABLE " + table.name + " MODIFY v VARCHAR(20)");
    done = db.run(batch(item(all)));
    done.rethrow_error();
    CHECK(done.items[0].rows.row(0)[1].text() == "2");
}

TEST_CASE("mysql: a procedure's further results do not get in the way", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const std::string name = "p" + std::to_string(getpid());
    db.run(batch(item(statement("CREATE PROCEDURE " + name + "() BEGIN SELECT 1; SELECT 2, 3; END", Effect::definition)))).rethrow_error();
    for (int i = 0; i < 2; ++i) {
        Batch done = db.sql("CALL " + name + "()");
        REQUIRE(done.items[0].rows.rows() == 1);
        CHECK(done.items[0].rows.row(0)[0].integer == 1);
        CHECK(db.number("SELECT 4") == 4);
    }
    db.run(batch(item(statement("DROP PROCEDURE " + name, Effect::definition)))).rethrow_error();
}

TEST_CASE("mysql: two statements in one text are refused", "[mysql]") {
    if (!have_server()) return;
    Database db;
    CHECK_THROWS_AS(db.sql("SELECT 1; SELECT 2"), ProgrammingError);
    CHECK(db.number("SELECT 1") == 1);
}

TEST_CASE("mysql: what does not fit into a message is refused before it is sent", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const auto limit = static_cast<std::size_t>(db.number("SELECT @@max_allowed_packet"));
    const std::string large(limit + 1, 'x');
    const auto error = error_of<DataError>([&] { db.sql("SELECT length(?)", {text(large)}); });
    CHECK_THAT(error.message(), Catch::Contains("max_allowed_packet"));
    CHECK(db.connection->usable());
    const std::string fits(limit - 4096, 'x');
    CHECK(db.sql("SELECT length(?)", {text(fits)}).items[0].rows.row(0)[0].integer == static_cast<std::int64_t>(fits.size()));
}
