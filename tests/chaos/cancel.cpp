// Cancellation at every suspension point, and the end of the context at every step, against a real server (faults F4 to F7).
#include "chaos/chaos.hpp"

#include <boost/asio/detached.hpp>

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using namespace azoth::literals;

/// The operations; `table` has a row 0. `id` is new each time.
struct Operation {
    const char* name;
    awaitable<void> (*run)(AsyncEngine engine, std::string table, std::int64_t id);
    bool fresh = false;  ///< on an engine without a connection
};

std::string insert(const std::string& table, std::int64_t id) { return "INSERT INTO " + table + " VALUES (" + std::to_string(id) + ", 1)"; }

awaitable<void> connect(AsyncEngine engine, std::string, std::int64_t) {
    auto connection = co_await engine.connect();
    co_await connection.close();
}
awaitable<void> begin_and_query(AsyncEngine engine, std::string table, std::int64_t id) {
    auto connection = co_await engine.begin();
    co_await connection.run_text(insert(table, id));
}
awaitable<void> commit(AsyncEngine engine, std::string table, std::int64_t id) {
    auto connection = co_await engine.begin();
    co_await connection.run_text(insert(table, id));
    co_await connection.run_text(insert(table, id + 1));
    co_await connection.commit();
}
awaitable<void> roll_back(AsyncEngine engine, std::string table, std::int64_t id) {
    auto connection = co_await engine.begin();
    co_await connection.run_text(insert(table, id));
    co_await connection.rollback();
}
awaitable<void> savepoints(AsyncEngine engine, std::string table, std::int64_t id) {
    auto connection = co_await engine.begin();
    {
        auto savepoint = co_await connection.begin_nested();
        co_await connection.run_text(insert(table, id));
        co_await savepoint.rollback();
    }
    auto savepoint = co_await connection.begin_nested();
    co_await connection.run_text(insert(table, id));
    co_await connection.run_text(insert(table, id + 1));
    co_await savepoint.commit();
    co_await connection.commit();
}
awaitable<void> stream(AsyncEngine engine, std::string table, std::int64_t) {
    auto connection = co_await engine.connect();
    // Some hundred rows of a table with one: enough for several fetches.
    const std::string ten = "(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7)";
    const auto numbers = azoth::text("SELECT t.id + a.d + b.d * 8 + c.d * 64 AS n FROM " + table + " t, " + ten + " a, " + ten + " b, " + ten + " c WHERE t.id = 0")
                             .columns(azoth::typed<std::int64_t>("n"_c));
    auto rows = co_await connection.stream(numbers);
    std::int64_t count = 0;
    for (;;) {
        const auto row = co_await rows.next();
        if (!row) break;
        ++count;
    }
    if (count != 512) throw std::logic_error("the stream lost rows");
    co_await connection.commit();
}

const std::vector<Operation>& operations() {
    static const std::vector<Operation> all{
        {"connect", connect, true},  {"BEGIN and a query", begin_and_query}, {"COMMIT", commit}, {"ROLLBACK", roll_back}, {"savepoints", savepoints}, {"stream", stream},
    };
    return all;
}

/// Both rows of a unit, or none.
void check_whole(Stage& stage, std::int64_t id) {
    const auto rows = stage.rows("id IN (" + std::to_string(id) + ", " + std::to_string(id + 1) + ")");
    CHECK((rows == 0 || rows == 2));
}

void cancel_everywhere(Stage& stage, const Operation& operation, bool encrypted) {
    CAPTURE(operation.name);
    std::optional<AsyncEngine> engine;
    int steps = 0;
    for (bool finished = false; !finished; ++steps) {
        CAPTURE(steps);
        if (!engine || operation.fresh) {
            if (engine) stage.run(engine->dispose());
            engine.emplace(stage.engine(Stage::one_connection(), encrypted));
            if (!operation.fresh) check_healthy(stage, *engine);
        }
        const std::int64_t id = 10 + 2 * steps;
        stage.context.restart();
        Task task(stage.context, operation.run(*engine, stage.table, id));
        for (int i = 0; i < steps && !task.done(); ++i) stage.context.run_one();
        finished = task.done();
        task.cancel();
        stage.context.run();
        REQUIRE(task.done());
        if (!task.cancelled()) CHECK_NOTHROW(task.check());
        check_healthy(stage, *engine);
        check_whole(stage, id);
        stage.beside.execute("DELETE FROM " + stage.table + " WHERE id > 0");
    }
    CHECK(steps > 1);  // how many there are depends on how soon the server answers
    stage.run(engine->dispose());
}

}  // namespace

TEST_CASE("cancelled at every step k, plain", "[chaos][F5][F6]") {
    on_each_server([](Stage& stage) {
        for (const Operation& operation : operations()) cancel_everywhere(stage, operation, false);
    });
}

TEST_CASE("cancelled at every step k, TLS", "[chaos][F5][F6]") {
    on_each_server([](Stage& stage) {
        for (const Operation& operation : operations()) cancel_everywhere(stage, operation, true);
    });
}

