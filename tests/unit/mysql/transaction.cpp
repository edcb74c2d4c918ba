// Transactions: what is committed when, savepoints, isolation, and the server ending one by itself.
#include "support.hpp"

#include <thread>

using namespace azoth;
using namespace azoth::mysql_test;

TEST_CASE("mysql: a transaction is seen by others when it is committed", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY");
    Database db;
    Database observer;
    const auto seen = [&] { return observer.number("SELECT count(*) FROM " + table.name); };
    db.sql("BEGIN");
    CHECK(db.status() == TransactionStatus::active);
    db.sql("INSERT INTO " + table.name + " VALUES (1)");
    CHECK(seen() == 0);
    db.sql("COMMIT");
    CHECK(db.status() == TransactionStatus::idle);
    CHECK(seen() == 1);
    db.sql("START TRANSACTION");
    db.sql("INSERT INTO " + table.name + " VALUES (2)");
    db.sql("ROLLBACK");
    CHECK(db.status() == TransactionStatus::idle);
    CHECK(seen() == 1);
    db.run(texts({"BEGIN", "INSERT INTO " + table.name + " VALUES (3)", "COMMIT"})).rethrow_error();
    CHECK(seen() == 2);
}

TEST_CASE("mysql: outside a transaction every statement is committed by itself", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY");
    Database db;
    Database observer;
    const auto seen = [&] { return observer.number("SELECT count(*) FROM " + table.name); };
    db.sql("INSERT INTO " + table.name + " VALUES (1)");
    CHECK(seen() == 1);
    Batch done = db.run(texts({"INSERT INTO " + table.name + " VALUES (2)", "INSERT INTO " + table.name + " VALUES (1)", "INSERT INTO " + table.name + " VALUES (3)"}));
    CHECK(done.failed_item == 1);
    CHECK(seen() == 2);
    CHECK(db.status() == TransactionStatus::idle);
    // A read leaves nothing open that the next one would still see.
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 2);
    observer.sql("INSERT INTO " + table.name + " VALUES (9)");
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 3);
    // Nor does it keep others from changing the table.
    observer.sql("ALTER TABLE " + table.name + " ADD v INTEGER");
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 3);
}

TEST_CASE("mysql: BEGIN, and the end of a transaction in which nothing happened, send nothing", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const auto messages = [&] { return std::stoll(std::string(db.sql("SHOW SESSION STATUS LIKE 'Questions'").items[0].rows.row(0)[1].text())); };
    messages();
    const auto first = messages();
    const auto cost = messages() - first;
    const auto before = messages();
    for (int i = 0; i < 5; ++i) db.run(texts({"BEGIN", "ROLLBACK", "START TRANSACTION", "COMMIT"})).rethrow_error();
    CHECK(messages() - before == cost);
}

TEST_CASE("mysql: savepoints", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY");
    Database db;
    db.run(texts({"BEGIN", "SAVEPOINT a", "INSERT INTO " + table.name + " VALUES (1)", "SAVEPOINT b", "INSERT INTO " + table.name + " VALUES (2)",
                  "ROLLBACK TO SAVEPOINT b", "RELEASE SAVEPOINT a", "COMMIT"}))
        .rethrow_error();
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 1);
    CHECK(db.status() == TransactionStatus::idle);
}

TEST_CASE("mysql: isolation and access mode of one transaction", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY");
    Database db;
    Database other;
    const auto sees_new_rows = [&] {
        const auto before = db.number("SELECT count(*) FROM " + table.name);
        other.sql("INSERT INTO " + table.name + " SELECT coalesce(max(id), 0) + 1 FROM " + table.name);
        return db.number("SELECT count(*) FROM " + table.name) != before;
    };
    db.run(texts({"SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION"})).rethrow_error();
    CHECK(sees_new_rows());
    db.sql("COMMIT");
    db.sql("START TRANSACTION");  // it was for that one alone
    CHECK_FALSE(sees_new_rows());
    db.sql("COMMIT");
    db.sql("START TRANSACTION READ ONLY");
    CHECK_THROWS_AS(db.sql("INSERT INTO " + table.name + " VALUES (99)"), OperationalError);
    CHECK(db.status() == TransactionStatus::active);
    db.sql("ROLLBACK");
    CHECK_NOTHROW(db.sql("INSERT INTO " + table.name + " VALUES (99)"));
}

