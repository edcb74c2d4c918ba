// The pool's coroutines over a fake database: queue order, time-outs, failed connects, dispose, events.
#include <azoth/engine/connection.hpp>
#include <azoth/engine/engine.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::PoolAction;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using azoth::test::Task;

struct Fixture {
    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    azoth::EngineOptions options;

    Fixture() {
        options.pool_size = 1;
        options.max_overflow = 0;
    }
    AsyncEngine engine() { return azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), options); }
};

awaitable<void> hold(AsyncEngine engine, std::optional<AsyncConnection>& out) { out = co_await engine.connect(); }

awaitable<void> visit(AsyncEngine engine, int number, std::vector<int>& order) {
    AsyncConnection connection = co_await engine.connect();
    order.push_back(number);
    co_await connection.run_text("V");
    co_await connection.commit();
}

struct Recorder : azoth::Observer {
    std::vector<PoolAction> pool;
    std::vector<std::string> statements;
    std::vector<std::string> values;
    std::vector<azoth::TransactionAction> transactions;
    void on_pool(const azoth::PoolEvent& event) override { pool.push_back(event.action); }
    void on_statement(const azoth::StatementEvent& event) override {
        statements.emplace_back(event.sql);
        values.emplace_back(event.values);
        if (event.error) statements.back() += " !";
    }
    void on_transaction(const azoth::TransactionEvent& event) override { transactions.push_back(event.action); }
};

}  // namespace

TEST_CASE("callers are served in the order they came", "[engine][pool]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    std::vector<int> order;
    std::vector<Task> tasks;
    for (int i = 0; i < 20; ++i) tasks.emplace_back(f.context, visit(engine, i, order));
    f.context.run();
    for (const Task& task : tasks) task.check();
    std::vector<int> expected;
    for (int i = 0; i < 20; ++i) expected.push_back(i);
    CHECK(order == expected);
    CHECK(f.server->connections_made() == 1);
}

TEST_CASE("a waiter that is cancelled leaves the order of the others alone", "[engine][pool]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    std::optional<AsyncConnection> held;
    run(f.context, hold(engine, held));
    std::vector<int> order;
    std::vector<Task> tasks;
    for (int i = 0; i < 5; ++i) tasks.emplace_back(f.context, visit(engine, i, order));
    f.context.restart();
    f.context.poll();
    CHECK(engine.pool().status().waiting == 5);
    tasks[0].cancel();
    tasks[2].cancel();
    f.context.poll();
    CHECK(engine.pool().status().waiting == 3);
    held.reset();
    tasks[1].cancel();  // granted already: it has the connection, and ends at its next operation
    f.context.run();
    CHECK(tasks[0].cancelled());
    CHECK(tasks[2].cancelled());
    CHECK(tasks[1].cancelled());
    CHECK(order == std::vector<int>{1, 3, 4});
    const auto status = engine.pool().status();
    CHECK(status.idle == 1);
    CHECK(status.checked_out == 0);
}

TEST_CASE("a pool that is exhausted says so", "[engine][pool]") {
    Fixture f;
    f.options.pool_timeout = std::chrono::milliseconds{GENERATE(0, 1)};
    f.server->single = GENERATE(false, true);
    const AsyncEngine engine = f.engine();
    std::optional<AsyncConnection> held;
    run(f.context, hold(engine, held));
    std::optional<AsyncConnection> second;
    try {
        run(f.context, hold(engine, second));
        FAIL("no time-out");
    } catch (const azoth::PoolTimeoutError& error) {
        const std::string message = error.what();
        INFO(message);
        CHECK(message.find("longest holder") != std::string::npos);
        if (f.server->single) {
            CHECK(message.find("this task may itself hold it") != std::string::npos);
        } else {
            CHECK(message.find("pool_size 1") != std::string::npos);
        }
    }
    held.reset();
    run(f.context, hold(engine, second));
    CHECK(f.server->connections_made() == 1);
}

TEST_CASE("nothing is outstanding while the pool idles", "[engine][pool]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    std::optional<AsyncConnection> held;
    run(f.context, hold(engine, held));  // returns: no timer, no read
    std::vector<int> order;
    Task waiting(f.context, visit(engine, 1, order));
    f.context.restart();
    f.context.poll();
    held.reset();
    f.context.run();  // nor after a wait: the timer of 30 s is gone
    CHECK(waiting.done());
}

TEST_CASE("a connect that fails gives its place back, and the error to its caller", "[engine][pool]") {
    Fixture f;
    f.server->on_connect = [](int number) {
        if (number <= 2) throw azoth::OperationalError("refused");
    };
    const AsyncEngine engine = f.engine();
    std::vector<int> order;
    std::vector<Task> tasks;
    for (int i = 0; i < 4; ++i) tasks.emplace_back(f.context, visit(engine, i, order));
    f.context.run();
    CHECK_THROWS_AS(tasks[0].check(), azoth::OperationalError);
    CHECK_THROWS_AS(tasks[1].check(), azoth::OperationalError);
    CHECK_NOTHROW(tasks[2].check());
    CHECK_NOTHROW(tasks[3].check());
    CHECK(order == std::vector<int>{2, 3});
}

