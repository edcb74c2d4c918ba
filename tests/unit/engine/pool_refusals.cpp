// A server that takes no connection at the moment, as the pool's callers see it: patience, one attempt at a time, its own error in the end.
#include <azoth/engine/connection.hpp>
#include <azoth/engine/engine.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using azoth::test::Task;

[[noreturn]] void refuse() {
    azoth::ErrorDetail detail;
    detail.sqlstate = "53300";
    detail.retryable = true;
    throw azoth::OperationalError("too many connections", std::move(detail));
}

struct Fixture {
    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    azoth::EngineOptions options;

    AsyncEngine engine() { return azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), options); }
};

awaitable<void> hold(AsyncEngine engine, std::optional<AsyncConnection>& out) { out = co_await engine.connect(); }

awaitable<void> visit(AsyncEngine engine, int number, std::vector<int>& order) {
    AsyncConnection connection = co_await engine.connect();
    order.push_back(number);
    co_await connection.run_text("V");
    co_await connection.commit();
}

}  // namespace

TEST_CASE("a caller sees nothing of refusals that end in time", "[engine][pool]") {
    Fixture f;
    f.server->on_connect = [](int number) {
        if (number <= 4) refuse();
    };
    std::vector<int> order;
    run(f.context, visit(f.engine(), 1, order));
    CHECK(f.server->connections_made() == 5);  // attempts
}

TEST_CASE("many callers of a server that is full: one attempt at a time, and nobody starves", "[engine][pool]") {
    Fixture f;
    f.options.pool_size = 8;
    f.options.max_overflow = 0;
    std::optional<AsyncEngine> engine;
    std::vector<std::size_t> together;  // attempts under way, at each refusal
    bool full = false;
    f.server->on_connect = [&](int) {
        if (!full) return;
        together.push_back(engine->pool().status().connecting);
        refuse();
    };
    engine = f.engine();
    std::optional<AsyncConnection> held;
    run(f.context, hold(*engine, held));
    full = true;
    std::vector<int> order;
    std::vector<Task> tasks;
    for (int i = 0; i < 20; ++i) tasks.emplace_back(f.context, visit(*engine, i, order));
    f.context.restart();
    while (together.size() < 7 + 3) f.context.run_one();
    CHECK(order.empty());
    CHECK(engine->pool().status().waiting == 20);
    for (std::size_t i = 7; i < together.size(); ++i) CHECK(together[i] == 1);

    held.reset();  // one connection serves them all, in their order
    f.context.run();
    for (const Task& task : tasks) CHECK_NOTHROW(task.check());
    CHECK(order.size() == 20);
    CHECK(std::is_sorted(order.begin(), order.end()));
    const auto status = engine->pool().status();
    CHECK(status.idle == 1);
    CHECK(status.connecting == 0);
    CHECK(status.waiting == 0);
}

TEST_CASE("a server that goes on refusing: its own error, when pool_timeout has passed", "[engine][pool]") {
    Fixture f;
    f.options.pool_timeout = std::chrono::milliseconds{GENERATE(0, 1, 30)};
    f.server->on_connect = [](int) { refuse(); };
    const AsyncEngine engine = f.engine();
    std::vector<int> order;
    std::vector<Task> tasks;
    for (int i = 0; i < 3; ++i) tasks.emplace_back(f.context, visit(engine, i, order));
    f.context.run();  // returns: no pause is left over
    for (const Task& task : tasks) {
        try {
            task.check();
            FAIL("it was served");
        } catch (const azoth::OperationalError& error) {
            CHECK(error.retryable());
            CHECK(error.sqlstate() == "53300");
        }
    }
    CHECK(engine.pool().status().waiting == 0);
    CHECK(engine.pool().status().connecting == 0);
    // And the engine works when the server does: who comes in the pause and does not wait for its end is still refused.
    f.server->on_connect = nullptr;
    std::optional<AsyncConnection> late;
    while (!late) {
        try {
            run(f.context, hold(engine, late));
        } catch (const azoth::OperationalError& error) {
            CHECK(error.retryable());
        }
    }
}

TEST_CASE("a caller that is cancelled in the pause takes nothing with it", "[engine][pool]") {
    Fixture f;
    bool full = true;
    f.server->on_connect = [&](int) {
        if (full) refuse();
    };
    const AsyncEngine engine = f.engine();
    std::vector<int> order;
    Task first(f.context, visit(engine, 1, order));
    while (f.server->connections_made() == 0) f.context.run_one();
    first.cancel();
    f.context.restart();
    f.context.run();  // returns: nobody pauses for nobody
    CHECK(first.cancelled());
    CHECK(engine.pool().status().waiting == 0);
    full = false;
    run(f.context, visit(engine, 2, order));
    CHECK(order == std::vector<int>{2});
}

TEST_CASE("a pause goes on in another context when its own ends", "[engine][pool]") {
    Fixture f;
    bool full = true;
    f.server->on_connect = [&](int) {
        if (full) refuse();
    };
    std::optional<AsyncEngine> engine;
    std::vector<int> order;
    {
        boost::asio::io_context first;
        engine = f.engine();
        const Task task(first, visit(*engine, 1, order));
        while (f.server->connections_made() == 0) first.run_one();
        first.poll_one();
        full = false;
        const Task other(f.context, visit(*engine, 2, order));
        f.context.poll_one();
    }
    f.context.restart();
    f.context.run();
    CHECK(order == std::vector<int>{2});
    CHECK(engine->pool().status().idle == 1);
    CHECK(engine->pool().status().connecting == 0);
}
