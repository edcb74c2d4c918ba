// Cancellation, deadlines and ends: the caller is freed at once, the next statement is never hit, the loop never blocks.
#include "support.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

using namespace azoth;
using namespace azoth::postgresql_test;

namespace {

const char* const endless = "SELECT count(*) FROM generate_series(1, 1000000000000) AS i";

awaitable<void> turn() { co_await asio::post(asio::use_awaitable); }

// Runs `given` and cancels it after `turns` turns of the event loop. Returns whether it was cancelled.
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
            if (!finished) signal.emit(asio::cancellation_type::terminal);
        },
        asio::detached);
    context.restart();
    context.run();
    REQUIRE(finished);
    return cancelled;
}

// Runs `work` while a timer ticks; returns how often it did before the work was done.
template <class T>
int ticks_beside(asio::io_context& context, awaitable<T> work) {
    int ticks = 0;
    bool done = false;
    asio::steady_timer timer(context);
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr, auto...) {
        done = true;
        timer.cancel();
    });
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            while (!done) {
                timer.expires_after(std::chrono::milliseconds(5));
                co_await timer.async_wait(asio::use_awaitable);
                if (!done) ++ticks;
            }
        },
        asio::detached);
    context.restart();
    context.run();
    CHECK(done);
    return ticks;
}

}  // namespace

TEST_CASE("PostgreSQL: an endless query is cancelled at once, on the server too, and the connection goes on", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    for (const int turns : {0, 1, 2, 50, 2000}) {
        CHECK(cancelled_after(server.context, *server.connection, batch(item(endless)), turns));
        CHECK_NOTHROW(server.sql("ROLLBACK"));
        CHECK(server.number("SELECT 7") == 7);
        CHECK(server.status() == TransactionStatus::idle);
        CHECK(server.connection->usable());
    }
}

TEST_CASE("PostgreSQL: quick statements cancelled at any moment never hit the ones after them", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    for (int i = 0; i < 100; ++i) {
        cancelled_after(server.context, *server.connection, texts({"BEGIN", "SELECT 1", "COMMIT"}), i % 7);
        server.sql("ROLLBACK");
        REQUIRE(server.number("SELECT 7") == 7);
    }
    CHECK(server.status() == TransactionStatus::idle);
}

TEST_CASE("PostgreSQL: a deadline stops the statement and the connection stays", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    Batch given = texts({"BEGIN", endless, "SELECT 2"});
    given.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
    Batch done = server.run(std::move(given));
    CHECK(done.failed_item == 1);
    CHECK_FALSE(error_of<StatementTimeout>([&] { done.rethrow_error(); }).connection_lost());
    CHECK(server.status() == TransactionStatus::failed);
    server.run(texts({"ROLLBACK"}));
    CHECK(server.number("SELECT 7") == 7);

    Batch late = texts({"SELECT 1"});
    late.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
    done = server.run(std::move(late));
    error_of<StatementTimeout>([&] { done.rethrow_error(); });
    CHECK(server.number("SELECT 7") == 7);

    ConnectOptions options;
    options.statement_timeout = std::chrono::milliseconds(20);
    Server limited(url, options);
    done = limited.run(texts({endless}));  // the server's own clock
    error_of<StatementTimeout>([&] { done.rethrow_error(); });
}

TEST_CASE("PostgreSQL: a stuck query keeps nobody else waiting, with TLS too", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    for (const char* mode : {"disable", "prefer"}) {
        INFO(mode);
        Server server(with(url, "sslmode", mode));
        CHECK(ticks_beside(server.context, server.connection->execute(texts({"SELECT pg_sleep(0.2)"}))) > 3);
        Batch stuck = texts({"SELECT pg_sleep(100)"});
        stuck.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
        CHECK(ticks_beside(server.context, server.connection->execute(std::move(stuck))) > 3);
    }
}

TEST_CASE("PostgreSQL: closing ends what is under way, here and at the server", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server watcher(url);
    Server server(url);
    const std::int64_t process = server.number("SELECT pg_backend_pid()");
    asio::co_spawn(
        server.context,
        [&]() -> awaitable<void> {
            for (int i = 0; i < 20; ++i) co_await turn();
            server.connection->close();
        },
        asio::detached);
    const Batch done = server.run(texts({endless}));
    error_of<ConnectionLost>([&] { done.rethrow_error(); });
    CHECK_FALSE(server.connection->usable());
    const std::string alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = " + std::to_string(process);
    while (watcher.number(alive) != 0) {}  // the test's time limit is the bound
    CHECK(server.run(texts({"SELECT 1"})).error);
}

