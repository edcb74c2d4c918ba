// Batches on SQLite: rows, keys, counts, hops, the statement cache, and where a batch stops.
#include "support.hpp"

using namespace azoth;
using namespace azoth::sqlite_test;

TEST_CASE("a batch runs in one hop and brings back rows, keys and counts", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    Database db(std::string("sqlite://?execution=") + execution);
    db.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT)");
    const std::uint64_t before = sqlite::hops(*db.connection);

    Batch work;
    work.items.push_back(item("BEGIN"));
    BatchItem insert = item("INSERT INTO t(name) VALUES (?)");
    insert.parameters = ValueBuffer(1);
    for (const char* name : {"ann", "bob", "cid"}) insert.parameters.append(text(name));
    insert.executions = 3;
    insert.want_generated_keys = true;
    work.items.push_back(std::move(insert));
    work.items.push_back(item("UPDATE t SET name = name || '!' WHERE id > ?", {integer(1)}));
    work.items.push_back(item("SELECT id, name FROM t ORDER BY id"));
    work.items.push_back(item("COMMIT"));
    work = db.run(std::move(work));
    work.rethrow_error();

    CHECK(sqlite::hops(*db.connection) - before == (std::string(execution) == "worker" ? 1 : 0));
    CHECK(work.items[1].generated_keys == std::vector<std::int64_t>{1, 2, 3});
    CHECK(work.items[1].affected == 3);
    CHECK(work.items[2].affected == 2);
    CHECK(work.items[0].affected == -1);
    CHECK(work.items[3].affected == -1);
    const ValueBuffer& rows = work.items[3].rows;
    REQUIRE(rows.rows() == 3);
    REQUIRE(rows.columns() == 2);
    CHECK(rows.row(0)[0].integer == 1);
    CHECK(rows.row(0)[1].text() == "ann");
    CHECK(rows.row(2)[1].text() == "cid!");
    for (const BatchItem& done : work.items) CHECK(done.done);
    CHECK(db.status() == TransactionStatus::idle);
}

TEST_CASE("the ROLLBACK of what only read may wait where it would cost a hop and holds up no writer", "[sqlite]") {
    CHECK(Database("sqlite://?execution=worker").connection->rollback_may_wait());
    CHECK_FALSE(Database("sqlite://?execution=worker&begin=immediate").connection->rollback_may_wait());
    CHECK_FALSE(Database("sqlite://?execution=inline").connection->rollback_may_wait());
}

TEST_CASE("try_execute runs at once inline and not at all with a worker", "[sqlite]") {
    Database quick("sqlite://?execution=inline");
    Batch work = batch("SELECT 42");
    REQUIRE(quick.connection->try_execute(work));
    CHECK(work.items[0].rows.row(0)[0].integer == 42);

    Database handed("sqlite://");
    Batch again = batch("SELECT 42");
    CHECK_FALSE(handed.connection->try_execute(again));
    CHECK_FALSE(again.items[0].done);
}

TEST_CASE("a batch stops at the first error and names item and execution", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    Database db(std::string("sqlite://?execution=") + execution);
    db.sql("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    Batch work;
    work.items.push_back(item("INSERT INTO t VALUES (7)"));
    BatchItem many = item("INSERT INTO t VALUES (?)");
    many.parameters = ValueBuffer(1);
    for (const std::int64_t id : {5, 6, 7, 8}) many.parameters.append(integer(id));
    many.executions = 4;
    work.items.push_back(std::move(many));
    work.items.push_back(item("INSERT INTO t VALUES (9)"));
    work = db.run(std::move(work));

    CHECK(work.failed_item == 1);
    CHECK(work.failed_execution == 2);
    CHECK_THROWS_AS(work.rethrow_error(), UniqueViolation);
    CHECK(work.items[0].done);
    CHECK_FALSE(work.items[1].done);
    CHECK_FALSE(work.items[2].done);
    CHECK(db.number("SELECT count(*) FROM t") == 3);
}

TEST_CASE("an execution that matches another number of rows than expected is stale", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, v INTEGER)");
    db.sql("INSERT INTO t VALUES (1, 0), (2, 0)");
    BatchItem update = item("UPDATE t SET v = 1 WHERE id = ?");
    update.parameters = ValueBuffer(1);
    for (const std::int64_t id : {1, 9, 2}) update.parameters.append(integer(id));
    update.executions = 3;
    update.expected_rows_each = 1;
    Batch work = db.run(batch(std::move(update)));
    CHECK_THROWS_AS(work.rethrow_error(), StaleDataError);
    CHECK(work.failed_execution == 1);
    CHECK(db.number("SELECT sum(v) FROM t") == 1);
}

