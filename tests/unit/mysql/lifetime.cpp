// Connections that die, contexts that end in the middle, objects destroyed in any order.
#include "support.hpp"

using namespace azoth;
using namespace azoth::mysql_test;

namespace {

void kill(std::int64_t id) {
    Database killer;
    killer.sql("KILL CONNECTION " + std::to_string(id));
}

bool alive(std::int64_t id) {
    Database observer;
    return observer.number("SELECT count(*) FROM information_schema.processlist WHERE id = " + std::to_string(id)) != 0;
}

}  // namespace

TEST_CASE("mysql: a connection killed while idle is lost at the next statement", "[mysql]") {
    if (!have_server()) return;
    const std::string tls = environment("AZOTH_TEST_CA").empty() ? "" : GENERATE("", "ssl_mode=required");
    Database db(server(tls));
    kill(db.thread_id());
    const auto error = error_of<ConnectionLost>([&] { db.sql("SELECT 1"); });
    CHECK(error.connection_lost());
    CHECK_FALSE(db.connection->usable());
    CHECK(db.status() == TransactionStatus::unknown);
    CHECK_THROWS_AS(db.sql("SELECT 1"), ConnectionLost);
    CHECK_THROWS_AS(db.sql("ROLLBACK"), ConnectionLost);
}

TEST_CASE("mysql: a connection killed in the middle of a statement", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const auto id = db.thread_id();
    db.sql("BEGIN");
    Batch done;
    asio::co_spawn(db.context, db.connection->execute(texts({"SELECT 1", "SELECT sleep(1000)"})), [&](std::exception_ptr, Batch given) { done = std::move(given); });
    asio::co_spawn(
        db.context,
        [&]() -> awaitable<void> {
            for (int i = 0; i < 50; ++i) co_await turn();
            auto killer = co_await connect(server());
            co_await killer->execute(batch("KILL CONNECTION " + std::to_string(id)));
        },
        asio::detached);
    db.context.restart();
    db.context.run();
    CHECK_THROWS_AS(done.rethrow_error(), ConnectionLost);
    CHECK(done.failed_item == 1);
    CHECK_FALSE(db.connection->usable());
}

TEST_CASE("mysql: a context that ends in the middle of a statement takes the connection along", "[mysql]") {
    if (!have_server()) return;
    const int turns = GENERATE(0, 1, 2, 10, 200);
    const bool tls = GENERATE(false, true);
    CAPTURE(turns, tls);
    std::unique_ptr<DriverConnection> connection;
    {
        asio::io_context context;
        connection = await(context, connect(server(tls ? "ssl_mode=required" : "")));
        asio::co_spawn(context, connection->execute(texts({"BEGIN", "SELECT sleep(1)", "SELECT sleep(1)"})), asio::detached);
        context.restart();
        for (int i = 0; i < turns; ++i) {
            context.poll_one();
        }
    }
    asio::io_context other;
    if (turns == 0) {
        // It had not begun: nothing happened to it.
        const Batch done = await(other, connection->execute(batch("SELECT 5")));
        REQUIRE_NOTHROW(done.rethrow_error());
        CHECK(done.items[0].rows.row(0)[0].integer == 5);
        return;
    }
    const Batch done = await(other, connection->execute(batch("SELECT 5")));
    CHECK(done.error);
    CHECK_FALSE(connection->usable());
    connection.reset();
}

TEST_CASE("mysql: a context that ends while a cancelled statement is being killed", "[mysql]") {
    if (!have_server()) return;
    std::unique_ptr<DriverConnection> connection;
    {
        asio::io_context context;
        connection = await(context, connect(server()));
        asio::cancellation_signal signal;
        asio::co_spawn(context, connection->execute(batch("SELECT sleep(1000)")), asio::bind_cancellation_slot(signal.slot(), asio::detached));
        context.restart();
        for (int i = 0; i < 100; ++i) context.poll();
        signal.emit(asio::cancellation_type::terminal);
        context.poll();
    }
    connection.reset();
}

TEST_CASE("mysql: a context that ends while connecting", "[mysql]") {
    if (!have_server()) return;
    for (int turns = 0; turns < 3; ++turns) {
        asio::io_context context;
        asio::co_spawn(context, connect(server()), asio::detached);
        for (int i = 0; i < turns; ++i) context.poll_one();
    }
    Database db;
    CHECK(db.number("SELECT 1") == 1);
}

TEST_CASE("mysql: a connection moves from one context to another", "[mysql]") {
    if (!have_server()) return;
    asio::io_context first;
    auto second = std::make_unique<asio::io_context>();
    auto connection = await(first, connect(server()));
    for (int i = 0; i < 10; ++i) {
        asio::io_context& context = i % 2 == 0 ? first : *second;
        CHECK(await(context, connection->execute(batch("SELECT ?", {integer(i)}))).items[0].rows.row(0)[0].integer == i);
    }
    second.reset();
    CHECK(await(first, connection->execute(batch("SELECT 3"))).items[0].rows.row(0)[0].integer == 3);
}

TEST_CASE("mysql: a connection destroyed in the middle of a statement frees the server", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const auto id = db.thread_id();
    Batch done;
    bool threw = false;
    asio::co_spawn(db.context, db.connection->execute(batch("SELECT sleep(3)")), [&](std::exception_ptr error, Batch given) {
        threw = error != nullptr;
        done = std::move(given);
    });
    asio::co_spawn(
        db.context,
        [&]() -> awaitable<void> {
            for (int i = 0; i < 50; ++i) co_await turn();
            db.connection.reset();
        },
        asio::detached);
    db.context.restart();
    db.context.run();
    CHECK_FALSE(threw);
    CHECK_THROWS_AS(done.rethrow_error(), ConnectionLost);
    CHECK(id != 0);
}

TEST_CASE("mysql: a closed connection refuses, and its session is gone from the server", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const auto id = db.thread_id();
    CHECK(alive(id));
    db.connection->close();
    CHECK_FALSE(db.connection->usable());
    CHECK_THROWS_AS(db.sql("SELECT 1"), ResourceClosedError);
    bool gone = false;
    for (int i = 0; i < 200 && !gone; ++i) gone = !alive(id);
    CHECK(gone);
}

TEST_CASE("mysql: a cursor outlives its connection", "[mysql]") {
    if (!have_server()) return;
    Database db;
    db.sql("BEGIN");
    auto cursor = await(db.context, db.connection->open_cursor(item("SELECT seq FROM seq_1_to_5000")));
    CHECK(await(db.context, cursor->fetch(10, ValueBuffer())).rows() == 10);
    db.connection.reset();
    CHECK_THROWS_AS(await(db.context, cursor->fetch(10, ValueBuffer())), Error);
}
