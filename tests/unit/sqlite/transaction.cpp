// Transactions on SQLite: what the driver reports of them, and what it refuses after SQLite has ended one on its own.
#include "support.hpp"

#include <sqlite3.h>

using namespace azoth;
using namespace azoth::sqlite_test;
using namespace std::chrono_literals;

TEST_CASE("the transaction's status is SQLite's own", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    Database db(std::string("sqlite://?execution=") + execution);
    CHECK(db.status() == TransactionStatus::idle);
    db.sql("BEGIN");
    CHECK(db.status() == TransactionStatus::active);
    db.sql("SAVEPOINT a");
    db.sql("ROLLBACK TO a");
    CHECK(db.status() == TransactionStatus::active);
    db.sql("COMMIT");
    CHECK(db.status() == TransactionStatus::idle);
    db.sql("SAVEPOINT outer");
    CHECK(db.status() == TransactionStatus::active);
    db.sql("RELEASE outer");
    CHECK(db.status() == TransactionStatus::idle);
    CHECK_NOTHROW(db.sql("ROLLBACK"));  // nothing to roll back is not an error
}

TEST_CASE("after the disk was full nothing runs until ROLLBACK", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    const Folder folder;
    Database db(folder.url(std::string("execution=") + execution));
    db.sql("CREATE TABLE t(v)");
    db.sql("PRAGMA max_page_count=16");
    db.sql("BEGIN");
    db.sql("INSERT INTO t VALUES ('kept?')");
    const auto full = error_of<OperationalError>([&] { db.sql("INSERT INTO t VALUES (zeroblob(1000000))"); });
    CHECK(full.native_code() == SQLITE_FULL);
    CHECK(db.status() == TransactionStatus::failed);

    for (const char* refused :
         {"INSERT INTO t VALUES ('stray')", "SELECT 1", "COMMIT", "BEGIN", "SAVEPOINT a", "ROLLBACK TO a"}) {
        const auto error = error_of<OperationalError>([&] { db.sql(refused); });
        CHECK_THAT(error.message(), Catch::Contains("rolled the transaction back"));
        CHECK(db.status() == TransactionStatus::failed);
    }
    db.sql("ROLLBACK");
    CHECK(db.status() == TransactionStatus::idle);
    CHECK(db.number("SELECT count(*) FROM t") == 0);
    db.sql("INSERT INTO t VALUES ('after')");
    CHECK(db.number("SELECT count(*) FROM t") == 1);
}

TEST_CASE("a write stopped by its deadline loses the transaction, a read does not", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    Database db(std::string("sqlite://?execution=") + execution);
    db.sql("CREATE TABLE t(v)");
    db.sql("BEGIN");
    db.sql("INSERT INTO t VALUES (1)");

    Batch read = batch(endless);
    read.deadline = std::chrono::steady_clock::now() + 5ms;
    CHECK_THROWS_AS(db.run(std::move(read)).rethrow_error(), StatementTimeout);
    CHECK(db.status() == TransactionStatus::active);
    CHECK(db.number("SELECT count(*) FROM t") == 1);

    Batch write = batch(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0");
    write.deadline = std::chrono::steady_clock::now() + 5ms;
    CHECK_THROWS_AS(db.run(std::move(write)).rethrow_error(), StatementTimeout);
    CHECK(db.status() == TransactionStatus::failed);
    CHECK_THROWS_AS(db.sql("INSERT INTO t VALUES (2)"), OperationalError);
    db.sql("ROLLBACK");
    CHECK(db.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("a trigger that rolls back is noticed", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(v)");
    db.sql("CREATE TRIGGER no BEFORE INSERT ON t WHEN new.v < 0 BEGIN SELECT RAISE(ROLLBACK, 'negative'); END");
    db.sql("BEGIN");
    db.sql("INSERT INTO t VALUES (1)");
    CHECK(error_of<IntegrityError>([&] { db.sql("INSERT INTO t VALUES (-1)"); }).server_message() == "negative");
    CHECK(db.status() == TransactionStatus::failed);
    db.sql("ROLLBACK");
    CHECK(db.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("a deadline that has passed already stops everything before it begins", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    Database db(std::string("sqlite://?execution=") + execution);
    Batch late = batch("CREATE TABLE t(v)");
    late.deadline = std::chrono::steady_clock::now() - 1s;
    CHECK_THROWS_AS(db.run(std::move(late)).rethrow_error(), StatementTimeout);
    CHECK_THROWS_AS(db.sql("SELECT * FROM t"), ProgrammingError);
}

TEST_CASE("the URL says which lock BEGIN takes", "[sqlite]") {
    const Folder folder;
    Database holder(folder.url("begin=immediate"));
    Database other(folder.url("begin=immediate&busy_timeout=0"));
    Database deferred(folder.url("busy_timeout=0"));
    holder.sql("BEGIN");
    CHECK_THROWS_AS(other.sql("BEGIN"), LockTimeout);
    CHECK(other.status() == TransactionStatus::idle);
    CHECK_NOTHROW(deferred.sql("BEGIN"));
}
