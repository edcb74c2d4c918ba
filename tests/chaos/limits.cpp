// What does not come in time, and what there is not enough of (faults F8, F10, F11, F20, F21).
#include "chaos/chaos.hpp"

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using std::chrono::milliseconds;

}  // namespace

TEST_CASE("the pool is exhausted: the error says by whom", "[chaos][F8]") {
    on_each_server([](Stage& stage) {
        auto options = Stage::one_connection();
        options.pool_timeout = milliseconds(20);
        const auto engine = stage.engine(options);
        stage.run([](AsyncEngine on) -> awaitable<void> {
            auto outer = co_await on.begin();
            co_await outer.run_text("SELECT 1");
            const std::string what = co_await failure(on.connect());
            CHECK(what.starts_with("PoolTimeoutError"));
            CHECK(what.find("pool_size 1") != std::string::npos);
            CHECK(what.find("in use 1") != std::string::npos);
            CHECK(what.find("longest holder") != std::string::npos);
            co_await outer.commit();
        }(engine));
        check_healthy(stage, engine);
    });
}

TEST_CASE("a lock wait beyond the deadline ends with StatementTimeout, and the connection is used again", "[chaos][F10][F20]") {
    for (const bool by_call : {true, false}) on_each_server([by_call](Stage& stage) {
        CAPTURE(by_call);
        auto options = Stage::one_connection();
        if (!by_call) options.statement_timeout = milliseconds(1000);
        const auto engine = stage.engine(options);
        stage.beside.begin(stage.update(0));
        stage.run([](Stage& on, AsyncEngine through_gate, bool per_call) -> awaitable<void> {
            azoth::ExecutionOptions execution;
            if (per_call) execution.statement_timeout = milliseconds(100);
            auto connection = co_await through_gate.begin();
            const auto before = co_await session_number(connection, on.product);
            co_await connection.run_text(on.insert(1));
            const std::string what = co_await failure(connection.run_text(on.update(0), execution));
            CHECK(what.starts_with("StatementTimeout"));
            // Said by the connection, not by the server: no cascade of "current transaction is aborted". MariaDB undoes the statement alone.
            for (int i = 0; i < 3 && on.product.name == "PostgreSQL"; ++i) {
                CHECK_THROWS_AS(connection.run_text(on.insert(2)), azoth::PendingRollbackError);
            }
            co_await connection.rollback();
            const auto after = co_await session_number(connection, on.product);
            CHECK(before == after);
            co_await connection.run_text(on.insert(3));
            co_await connection.commit();
        }(stage, engine, by_call));
        stage.beside.end();
        CHECK(stage.rows() == 1);
        CHECK(stage.rows("id = 3") == 1);
        check_healthy(stage, engine);
    });
}

TEST_CASE("the peer vanishes: the deadline fires, and the connection is given up", "[chaos][F11]") {
    on_each_server_plain_and_tls([](Stage& stage, bool encrypted) {
        const auto engine = stage.engine(Stage::one_connection(), encrypted);
        check_healthy(stage, engine);
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto connection = co_await through_gate.begin();
            const auto before = co_await session_number(connection, on.product);
            on.gate.black_hole();
            azoth::ExecutionOptions execution;
            execution.statement_timeout = milliseconds(50);
            const std::string what = co_await failure(connection.run_text(on.insert(1), execution));
            CHECK(what.starts_with("StatementTimeout"));
            on.gate.pass();
            co_await connection.rollback();
            const auto after = co_await session_number(connection, on.product);
            CHECK(before != after);
            co_await connection.rollback();
        }(stage, engine));
        CHECK(stage.rows() == 0);
        check_healthy(stage, engine);
    });
}

TEST_CASE("connecting to somebody who says nothing ends with the connect timeout", "[chaos][F11]") {
    on_each_server_plain_and_tls([](Stage& stage, bool encrypted) {
        auto options = Stage::one_connection();
        options.connect_timeout = milliseconds(100);
        const auto engine = stage.engine(options, encrypted);
        stage.gate.black_hole();
        stage.run([](AsyncEngine on) -> awaitable<void> {
            const std::string what = co_await failure(on.connect());
            CHECK((what.starts_with("Error: ") || what.starts_with("ConnectionLost: ")));
            CHECK(what.find("connect_timeout") != std::string::npos);
        }(engine));
        CHECK(engine.pool().status().connecting == 0);
        stage.run(engine.dispose());
        stage.gate.cut();
        stage.gate.pass();
        check_healthy(stage, stage.engine());
    });
}

TEST_CASE("too many connections: a retryable error, no herd, and work goes on with those there are", "[chaos][F21]") {
    on_each_server([](Stage& stage) {
        const char* const admin_url = std::getenv("AZOTH_TEST_POSTGRESQL_ADMIN");
        if (stage.product.name != "PostgreSQL") return;
        if (admin_url == nullptr) {
            WARN("AZOTH_TEST_POSTGRESQL_ADMIN is not set: nothing was tested");
            return;
        }
        Beside admin(azoth::Url::parse(admin_url));
        admin.execute("CREATE ROLE " + stage.tag + " LOGIN PASSWORD 'few' CONNECTION LIMIT 2");
        auto parts = stage.engine_url().parts();
        parts.username = stage.tag;
        parts.password = "few";
        azoth::EngineOptions options;
        options.pool_size = 8;
        const auto engine = azoth::create_async_engine(stage.context.get_executor(), azoth::Url::create(parts), options);
        int served = 0;
        std::vector<std::string> refused;
        stage.context.restart();
        std::vector<Task> tasks;
        for (int i = 0; i < 8; ++i) {
            tasks.emplace_back(stage.context, [](AsyncEngine on, int& count, std::vector<std::string>& errors) -> awaitable<void> {
                try {
                    auto connection = co_await on.connect();
                    co_await connection.run_text("SELECT 1");
                    co_await connection.commit();
                    ++count;
                } catch (const azoth::OperationalError& error) {
                    CHECK(error.retryable());
                    CHECK(error.sqlstate() == "53300");
                    errors.emplace_back(error.what());
                }
            }(engine, served, refused));
        }
        stage.context.run();
        for (const Task& task : tasks) CHECK_NOTHROW(task.check());
        CHECK(served >= 2);
        CHECK(served + static_cast<int>(refused.size()) == 8);
        // Nobody stormed the server with attempts.
        CHECK(stage.gate.counts().accepted <= 16);
        const auto status = engine.pool().status();
        CHECK(status.checked_out == 0);
        CHECK(status.connecting == 0);
        CHECK(status.waiting == 0);
        CHECK(status.idle <= 2);
        stage.run([](AsyncEngine on) -> awaitable<void> {
            auto connection = co_await on.connect();
            co_await connection.run_text("SELECT 1");
            co_await connection.commit();
        }(engine));
        stage.run(engine.dispose());
        REQUIRE(Stage::settle([&] { return stage.sessions() == 0; }));
        admin.execute("DROP ROLE " + stage.tag);
    });
}
