// Locks between connections: waiting without blocking the event loop, giving up, and not waiting where it cannot help.
#include "support.hpp"

#include <sqlite3.h>

using namespace azoth;
using namespace azoth::sqlite_test;
using namespace std::chrono_literals;

TEST_CASE("a lock is waited for while the event loop goes on", "[sqlite]") {
    const Folder folder;
    asio::io_context context;
    auto holder = await(context, connect(folder.url()));
    auto waiter = await(context, connect(folder.url("timeout=600")));
    await(context, holder->execute(batch("CREATE TABLE t(v)"))).rethrow_error();
    await(context, holder->execute(texts({"BEGIN", "INSERT INTO t VALUES (1)"}))).rethrow_error();

    bool got_lock = false;
    int turns = 0;
    // The lock is released by a coroutine of the same thread: were the thread blocked, this would never end.
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            Batch done = texts({"BEGIN IMMEDIATE", "INSERT INTO t VALUES (2)", "COMMIT"});
            done = co_await waiter->execute(std::move(done));
            done.rethrow_error();
            got_lock = true;
        },
        [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            for (; turns < 1000; ++turns) co_await turn();
            CHECK_FALSE(got_lock);
            Batch done = co_await holder->execute(batch("COMMIT"));
            done.rethrow_error();
        },
        [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
        });
    context.restart();
    context.run();
    CHECK(got_lock);
    CHECK(turns == 1000);
}

TEST_CASE("waiting for a lock ends with busy_timeout, the deadline, or at once", "[sqlite]") {
    const auto execution = GENERATE("worker", "inline");
    const std::string mode = std::string("execution=") + execution;
    const Folder folder;
    Database holder(folder.url());
    holder.sql("CREATE TABLE t(v)");
    holder.sql("BEGIN IMMEDIATE");

    Database patient(folder.url(mode + "&busy_timeout=5"));
    const auto error = error_of<LockTimeout>([&] { patient.sql("INSERT INTO t VALUES (1)"); });
    CHECK(error.retryable());
    CHECK(error.native_code() == SQLITE_BUSY);
    CHECK_THAT(error.message(), Catch::Contains("busy_timeout"));

    Database impatient(folder.url(mode + "&busy_timeout=0"));
    error_of<LockTimeout>([&] { impatient.sql("INSERT INTO t VALUES (1)"); });

    Database bounded(folder.url(mode + "&timeout=600"));
    Batch work = batch("INSERT INTO t VALUES (1)");
    work.deadline = std::chrono::steady_clock::now() + 5ms;
    work = bounded.run(std::move(work));
    const auto late = error_of<StatementTimeout>([&] { work.rethrow_error(); });
    CHECK(late.retryable());
    CHECK_THAT(late.message(), Catch::Contains("lock"));

    holder.sql("ROLLBACK");
    for (Database* db : {&patient, &impatient, &bounded}) CHECK_NOTHROW(db->sql("INSERT INTO t VALUES (1)"));
}

TEST_CASE("a reader that turns writer after another's commit is told at once to start again", "[sqlite]") {
    const Folder folder;
    Database reader(folder.url("timeout=600"));  // waiting would show
    Database writer(folder.url());
    reader.sql("CREATE TABLE t(v)");
    reader.sql("BEGIN");
    CHECK(reader.number("SELECT count(*) FROM t") == 0);
    writer.sql("INSERT INTO t VALUES (1)");
    const auto error = error_of<SerializationFailure>([&] { reader.sql("INSERT INTO t VALUES (2)"); });
    CHECK(error.retryable());
    CHECK(error.native_code() == SQLITE_BUSY_SNAPSHOT);
    CHECK(reader.status() == TransactionStatus::active);
    reader.sql("ROLLBACK");
    CHECK_NOTHROW(reader.sql("INSERT INTO t VALUES (2)"));
}