TEST_CASE("mysql: the user's own COMMIT and BEGIN are noticed", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY");
    Database db;
    db.sql("BEGIN");
    db.sql("INSERT INTO " + table.name + " VALUES (1)");
    db.run(batch(item(statement("commit", Effect::unknown)))).rethrow_error();
    CHECK(db.status() == TransactionStatus::idle);
    db.run(batch(item(statement("/* mine */ begin", Effect::unknown)))).rethrow_error();
    CHECK(db.status() == TransactionStatus::active);
    CHECK_THROWS_AS(db.sql("BEGIN"), ProgrammingError);
    db.sql("ROLLBACK");
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 1);
}

TEST_CASE("mysql: a deadlock ends the transaction, and nothing of it is left to commit", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database setup;
    setup.sql("INSERT INTO " + table.name + " VALUES (1, 0), (2, 0)");
    asio::io_context context;
    auto a = await(context, connect(server()));
    auto b = await(context, connect(server()));
    const auto update = [&](int id) { return item("UPDATE " + table.name + " SET v = v + 1 WHERE id = " + std::to_string(id)); };
    const auto begun = [&](int id) {
        Batch result = texts({"BEGIN"});
        result.items.push_back(update(id));
        return result;
    };
    await(context, a->execute(begun(1))).rethrow_error();
    await(context, b->execute(begun(2))).rethrow_error();
    Batch first;
    Batch second;
    asio::co_spawn(context, a->execute(batch(update(2))), [&](std::exception_ptr, Batch done) { first = std::move(done); });
    asio::co_spawn(context, b->execute(batch(update(1))), [&](std::exception_ptr, Batch done) { second = std::move(done); });
    context.restart();
    context.run();
    REQUIRE((first.error != nullptr) != (second.error != nullptr));
    Batch& lost = first.error ? first : second;
    DriverConnection& victim = first.error ? *a : *b;
    DriverConnection& winner = first.error ? *b : *a;
    const auto error = error_of<DeadlockDetected>([&] { lost.rethrow_error(); });
    CHECK(error.retryable());
    CHECK(error.native_code() == 1213);
    CHECK(error.sqlstate() == "40001");
    CHECK(victim.transaction_status() == TransactionStatus::idle);
    CHECK(victim.usable());
    CHECK(winner.transaction_status() == TransactionStatus::active);
    await(context, winner.execute(texts({"COMMIT"}))).rethrow_error();
    CHECK(setup.number("SELECT sum(v) FROM " + table.name) == 2);
}

TEST_CASE("mysql: a lock that is not granted in time leaves the transaction open", "[mysql]") {
    if (!have_server()) return;
    const Table table("id INTEGER PRIMARY KEY, v INTEGER");
    Database holder;
    holder.sql("INSERT INTO " + table.name + " VALUES (1, 0), (2, 0)");
    holder.sql("BEGIN");
    holder.sql("UPDATE " + table.name + " SET v = 1 WHERE id = 1");
    Database waiter(server("innodb_lock_wait_timeout=0"));
    waiter.sql("BEGIN");
    waiter.sql("UPDATE " + table.name + " SET v = 5 WHERE id = 2");
    const auto error = error_of<LockTimeout>([&] { waiter.sql("UPDATE " + table.name + " SET v = 2 WHERE id = 1"); });
    CHECK(error.retryable());
    CHECK(waiter.status() == TransactionStatus::active);
    waiter.sql("COMMIT");
    holder.sql("ROLLBACK");
    CHECK(holder.number("SELECT v FROM " + table.name + " WHERE id = 2") == 5);
}
