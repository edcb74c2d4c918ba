// What chaos tests stand on: a gate before a real server, an engine through it, a look at the server from beside, and a watchdog.
#pragma once

#include "support/gate.hpp"
#include "support/run.hpp"

#include <azoth/azoth.hpp>
#include <azoth/driver/driver.hpp>
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

/// A database product: how it says what tests need. `tag` names a test's schema, and its sessions.
struct Product {
    std::string_view name;
    const char* variable;  ///< of the environment, with the server's URL
    Url (*url)(const Url& url, const std::string& tag);      ///< in the schema, its sessions known by the tag
    std::string (*sessions)(const std::string& tag);         ///< FROM ... WHERE: this test's
    const char* session;         ///< column there: the session's number
    std::string (*transactions)(const std::string& tag);  ///< FROM ... WHERE: its sessions that are in one, idle
    int patience;                ///< milliseconds between two looks at them
    const char* active;          ///< condition on sessions
    const char* kill;             ///< followed by the number and `kill_end`
    const char* kill_end;
    const char* drop_end;         ///< of DROP SCHEMA
    const char* sleep_long;       ///< a query that takes ten minutes
    const char* own_session;      ///< an expression
    const char* lock_timeout;     ///< a statement: waiting for locks ends soon
    const char* tls;              ///< option of the URL
    const char* plain;            ///< its value: no TLS
    const char* encrypted;        ///< its value: TLS, nobody verified
};

inline const std::vector<Product>& products() {
    static const std::vector<Product> all{
        {"PostgreSQL", "AZOTH_TEST_POSTGRESQL",
         [](const Url& url, const std::string& tag) { return url.with_option("application_name", tag).with_option("options", "-c search_path=" + tag); },
         [](const std::string& tag) { return "FROM pg_stat_activity WHERE application_name = '" + tag + "'"; }, "pid",
         [](const std::string& tag) { return "FROM pg_stat_activity WHERE application_name = '" + tag + "' AND state LIKE 'idle in transaction%'"; }, 1,
         "state = 'active'", "SELECT pg_terminate_backend(", ")", " CASCADE", "SELECT pg_sleep(600)", "pg_backend_pid()", "SET LOCAL lock_timeout = '50ms'",
         "sslmode", "disable", "require"},
        {"MariaDB", "AZOTH_TEST_MARIADB",
         [](const Url& url, const std::string& tag) {
             UrlParts parts = url.parts();
             parts.database = tag;
             return Url::create(std::move(parts));
         },
         [](const std::string& tag) { return "FROM information_schema.processlist p WHERE p.db = '" + tag + "'"; }, "p.id",
         // The server fills innodb_trx anew only when nobody has read it for 100 ms (MariaDB's manual, INNODB_TRX): who looks more often sees the past.
         [](const std::string& tag) {
             return "FROM information_schema.processlist p JOIN information_schema.innodb_trx x ON x.trx_mysql_thread_id = p.id WHERE p.db = '" + tag +
                    "' AND p.command = 'Sleep'";
         },
         250, "p.command IN ('Query', 'Execute')", "KILL ", "", "", "SELECT SLEEP(600)", "connection_id()",
         "SET SESSION innodb_lock_wait_timeout = 1", "ssl_mode", "disabled", "required"},
    };
    return all;
}