TEST_CASE("no key is reported where none was generated", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE)");
    db.sql("INSERT INTO t(id, name) VALUES (41, 'ann')");
    BatchItem insert = item("INSERT INTO t(name) VALUES (?) ON CONFLICT DO NOTHING");
    insert.parameters = ValueBuffer(1);
    insert.parameters.append(text("ann"));
    insert.parameters.append(text("bob"));
    insert.executions = 2;
    insert.want_generated_keys = true;
    const Batch work = db.run(batch(std::move(insert)));
    CHECK(work.items[0].generated_keys == std::vector<std::int64_t>{0, 42});
    CHECK(work.items[0].affected == 1);
}

TEST_CASE("RETURNING is read to its end and counted", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    const Batch work = db.sql("INSERT INTO t VALUES (1), (2), (3) RETURNING id");
    CHECK(work.items[0].rows.rows() == 3);
    CHECK(work.items[0].affected == 3);
}

TEST_CASE("statements keep working when the cache is too small, off, or their table changes", "[sqlite]") {
    const std::size_t size = GENERATE(0U, 1U, 2U, 256U);
    ConnectOptions options;
    options.statement_cache_size = size;
    Database db("sqlite://", options);
    db.sql("CREATE TABLE t(a INTEGER)");
    db.sql("INSERT INTO t VALUES (1)");
    std::vector<CompiledPtr> statements;
    for (int i = 0; i < 5; ++i) statements.push_back(statement("SELECT *, " + std::to_string(i) + " FROM t"));
    for (int round = 0; round < 3; ++round) {
        for (const CompiledPtr& compiled : statements) {
            Batch work = db.run(batch(item(compiled)));
            work.rethrow_error();
            REQUIRE(work.items[0].rows.columns() == static_cast<std::size_t>(2 + round));
            const auto number = static_cast<std::size_t>(work.items[0].rows.row(0).back().integer);
            CHECK(statements[number] == compiled);
        }
        db.sql("ALTER TABLE t ADD COLUMN c" + std::to_string(round) + " INTEGER");
    }
}

TEST_CASE("one text is one statement", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(a INTEGER)");
    CHECK_THROWS_AS(db.sql("INSERT INTO t VALUES (1); DELETE FROM t"), ProgrammingError);
    CHECK_THROWS_AS(db.sql("SELECT 1; -- fine\n x"), ProgrammingError);
    CHECK(db.number("SELECT count(*) FROM t") == 0);
    CHECK(db.number("SELECT 1; -- a comment; /* and */\n ; /* another") == 1);
    for (const char* nothing : {"", "  \n", "-- only a comment", "/* here */ ;"})
        CHECK_THROWS_AS(db.sql(nothing), ProgrammingError);
    CHECK_THROWS_AS(db.sql(std::string("SELECT 1\0, 2", 12)), ProgrammingError);
}

TEST_CASE("parameters and columns are counted", "[sqlite]") {
    Database db("sqlite://");
    CHECK_THROWS_AS(db.sql("SELECT ?"), ProgrammingError);
    CHECK_THROWS_AS(db.sql("SELECT ?", {integer(1), integer(2)}), ProgrammingError);
    CHECK_THROWS_AS(db.sql("SELECT 1", {integer(1)}), ProgrammingError);
    auto compiled = std::make_shared<CompiledStatement>();
    compiled->sql = "SELECT 1, 2";
    compiled->columns = 3;
    Batch work = db.run(batch(item(CompiledPtr(compiled))));
    CHECK_THROWS_AS(work.rethrow_error(), ProgrammingError);
}

TEST_CASE("a closed connection says so", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    Database db(std::string("sqlite://?execution=") + execution);
    CHECK(db.connection->usable());
    db.connection->close();
    db.connection->close();
    CHECK_FALSE(db.connection->usable());
    CHECK_THROWS_AS(db.sql("SELECT 1"), ResourceClosedError);
    CHECK_THROWS_AS(await(db.context, db.connection->open_cursor(item("SELECT 1"))), ResourceClosedError);
}

TEST_CASE("a connection that was asked to refuse writes reads all the same", "[sqlite]") {
    const Folder folder;
    for (const char* options : {"execution=worker", "execution=inline"}) {
        Database writer(folder.url(options));
        writer.sql("CREATE TABLE IF NOT EXISTS t(a INTEGER)");
        writer.sql("INSERT INTO t VALUES (1)");
        ConnectOptions refuse;
        refuse.read_only = true;
        Database reader(folder.url(options), refuse);
        const std::int64_t rows = writer.number("SELECT count(*) FROM t");
        CHECK(reader.number("SELECT count(*) FROM t") == rows);
        CHECK_THROWS_AS(reader.sql("INSERT INTO t VALUES (2)"), DatabaseError);
        CHECK(reader.number("SELECT count(*) FROM t") == rows);
    }
}
