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

TEST_CASE("the peer vanishes between two fetches of a stream: the deadline fires", "[chaos][F11]") {
    on_each_server([](Stage& stage) {
        if (stage.product.name == "PostgreSQL") return;  // a fetch can be slow there without that: tests/contract/stream_deadlines.cpp
        const auto engine = stage.engine();
        stage.beside.execute("INSERT INTO " + stage.table + " SELECT seq, 1 FROM seq_1_to_5000");
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            using namespace azoth::literals;
            auto connection = co_await through_gate.begin();
            azoth::ExecutionOptions execution;
            execution.statement_timeout = milliseconds(300);
            const auto query = azoth::text("SELECT id AS n FROM " + on.table).columns(azoth::typed<std::int64_t>("n"_c)).execution_options(execution);
            auto stream = co_await connection.stream(query);
            const auto first = co_await stream.next();
            CHECK(first.has_value());
            on.gate.black_hole();
            const std::string what = co_await failure(stream.next_partition(5000));
            CHECK(what.starts_with("StatementTimeout"));
            on.gate.pass();
            co_await connection.rollback();
        }(stage, engine));
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
            CHECK(what.starts_with("ConnectionLost: "));
            CHECK(what.find("connect_timeout") != std::string::npos);
        }(engine));
        CHECK(engine.pool().status().connecting == 0);
        stage.run(engine.dispose());
        stage.gate.cut();
        stage.gate.pass();
        check_healthy(stage, stage.engine());
    });
}

namespace {

/// A user of the stage's server who may have two connections.
struct Few {
    explicit Few(Stage& on, const char* admin_url) : stage(on), admin(azoth::Url::parse(admin_url)) {
        if (stage.product.name == "PostgreSQL") {
            admin.execute("CREATE ROLE " + stage.tag + " LOGIN PASSWORD 'few' CONNECTION LIMIT 2");
        } else {
            admin.execute("CREATE USER " + stage.tag + " IDENTIFIED BY 'few' WITH MAX_USER_CONNECTIONS 2");
            admin.execute("GRANT SELECT ON " + stage.tag + ".* TO " + stage.tag);
        }
    }
    Few(const Few&) = delete;
    Few& operator=(const Few&) = delete;
    ~Few() {
        try {
            stage.run(holder->dispose());
            if (!Stage::settle([&] { return stage.sessions() == 0; })) throw std::runtime_error("sessions are left");
            admin.execute((stage.product.name == "PostgreSQL" ? "DROP ROLE " : "DROP USER ") + stage.tag);
        } catch (const std::exception& error) {
            std::cerr << "the user " << stage.tag << " is left: " << error.what() << std::endl;
        }
    }

    /// `straight`: not through the gate.
    AsyncEngine engine(const azoth::EngineOptions& options, bool straight = false) {
        auto parts = (straight ? stage.product.url(stage.url, stage.tag) : stage.engine_url()).parts();
        parts.username = stage.tag;
        parts.password = "few";
        return azoth::create_async_engine(stage.context.get_executor(), azoth::Url::create(parts), options);
    }
    /// Takes both connections.
    awaitable<void> fill() {
        first.emplace(co_await holder->connect());
        second.emplace(co_await holder->connect());
    }
    awaitable<void> free() {
        co_await first->close();
        co_await second->close();
        co_await holder->dispose();
    }

    Stage& stage;
    Beside admin;
    std::optional<AsyncEngine> holder = engine(azoth::EngineOptions(), true);
    std::optional<AsyncConnection> first, second;
};

/// Runs `work(Stage&, Few&)` on every database.
template <class Work>
void with_few(Work work) {
    on_each_server([&](Stage& stage) {
        const char* const variable = stage.product.name == "PostgreSQL" ? "AZOTH_TEST_POSTGRESQL_ADMIN" : "AZOTH_TEST_MARIADB_ADMIN";
        const char* const admin_url = std::getenv(variable);
        if (admin_url == nullptr) {
            WARN(variable << " is not set: nothing was tested on " << stage.product.name);
            return;
        }
        Few few(stage, admin_url);
        work(stage, few);
    });
}

void check_nothing_lost(const AsyncEngine& engine) {
    const auto status = engine.pool().status();
    CHECK(status.checked_out == 0);
    CHECK(status.connecting == 0);
    CHECK(status.waiting == 0);
}

awaitable<void> use(AsyncEngine engine, int& served) {
    auto connection = co_await engine.connect();
    const auto answer = co_await ask(connection, "SELECT 1 AS n");
    CHECK(answer == 1);
    co_await connection.commit();
    ++served;
}

}  // namespace

TEST_CASE("too many connections: all are served by those there may be, and nobody storms the server", "[chaos][F21]") {
    with_few([](Stage& stage, Few& few) {
        azoth::EngineOptions options;
        options.pool_size = 8;
        const auto engine = few.engine(options);
        int served = 0;
        stage.context.restart();
        std::vector<Task> tasks;
        for (int i = 0; i < 8; ++i) tasks.emplace_back(stage.context, use(engine, served));
        stage.context.run();
        for (const Task& task : tasks) CHECK_NOTHROW(task.check());
        CHECK(served == 8);
        CHECK(stage.gate.counts().accepted <= 16);
        check_nothing_lost(engine);
        CHECK(engine.pool().status().idle <= 2);
        stage.run(engine.dispose());
    });
}

TEST_CASE("too many connections of others: who waits is served when there is a free one", "[chaos][F21]") {
    with_few([](Stage& stage, Few& few) {
        stage.run(few.fill());
        const auto engine = few.engine(azoth::EngineOptions());
        int served = 0;
        stage.context.restart();
        std::vector<Task> tasks;
        for (int i = 0; i < 5; ++i) tasks.emplace_back(stage.context, use(engine, served));
        // All have been refused, and have tried again.
        const Task freed(stage.context, [](Stage& on, Few& by, int& count) -> awaitable<void> {
            co_await until([&] { return on.gate.counts().accepted >= 5 + 3; });
            CHECK(count == 0);
            co_await by.free();
        }(stage, few, served));
        stage.context.run();
        CHECK_NOTHROW(freed.check());
        for (const Task& task : tasks) CHECK_NOTHROW(task.check());
        CHECK(served == 5);
        check_nothing_lost(engine);
        stage.run(engine.dispose());
    });
}

TEST_CASE("too many connections for too long: the server's own error, and it is worth another try", "[chaos][F21]") {
    with_few([](Stage& stage, Few& few) {
        stage.run(few.fill());
        azoth::EngineOptions options;
        options.pool_timeout = milliseconds(50);
        const auto engine = few.engine(options);
        stage.run([](AsyncEngine on, bool postgresql) -> awaitable<void> {
            try {
                auto connection = co_await on.connect();
                FAIL("it was served");
            } catch (const azoth::OperationalError& error) {
                CHECK(error.retryable());
                if (postgresql) {
                    CHECK(error.sqlstate() == "53300");
                } else {
                    CHECK(error.native_code() == 1226);
                }
            }
        }(engine, stage.product.name == "PostgreSQL"));
        check_nothing_lost(engine);
        stage.run(few.free());
    });
}