TEST_CASE("the context ends at every step k", "[chaos][F7]") {
    on_each_server([](Stage& stage) {
        for (const Operation& operation : operations()) {
            CAPTURE(operation.name);
            int steps = 0;
            const auto engine = stage.engine();
            if (!operation.fresh) check_healthy(stage, engine);
            for (bool finished = false; !finished; ++steps) {
                CAPTURE(steps);
                const std::int64_t id = 10 + 2 * steps;
                {
                    boost::asio::io_context context;
                    const Task task(context, operation.run(engine, stage.table, id));
                    for (int i = 0; i < steps && !task.done(); ++i) context.run_one();
                    finished = task.done();
                }
                check_healthy(stage, engine);
                check_whole(stage, id);
                stage.beside.execute("DELETE FROM " + stage.table + " WHERE id > 0");
                if (operation.fresh) stage.run(engine.dispose());
            }
            CHECK(steps > 1);  // how many there are depends on how soon the server answers
            stage.run(engine.dispose());
        }
    });
}

TEST_CASE("a query that waits at the server is stopped there when it is cancelled", "[chaos][F6]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        check_healthy(stage, engine);
        stage.beside.begin(stage.update(0));
        for (int round = 0; round < 3; ++round) {
            stage.context.restart();
            Task task(stage.context, [](AsyncEngine on, std::string sql) -> awaitable<void> {
                auto connection = co_await on.begin();
                co_await connection.run_text(sql);
            }(engine, stage.update(0)));
            bool stopped = false;
            const Task other(stage.context, [](Stage& on, Task& blocked, bool& done) -> awaitable<void> {
                co_await until([&] { return on.active() == 1; });
                blocked.cancel();
                // Still locked: only a cancel ends the wait at the server.
                co_await until([&] { return on.active() == 0; });
                done = true;
            }(stage, task, stopped));
            stage.context.run();
            REQUIRE(other.done());
            CHECK_NOTHROW(other.check());
            CHECK(stopped);
            REQUIRE(task.done());
            CHECK(task.cancelled());
            check_healthy(stage, engine);
        }
        // It was the same connection all the time: drained and used again.
        CHECK(stage.gate.ports().size() <= 1 + 3);
        stage.beside.end();
        CHECK(stage.beside.number("SELECT v AS n FROM " + stage.table + " WHERE id = 0") == 0);
    });
}

TEST_CASE("a query that waits at the server is stopped there when its context ends, or its connection is closed", "[chaos][F7]") {
    for (const bool by_close : {false, true}) on_each_server([by_close](Stage& stage) {
        CAPTURE(by_close);
        auto url = stage.engine_url();
        if (stage.product.name == "PostgreSQL") {  // the server is not to find out by itself
            url = url.with_option("options", "-c search_path=" + stage.tag + " -c client_connection_check_interval=0");
        }
        const auto engine = azoth::create_async_engine(stage.context.get_executor(), url, Stage::one_connection());
        stage.beside.begin(stage.update(0));
        {
            boost::asio::io_context context;
            std::optional<AsyncConnection> connection;
            const Task task(context, [](Stage& on, AsyncEngine through_gate, std::optional<AsyncConnection>& open) -> awaitable<void> {
                open.emplace(co_await through_gate.begin());
                if (on.product.name == "MariaDB") co_await open->run_text("SET SESSION innodb_lock_wait_timeout = 600");  // of 50 s
                co_await open->run_text(on.update(0));
            }(stage, engine, connection));
            REQUIRE(Stage::settle([&] {
                context.poll();
                return stage.active() == 1;
            }));
            if (by_close) {
                connection->invalidate();
                context.poll();
            }
        }
        // Still locked: only a cancel ends the wait at the server.
        CHECK(Stage::settle([&] { return stage.active() == 0; }));
        CHECK(Stage::settle([&] { return stage.sessions() == 0; }));
        stage.beside.end();
        CHECK(stage.beside.number("SELECT v AS n FROM " + stage.table + " WHERE id = 0") == 0);
        check_healthy(stage, engine);
        stage.run(engine.dispose());
    });
}

TEST_CASE("cancelled while waiting for the pool: no slot is lost, the others keep their order", "[chaos][F4]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        std::vector<int> order;
        stage.beside.begin(stage.update(0));
        stage.context.restart();
        const Task holder(stage.context, [](AsyncEngine on, std::string sql) -> awaitable<void> {
            auto connection = co_await on.begin();
            co_await connection.run_text(sql);
            co_await connection.commit();
        }(engine, stage.update(0)));
        std::vector<Task> waiting;
        for (int i = 0; i < 6; ++i) {
            waiting.emplace_back(stage.context, [](AsyncEngine on, std::vector<int>& came, int number) -> awaitable<void> {
                auto connection = co_await on.connect();
                co_await connection.run_text("SELECT 1");
                came.push_back(number);
            }(engine, order, i));
        }
        const Task conductor(stage.context, [](Stage& on, AsyncEngine watched, std::vector<Task>& tasks) -> awaitable<void> {
            co_await until([&] { return on.active() == 1 && watched.pool().status().waiting == 6; });
            tasks[0].cancel();
            tasks[3].cancel();
            tasks[5].cancel();
            co_await until([&] { return watched.pool().status().waiting == 3; });
            on.beside.end();
        }(stage, engine, waiting));
        stage.context.run();
        CHECK_NOTHROW(holder.check());
        CHECK_NOTHROW(conductor.check());
        CHECK(order == std::vector<int>{1, 2, 4});
        for (const int i : {0, 3, 5}) CHECK(waiting[static_cast<std::size_t>(i)].cancelled());
        check_healthy(stage, engine);
    });
}