TEST_CASE("PostgreSQL: the server's last words are what the caller sees", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    const Batch done = server.run(texts({"BEGIN", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1"}));
    CHECK(error_of<ConnectionLost>([&] { done.rethrow_error(); }).sqlstate() == "57P01");
    CHECK(server.status() == TransactionStatus::unknown);
    CHECK_FALSE(server.connection->usable());
}

TEST_CASE("PostgreSQL: a context may end at any moment of an operation", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    for (int turns = 0; turns < 12; ++turns) {
        std::unique_ptr<DriverConnection> connection;
        {
            asio::io_context context;
            connection = await(context, find_driver("postgresql").connect(Url::parse(url), {}));
            asio::co_spawn(
                context,
                [&]() -> awaitable<void> {
                    Batch given = texts({"BEGIN", endless});
                    co_await connection->execute(std::move(given));
                },
                asio::detached);
            context.restart();
            for (int i = 0; i < turns; ++i) context.poll_one();
        }
        if (turns > 0) CHECK_FALSE(connection->usable());
    }
    // While it connects.
    for (int turns = 0; turns < 12; ++turns) {
        asio::io_context context;
        asio::co_spawn(context, [&]() -> awaitable<void> { co_await find_driver("postgresql").connect(Url::parse(url), {}); }, asio::detached);
        for (int i = 0; i < turns; ++i) context.run_one_for(std::chrono::milliseconds(50));
    }
}

TEST_CASE("PostgreSQL: a connection moves from one context to another", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    auto first = std::make_unique<asio::io_context>();
    const auto connection = await(*first, find_driver("postgresql").connect(Url::parse(url), {}));
    CHECK_FALSE(await(*first, connection->execute(texts({"BEGIN"}))).error);
    asio::io_context second;
    CHECK_FALSE(await(second, connection->execute(texts({"SELECT 1"}))).error);
    first.reset();
    CHECK_FALSE(await(second, connection->execute(texts({"COMMIT"}))).error);
    CHECK(connection->transaction_status() == TransactionStatus::idle);
}

TEST_CASE("PostgreSQL: notifications are waited for, and the wait can be given up", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server listener(url);
    Server sender(url);
    listener.sql("LISTEN azoth_test");
    asio::cancellation_signal signal;
    bool cancelled = false;
    asio::co_spawn(
        listener.context, [&]() -> awaitable<void> { co_await listener.connection->next_notification(); },
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) { cancelled = error != nullptr; }));
    listener.context.restart();
    listener.context.poll();
    signal.emit(asio::cancellation_type::terminal);
    listener.context.run();
    CHECK(cancelled);
    sender.sql("SELECT pg_notify('azoth_test', 'first')");
    sender.sql("SELECT pg_notify('azoth_test', 'second')");
    const Notification first = await(listener.context, listener.connection->next_notification());
    CHECK(first.channel == "azoth_test");
    CHECK(first.payload == "first");
    CHECK(first.sender == sender.number("SELECT pg_backend_pid()"));
    CHECK(await(listener.context, listener.connection->next_notification()).payload == "second");
    CHECK(listener.number("SELECT 7") == 7);
}

TEST_CASE("PostgreSQL: what became of a transaction can be asked for by its id", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    Server other(url);
    const auto outcome = [&](const std::string& id) { return await(other.context, other.connection->transaction_outcome(id)); };
    server.sql("CREATE TEMPORARY TABLE t (id int)");
    CHECK(server.connection->transaction_id().empty());
    server.run(texts({"BEGIN", "SELECT 1"}));
    CHECK(server.connection->transaction_id().empty());  // it has written nothing
    server.run(texts({"INSERT INTO t VALUES (1)"}));
    std::string id = server.connection->transaction_id();
    REQUIRE_FALSE(id.empty());
    CHECK(outcome(id) == std::nullopt);
    server.run(texts({"COMMIT"}));
    CHECK(outcome(id) == true);
    server.run(texts({"BEGIN", "INSERT INTO t VALUES (1)"}));
    id = server.connection->transaction_id();
    server.run(texts({"ROLLBACK"}));
    CHECK(outcome(id) == false);
    CHECK(outcome("999999999999") == std::nullopt);  // of another server, or of a future that was lost
}