TEST_CASE("a connect goes on without its caller, for whoever waits then", "[engine][pool]") {
    Fixture f;
    f.server->hang_next();
    const AsyncEngine engine = f.engine();
    std::vector<int> order;
    Task first(f.context, visit(engine, 1, order));
    f.context.poll();
    first.cancel();
    f.context.restart();
    f.context.poll();
    CHECK(first.cancelled());
    CHECK(engine.pool().status().connecting == 1);
    Task second(f.context, visit(engine, 2, order));
    f.server->let_go();
    f.context.restart();
    f.context.run();
    second.check();
    CHECK(f.server->connections_made() == 1);
}

TEST_CASE("a connect under way moves to another context when its own ends", "[engine][pool]") {
    Fixture f;
    std::optional<AsyncEngine> engine;
    std::vector<int> order;
    {
        boost::asio::io_context first;
        engine = f.engine();
        const Task task(first, visit(*engine, 1, order));
        first.poll_one();  // the connect is posted
        const Task other(f.context, visit(*engine, 2, order));
        f.context.poll_one();
    }
    f.context.restart();
    f.context.run();
    CHECK(order == std::vector<int>{2});
    CHECK(engine->pool().status().idle == 1);
    CHECK(engine->pool().status().connecting == 0);
}

TEST_CASE("dispose closes what idles now and the rest on return", "[engine][pool]") {
    Fixture f;
    f.options.pool_size = 5;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> dispose(AsyncEngine engine) { co_await engine.dispose(); }
    };
    std::optional<AsyncConnection> held, idle;
    run(f.context, hold(engine, held));
    run(f.context, hold(engine, idle));
    idle.reset();
    CHECK(f.server->connections_open() == 2);
    run(f.context, Work::dispose(engine));
    CHECK(f.server->connections_open() == 1);
    run(f.context, Work::dispose(engine));
    held.reset();
    CHECK(f.server->connections_open() == 0);
    run(f.context, hold(engine, held));  // the engine can be used again
    CHECK(f.server->connections_open() == 1);
}

TEST_CASE("a connection that died while it idled is replaced unseen", "[engine][pool]") {
    Fixture f;
    f.options.pool_size = 2;
    const AsyncEngine engine = f.engine();
    std::optional<AsyncConnection> a, b;
    run(f.context, hold(engine, a));
    run(f.context, hold(engine, b));
    // What its driver closes behind the pool's back while it is out comes back unusable: its older sibling goes with it.
    a.reset();
    b->invalidate();
    b.reset();
    std::vector<int> order;
    run(f.context, visit(engine, 1, order));
    CHECK(order.size() == 1);
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("observers see statements, transactions and the pool; values only when they may", "[engine][pool]") {
    Fixture f;
    f.options.hide_parameters = GENERATE(true, false);
    f.server->on_statement = [](int, azoth::BatchItem& item) {
        if (item.statement->sql == "BAD") throw azoth::OperationalError("no");
    };
    const AsyncEngine engine = f.engine();
    const auto recorder = std::make_shared<Recorder>();
    engine.observe(recorder);
    struct Throwing : azoth::Observer {
        void on_statement(const azoth::StatementEvent&) override { throw std::runtime_error("observer"); }
    };
    engine.observe(std::make_shared<Throwing>());
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            AsyncConnection connection = co_await engine.connect();
            azoth::BatchItem item;
            item.statement = azoth::compile_plain("GOOD", azoth::Effect::write);
            item.parameters.clear(2);
            item.parameters.append(azoth::ValueView::of_integer(7));
            item.parameters.append(azoth::ValueView::of_bytes("secret", azoth::ValueKind::text));
            azoth::Batch batch;
            batch.items.push_back(std::move(item));
            batch = co_await connection.core_ptr()->run(std::move(batch));
            bool failed = false;
            try {
                co_await connection.run_text("BAD");
            } catch (const azoth::OperationalError&) {
                failed = true;
            }
            CHECK(failed);
            co_await connection.rollback();
        }
    };
    run(f.context, Work::run(engine));
    CHECK(recorder->statements == std::vector<std::string>{"GOOD", "BAD !"});
    CHECK(recorder->values[0] == (f.options.hide_parameters ? "" : "[7, 'secret']"));
    CHECK(recorder->transactions == std::vector<azoth::TransactionAction>{azoth::TransactionAction::begin, azoth::TransactionAction::rollback});
    CHECK(recorder->pool == std::vector<PoolAction>{PoolAction::connect, PoolAction::checkout, PoolAction::checkin});
}
