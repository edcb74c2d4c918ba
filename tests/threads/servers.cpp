// One engine on a real server, used by eight threads at once. Run under ThreadSanitizer (fault F33).
#include "support/run.hpp"

#include <azoth/azoth.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/postgresql.hpp>
#if __has_include(<azoth/mysql.hpp>)
#include <azoth/mysql.hpp>
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

namespace {

namespace asio = boost::asio;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using namespace azoth::literals;

constexpr int threads = 8;
constexpr int coroutines = 3;
constexpr int rounds = 12;

awaitable<std::int64_t> number(AsyncConnection& connection, std::string sql) {
    const auto query = azoth::text(std::move(sql)).columns(azoth::typed<std::int64_t>("n"_c));
    co_return co_await connection.scalar(query);
}

/// Rows of its own: some committed, some rolled back, some dropped on the floor, some with their connection.
awaitable<void> work(AsyncEngine engine, std::string table, int worker, std::atomic<int>& committed) {
    for (int i = 0; i < rounds; ++i) {
        const int id = 1 + worker * rounds + i;
        AsyncConnection connection = co_await engine.begin();
        co_await connection.run_text("INSERT INTO " + table + " VALUES (" + std::to_string(id) + ", 1)");
        const auto mine = co_await number(connection, "SELECT id AS n FROM " + table + " WHERE id = " + std::to_string(id));
        if (mine != id) throw std::logic_error("a statement got another one's answer");
        switch ((worker + i) % 4) {
            case 0:
            case 1:
                co_await connection.commit();
                ++committed;
                break;
            case 2: co_await connection.rollback(); break;
            default:
                if (i % 6 == 0) connection.invalidate();
                break;
        }
    }
}

/// Runs a coroutine to its end on a context of its own; throws what it threw.
void run(awaitable<void> coroutine) {
    asio::io_context context;
    azoth::test::run(context, std::move(coroutine));
}

awaitable<void> execute(AsyncEngine engine, std::string sql, std::int64_t* answer) {
    AsyncConnection connection = co_await engine.connect();
    if (answer != nullptr) {
        *answer = co_await number(connection, std::move(sql));
    } else {
        co_await connection.run_text(sql);
    }
    co_await connection.commit();
}

/// Shared reads of numbers of its own.
awaitable<void> read(azoth::Multiplexed reads, int worker, std::atomic<int>& answered) {
    for (std::int64_t i = 0; i < rounds; ++i) {
        const std::int64_t mine = worker * rounds + i;
        const auto query = azoth::select(azoth::literal_column<std::int64_t>(std::to_string(mine)));
        auto result = co_await reads.execute(query);
        if (result.scalar_one() != mine) throw std::logic_error("a read got another one's answer");
        ++answered;
    }
}

void share(const char* variable) {
    const char* const url = std::getenv(variable);
    if (url == nullptr || *url == '\0') {
        WARN(variable << " is not set: nothing was tested");
        return;
    }
    const std::string table = "threads_" + std::to_string(::getpid());
    asio::io_context home;
    azoth::EngineOptions options;
    options.pool_size = 3;
    options.max_overflow = 1;
    options.pool_timeout = std::chrono::minutes(10);
    const AsyncEngine engine = azoth::create_async_engine(home.get_executor(), url, options);
    REQUIRE_NOTHROW(run(execute(engine, "CREATE TABLE " + table + " (id BIGINT PRIMARY KEY, v BIGINT NOT NULL)", nullptr)));
    std::atomic<int> committed{0};
    std::atomic<int> answered{0};
    std::atomic<int> failed{0};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) {
        pool.emplace_back([&, t] {
            asio::io_context context;
            const auto count_failure = [&](const std::exception_ptr& failure) {
                if (failure) ++failed;
            };
            for (int i = 0; i < coroutines; ++i) {
                asio::co_spawn(context, work(engine, table, t * coroutines + i, committed), count_failure);
                asio::co_spawn(context, read(engine.multiplexed(), t * coroutines + i, answered), count_failure);
            }
            context.run();
        });
    }
    for (std::thread& thread : pool) thread.join();
    CHECK(failed == 0);
    CHECK(committed == threads * coroutines * rounds / 2);
    CHECK(answered == threads * coroutines * rounds);
    std::int64_t rows = 0;
    CHECK_NOTHROW(run(execute(engine, "SELECT count(*) AS n FROM " + table, &rows)));
    CHECK(rows == committed);
    const auto status = engine.pool().status();
    CHECK(status.checked_out == 0);
    CHECK(status.waiting == 0);
    CHECK(status.connecting == 0);
    CHECK(status.idle <= 3);
    CHECK_NOTHROW(run(execute(engine, "DROP TABLE " + table, nullptr)));
    run(engine.dispose());
}

}  // namespace

TEST_CASE("PostgreSQL: eight threads, a context each, one engine", "[threads][servers]") { share("AZOTH_TEST_POSTGRESQL"); }
TEST_CASE("MariaDB: eight threads, a context each, one engine", "[threads][servers]") { share("AZOTH_TEST_MARIADB"); }
