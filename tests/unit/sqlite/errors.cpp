// SQLite's failures as exceptions that name what is at fault.
#include "support.hpp"

#include <sqlite3.h>

#include <fstream>

using namespace azoth;
using namespace azoth::sqlite_test;

TEST_CASE("constraint errors name constraint, table and column", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE parent(id INTEGER PRIMARY KEY)");
    db.sql(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, email TEXT UNIQUE, a INT, b INT, name TEXT NOT NULL DEFAULT 'x',"
        " p INT REFERENCES parent(id), CONSTRAINT positive CHECK (a > 0), UNIQUE (a, b))");
    db.sql("CREATE UNIQUE INDEX folded ON t(lower(name)) WHERE name <> 'x'");
    db.sql("INSERT INTO t(id, email, a, b, name) VALUES (1, 'e', 1, 2, 'Ann')");

    const auto unique = error_of<UniqueViolation>([&] { db.sql("INSERT INTO t(email) VALUES ('e')"); });
    CHECK(unique.table() == "t");
    CHECK(unique.column() == "email");
    CHECK(unique.native_code() == SQLITE_CONSTRAINT_UNIQUE);
    CHECK(unique.statement() == "INSERT INTO t(email) VALUES ('e')");
    CHECK_FALSE(unique.retryable());
    CHECK_FALSE(unique.connection_lost());
    CHECK(error_of<UniqueViolation>([&] { db.sql("INSERT INTO t(a, b) VALUES (1, 2)"); }).column() == "a, b");
    CHECK(error_of<UniqueViolation>([&] { db.sql("INSERT INTO t(id) VALUES (1)"); }).column() == "id");
    CHECK(error_of<UniqueViolation>([&] { db.sql("INSERT INTO t(name) VALUES ('ANN')"); }).constraint() == "folded");
    CHECK(error_of<NotNullViolation>([&] { db.sql("INSERT INTO t(name) VALUES (NULL)"); }).column() == "name");
    CHECK(error_of<CheckViolation>([&] { db.sql("INSERT INTO t(a) VALUES (0)"); }).constraint() == "positive");
    error_of<ForeignKeyViolation>([&] { db.sql("INSERT INTO t(p) VALUES (99)"); });

    db.sql("BEGIN");
    CHECK_THROWS_AS(db.sql("INSERT INTO t(id) VALUES (1)"), UniqueViolation);
    CHECK(db.status() == TransactionStatus::active);
    db.sql("ROLLBACK");
}

TEST_CASE("foreign keys can be left unchecked", "[sqlite]") {
    Database db("sqlite://?foreign_keys=off");
    db.sql("CREATE TABLE parent(id INTEGER PRIMARY KEY)");
    db.sql("CREATE TABLE t(p INT REFERENCES parent(id))");
    CHECK_NOTHROW(db.sql("INSERT INTO t VALUES (99)"));
}

TEST_CASE("wrong SQL is the program's error", "[sqlite]") {
    Database db("sqlite://");
    CHECK(error_of<ProgrammingError>([&] { db.sql("SELECT * FROM missing"); }).server_message() ==
          "no such table: missing");
    error_of<ProgrammingError>([&] { db.sql("SELEKT 1"); });
    error_of<ProgrammingError>([&] { db.sql("COMMIT"); });
    error_of<ProgrammingError>([&] { db.sql("RELEASE nothing"); });
    error_of<DataError>([&] { db.sql("SELECT sum(v) FROM (SELECT 9223372036854775807 AS v UNION ALL SELECT 1)"); });
    error_of<DataError>([&] { db.sql("SELECT json_extract('{', '$')"); });
}

TEST_CASE("files that cannot be opened are named with the reason", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    const std::string mode = std::string("execution=") + execution;
    const Folder folder;
    const auto message = [&](const std::string& file, const std::string& options) {
        return error_of<OperationalError>([&] { Database db(folder.url(mode + options, file)); }).message();
    };
    CHECK_THAT(message("none/test.db", ""), Catch::Contains("none does not exist"));
    CHECK_THAT(message("", ""), Catch::Contains("it is a directory"));
    std::ofstream(folder.path / "plain") << "x";
    CHECK_THAT(message("plain/test.db", ""), Catch::Contains("plain is not a directory"));
    CHECK_THAT(message("missing.db", "&mode=rw"), Catch::Contains("missing.db"));
    CHECK_THAT(message("missing.db", "&mode=ro"), Catch::Contains("missing.db"));
    CHECK_FALSE(std::filesystem::exists(folder.path / "missing.db"));
}

TEST_CASE("a file of something else is refused when it is opened", "[sqlite]") {
    const Folder folder;
    std::ofstream(folder.path / "test.db") << std::string(8192, 'z');
    const auto error = error_of<DatabaseError>([&] { Database db(folder.url()); });
    CHECK(error.native_code() == SQLITE_NOTADB);
    CHECK_THAT(error.message(), Catch::Contains("test.db"));
}

TEST_CASE("a damaged page is an error and the connection is not used again", "[sqlite]") {
    const Folder folder;
    {
        Database db(folder.url("journal_mode=delete"));
        db.sql("CREATE TABLE t(v TEXT)");
        db.sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t SELECT 'some "
            "text ' || i FROM n");
    }
    std::fstream file(folder.path / "test.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 + 8);
    file << std::string(4000, '\xee');
    file.close();
    Database db(folder.url("journal_mode=delete"));
    const auto error = error_of<DatabaseError>([&] { db.sql("SELECT sum(length(v)) FROM t"); });
    CHECK((error.native_code() & 0xff) == SQLITE_CORRUPT);
    CHECK(error.connection_lost());
    CHECK_FALSE(db.connection->usable());
}

TEST_CASE("a read-only database can be read and refuses writes", "[sqlite]") {
    const Folder folder;
    {
        Database db(folder.url());
        db.sql("CREATE TABLE t(v)");
    }
    Database db(folder.url("mode=ro"));
    CHECK(db.number("SELECT count(*) FROM t") == 0);
    const auto error = error_of<OperationalError>([&] { db.sql("INSERT INTO t VALUES (1)"); });
    CHECK((error.native_code() & 0xff) == SQLITE_READONLY);
    CHECK_THAT(error.message(), Catch::Contains("test.db"));
    CHECK(db.connection->usable());
}

TEST_CASE("a file database is in WAL unless asked otherwise", "[sqlite]") {
    const Folder folder;
    const auto mode = [](Database& db) {
        return std::string(db.sql("PRAGMA journal_mode").items[0].rows.row(0)[0].text());
    };
    Database first(folder.url("", "a.db"));
    CHECK(mode(first) == "wal");
    Database second(folder.url("journal_mode=truncate&synchronous=off&cache_size=-500", "b.db"));
    CHECK(mode(second) == "truncate");
    CHECK(second.number("PRAGMA synchronous") == 0);
    CHECK(second.number("PRAGMA cache_size") == -500);
    CHECK(first.number("PRAGMA synchronous") == 2);
    CHECK(first.number("PRAGMA foreign_keys") == 1);

    SECTION("a mode that cannot be had is an error") {
        CHECK_THROWS_AS(Database(folder.url("journal_mode=wal&mode=ro", "b.db")), OperationalError);
    }
}
