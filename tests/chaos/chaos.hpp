// What chaos tests stand on: a gate before a real server, an engine through it, a look at the server from beside, and a watchdog.
#pragma once

#include "support/gate.hpp"
#include "support/run.hpp"

#include <azoth/azoth.hpp>
#include <azoth/postgresql.hpp>
#if __has_include(<azoth/mysql.hpp>)
#include <azoth/mysql.hpp>
#endif

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace azoth::test::chaos {

using azoth::test::Gate;
using azoth::test::Task;
using Way = Gate::Way;
using UrlOptions = std::vector<std::pair<std::string, std::string>>;

/// Ends the process when a test hangs: whatever blocks, this does not.
class Watchdog {
public:
    explicit Watchdog(std::chrono::seconds limit = std::chrono::seconds(240)) : thread_([this, limit] { watch(limit); }) {}
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

private:
    void watch(std::chrono::seconds limit) {
        std::unique_lock lock(mutex_);
        if (changed_.wait_for(lock, limit, [this] { return over_; })) return;
        std::cerr << "the test hangs: given up after " << limit.count() << " s" << std::endl;
        std::abort();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;
};

/// A database product: how it says what tests need. `tag` is what the sessions of a test are known by.
struct Product {
    std::string_view name;
    const char* variable;  ///< of the environment, with the server's URL
    const char* tag_option;  ///< of the URL
    std::string (*sessions)(const std::string& condition, const std::string& tag);
    const char* in_transaction;
    const char* active;
    std::string (*kill)(const std::string& tag);
    const char* sleep_long;  ///< a query that takes ten minutes
};

inline const std::vector<Product>& products() {
    static const std::vector<Product> all{
        {"PostgreSQL", "AZOTH_TEST_POSTGRESQL", "application_name",
         [](const std::string& condition, const std::string& tag) {
             return "SELECT count(*) AS n FROM pg_stat_activity WHERE " + condition + " AND application_name = '" + tag + "'";
         },
         "state LIKE 'idle in transaction%'", "state = 'active'",
         [](const std::string& tag) {
             return "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE application_name = '" + tag + "'";
         },
         "SELECT pg_sleep(600)"},
    };
    return all;
}

/// The server as seen from beside: straight connections on a context of their own. Its functions block this thread.
class Beside {
public:
    explicit Beside(std::string_view url) : engine_(create_async_engine(context_.get_executor(), url)) {}

    void execute(const std::string& sql) {
        run([](AsyncEngine engine, std::string text) -> awaitable<void> {
            auto connection = co_await engine.connect();
            co_await connection.run_text(text);
            co_await connection.commit();
        }(engine_, sql));
    }
    /// The one number that the query returns.
    std::int64_t number(const std::string& sql) {
        std::int64_t value = 0;
        run(ask(engine_, sql, value));
        return value;
    }
    /// Begins a transaction with these statements, and leaves it open until end().
    void begin(const std::string& sql) {
        run([](AsyncEngine engine, std::optional<AsyncConnection>& open, std::string text) -> awaitable<void> {
            open.emplace(co_await engine.connect());
            co_await open->run_text(text);
        }(engine_, open_, sql));
    }
    void end() {
        run([](std::optional<AsyncConnection>& open) -> awaitable<void> {
            co_await open->rollback();
            co_await open->close();
        }(open_));
        open_.reset();
    }
    AsyncEngine& engine() { return engine_; }
    void run(awaitable<void> work) { azoth::test::run(context_, std::move(work)); }

private:
    static awaitable<void> ask(AsyncEngine engine, std::string sql, std::int64_t& value) {
        using namespace azoth::literals;
        auto connection = co_await engine.connect();
        const auto query = text(sql).columns(typed<std::int64_t>("n"_c));
        value = co_await connection.scalar(query);
        co_await connection.rollback();
    }

    boost::asio::io_context context_;
    AsyncEngine engine_;
    std::optional<AsyncConnection> open_;
};

/// Gate, engine and table of one test.
class Stage {
public:
    Stage(const Product& on, std::string server_url)
        : product(on), url(std::move(server_url)), tag("chaos_" + std::to_string(::getpid()) + "_" + std::to_string(serial()++)), beside(url), gate(server_name(url), server_port(url)) {
        beside.execute("CREATE TABLE " + tag + " (id BIGINT PRIMARY KEY, v BIGINT NOT NULL)");
        beside.execute("INSERT INTO " + tag + " VALUES (0, 0)");
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage() {
        gate.pass();
        gate.cut();
        try {
            settle([this] { return sessions() == 0; });
            beside.execute("DROP TABLE " + tag);
        } catch (const std::exception& error) {
            std::cerr << "the table " << tag << " is left: " << error.what() << std::endl;
        }
    }

    /// An engine through the gate, in plain text unless told otherwise. One connection by default.
    AsyncEngine engine(EngineOptions options = one_connection(), const UrlOptions& url_options = {{"sslmode", "disable"}}) {
        UrlOptions all = url_options;
        all.emplace_back(product.tag_option, tag);
        return create_async_engine(context.get_executor(), through(gate, url, all), options);
    }
    static EngineOptions one_connection() {
        EngineOptions options;
        options.pool_size = 1;
        options.max_overflow = 0;
        return options;
    }
    void run(awaitable<void> work) { azoth::test::run(context, std::move(work)); }
    /// Runs both to their ends; throws what one of them threw.
    void run(awaitable<void> one, awaitable<void> other) {
        const Task first(context, std::move(one));
        const Task second(context, std::move(other));
        context.restart();
        context.run();
        if (first.done()) first.check();
        if (second.done()) second.check();
        if (!first.done() || !second.done()) throw std::logic_error("a coroutine did not end although the context has nothing left to do");
    }

    // ---- the server's view
    std::int64_t sessions() { return beside.number(product.sessions("1 = 1", tag)); }
    std::int64_t transactions() { return beside.number(product.sessions(product.in_transaction, tag)); }
    std::int64_t active() { return beside.number(product.sessions(product.active, tag)); }
    std::int64_t rows(const std::string& condition = "id > 0") { return beside.number("SELECT count(*) AS n FROM " + tag + " WHERE " + condition); }
    /// Ends this test's sessions from the server's side.
    void kill() {
        beside.number(product.kill(tag));
        if (!settle([this] { return sessions() == 0; })) throw std::logic_error("the server does not end its sessions");
    }
    std::string insert(std::int64_t id) const { return "INSERT INTO " + tag + " VALUES (" + std::to_string(id) + ", 1)"; }
    std::string update(std::int64_t id) const { return "UPDATE " + tag + " SET v = v + 1 WHERE id = " + std::to_string(id); }

    /// Waits, blocking this thread, until something is so. False when that takes too long.
    static bool settle(const std::function<bool()>& so) {
        for (int i = 0; i < 20000; ++i) {
            if (so()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return false;
    }

    const Product& product;
    const std::string url;
    const std::string tag;  ///< the name of the table, too
    const Watchdog watchdog;
    Beside beside;
    Gate gate;
    boost::asio::io_context context;

private:
    static std::atomic<unsigned>& serial() {
        static std::atomic<unsigned> value{0};
        return value;
    }
    static std::string server_name(const std::string& url) { return std::string(Url::parse(url).host()); }
    std::uint16_t server_port(const std::string& of) const {
        const std::uint16_t port = Url::parse(of).port();
        if (port == 0) throw std::invalid_argument(std::string(product.variable) + ": the URL must name a port");
        return port;
    }
};

/// Waits, while the context goes on, until something is so. Errors: std::runtime_error when that takes too long.
inline awaitable<void> until(std::function<bool()> so) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    for (int i = 0; !so(); ++i) {
        if (i == 20000) throw std::runtime_error("what was waited for did not come");
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
}

/// Runs `work(Stage&)` on every database whose server there is.
template <class Work>
void on_each_server(Work work) {
    for (const Product& product : products()) {
        const char* const url = std::getenv(product.variable);
        if (url == nullptr || *url == '\0') {
            WARN(product.variable << " is not set: nothing was tested on " << product.name);
            continue;
        }
        INFO(std::string(product.name));
        Stage stage(product, url);
        work(stage);
    }
}

/// The engine serves a statement, nothing of the pool is lost, and the server holds no transaction of this test.
inline void check_healthy(Stage& stage, const AsyncEngine& engine) {
    stage.run([](AsyncEngine on, std::string table) -> awaitable<void> {
        using namespace azoth::literals;
        auto connection = co_await on.connect();
        for (std::int64_t i = 1; i <= 3; ++i) {
            const auto query = text("SELECT id + " + std::to_string(i) + " AS n FROM " + table + " WHERE id = 0").columns(typed<std::int64_t>("n"_c));
            const std::int64_t answer = co_await connection.scalar(query);
            if (answer != i) throw std::logic_error("a statement got another one's answer");
        }
        co_await connection.commit();
    }(engine, stage.tag));
    const PoolStatus status = engine.pool().status();
    CHECK(status.checked_out == 0);
    CHECK(status.waiting == 0);
    CHECK(status.connecting == 0);
    CHECK(status.retired == 0);
    CHECK(Stage::settle([&] { return stage.transactions() == 0; }));
    CHECK(Stage::settle([&] { return stage.sessions() == static_cast<std::int64_t>(status.idle); }));
}

/// What the operation failed with: its class and words; "" when it did not.
inline awaitable<std::string> failure(awaitable<void> work) {
    std::string what;
    try {
        co_await std::move(work);
    } catch (const CommitOutcomeUnknown& error) {
        what = std::string("CommitOutcomeUnknown: ") + error.what();
    } catch (const ConnectionLost& error) {
        what = std::string("ConnectionLost: ") + error.what();
    } catch (const StatementTimeout& error) {
        what = std::string("StatementTimeout: ") + error.what();
    } catch (const Error& error) {
        what = std::string("Error: ") + error.what();
    }
    co_return what;
}

}  // namespace azoth::test::chaos