/// The server as seen from beside: straight connections on a context of their own. Its functions block this thread.
class Beside {
public:
    explicit Beside(const Url& url) : engine_(create_async_engine(context_.get_executor(), url)) {}

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
        if (!open_) return;
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

/// Gate, engine and schema of one test, with a table t (id, v) that holds a row 0.
class Stage {
public:
    Stage(const Product& on, std::string_view server_url)
        : product(on),
          url(Url::parse(server_url)),
          tag("chaos_" + std::to_string(::getpid()) + "_" + std::to_string(serial()++)),
          table(tag + ".t"),
          beside(url),
          gate(std::string(url.host()), port_of(on, url)) {
        beside.execute("CREATE SCHEMA " + tag);
        beside.execute("CREATE TABLE " + table + " (id BIGINT PRIMARY KEY, v BIGINT NOT NULL)");
        beside.execute("INSERT INTO " + table + " VALUES (0, 0)");
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    ~Stage() {
        gate.pass();
        gate.cut();
        try {
            beside.end();
            settle([this] { return sessions() == 0; });
            beside.execute("DROP SCHEMA " + tag + product.drop_end);
        } catch (const std::exception& error) {
            std::cerr << "the schema " << tag << " is left: " << error.what() << std::endl;
        }
    }

    /// An engine through the gate, in plain text unless told otherwise. One connection by default.
    AsyncEngine engine(EngineOptions options = one_connection(), bool encrypted = false) {
        return create_async_engine(context.get_executor(), engine_url(encrypted), options);
    }
    Url engine_url(bool encrypted = false) const {
        return product.url(through(gate, url), tag).with_option(product.tls, encrypted ? product.encrypted : product.plain);
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
    std::int64_t sessions() { return beside.number("SELECT count(*) AS n " + product.sessions(tag)); }
    std::int64_t transactions() { return beside.number("SELECT count(*) AS n " + product.transactions(tag)); }
    std::int64_t active() { return beside.number("SELECT count(*) AS n " + product.sessions(tag) + " AND " + product.active); }
    std::int64_t rows(const std::string& condition = "id > 0") { return beside.number("SELECT count(*) AS n FROM " + table + " WHERE " + condition); }
    /// Ends this test's sessions from the server's side.
    void kill() {
        const bool ended = settle([this] {
            const auto session = beside.number(std::string("SELECT coalesce(min(") + product.session + "), 0) AS n " + product.sessions(tag));
            if (session == 0) return true;
            try {
                beside.execute(product.kill + std::to_string(session) + product.kill_end);
            } catch (const Error&) {  // it has ended meanwhile
            }
            return false;
        });
        if (!ended) throw std::logic_error("the server does not end its sessions");
    }
    std::string insert(std::int64_t id) const { return "INSERT INTO " + table + " VALUES (" + std::to_string(id) + ", 1)"; }
    std::string update(std::int64_t id) const { return "UPDATE " + table + " SET v = v + 1 WHERE id = " + std::to_string(id); }

    /// Waits, blocking this thread, until something is so. False when that takes too long.
    static bool settle(const std::function<bool()>& so, int pause = 1) {
        for (int i = 0; i < 20000; i += pause) {
            if (so()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(pause));
        }
        return false;
    }

    const Product& product;
    const Url url;
    const std::string tag;
    const std::string table;  ///< with its schema
    const Watchdog watchdog;
    Beside beside;
    Gate gate;
    boost::asio::io_context context;

private:
    static std::atomic<unsigned>& serial() {
        static std::atomic<unsigned> value{0};
        return value;
    }
    static std::uint16_t port_of(const Product& product, const Url& url) {
        if (url.port() == 0) throw std::invalid_argument(std::string(product.variable) + ": the URL must name a port");
        return url.port();
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
        try {
            find_driver(Url::parse(url).dialect());
        } catch (const ArgumentError&) {
            WARN("there is no driver for " << product.name << " here");
            continue;
        }
        INFO(std::string(product.name));
        Stage stage(product, url);
        work(stage);
    }
}

/// Runs `work(Stage&, encrypted)` on every database, in plain text and with TLS.
template <class Work>
void on_each_server_plain_and_tls(Work work) {
    for (const bool encrypted : {false, true}) {
        INFO((encrypted ? "TLS" : "plain"));
        on_each_server([&](Stage& stage) { work(stage, encrypted); });
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
    }(engine, stage.table));
    const PoolStatus status = engine.pool().status();
    CHECK(status.checked_out == 0);
    CHECK(status.waiting == 0);
    CHECK(status.connecting == 0);
    CHECK(status.retired == 0);
    CHECK(Stage::settle([&] { return stage.transactions() == 0; }, stage.product.patience));
    CHECK(Stage::settle([&] { return stage.sessions() == static_cast<std::int64_t>(status.idle); }));
}

/// The number that the query returns.
inline awaitable<std::int64_t> ask(AsyncConnection& connection, std::string sql) {
    using namespace azoth::literals;
    const auto query = text(std::move(sql)).columns(typed<std::int64_t>("n"_c));
    co_return co_await connection.scalar(query);
}
/// The server's number of the session that this connection is.
inline awaitable<std::int64_t> session_number(AsyncConnection& connection, const Product& product) {
    co_return co_await ask(connection, std::string("SELECT ") + product.own_session + " AS n");
}

/// What the operation failed with: its class and words; "" when it did not.
template <class T>
awaitable<std::string> failure(awaitable<T> work) {
    std::string what;
    try {
        (void)co_await std::move(work);
    } catch (const CommitOutcomeUnknown& error) {
        what = std::string("CommitOutcomeUnknown: ") + error.what();
    } catch (const ConnectionLost& error) {
        what = std::string("ConnectionLost: ") + error.what();
    } catch (const LockTimeout& error) {
        what = std::string("LockTimeout: ") + error.what();
    } catch (const DeadlockDetected& error) {
        what = std::string("DeadlockDetected: ") + error.what();
    } catch (const SerializationFailure& error) {
        what = std::string("SerializationFailure: ") + error.what();
    } catch (const UniqueViolation& error) {
        what = std::string("UniqueViolation: ") + error.what();
    } catch (const DataError& error) {
        what = std::string("DataError: ") + error.what();
    } catch (const PendingRollbackError& error) {
        what = std::string("PendingRollbackError: ") + error.what();
    } catch (const PoolTimeoutError& error) {
        what = std::string("PoolTimeoutError: ") + error.what();
    } catch (const StatementTimeout& error) {
        what = std::string("StatementTimeout: ") + error.what();
    } catch (const Error& error) {
        what = std::string("Error: ") + error.what();
    }
    co_return what;
}

}  // namespace azoth::test::chaos
