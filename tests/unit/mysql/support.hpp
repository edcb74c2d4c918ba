// What the tests of the MariaDB driver share: the server under test, connections, tables of their own, statements and batches in one line.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/mysql.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <catch2/catch.hpp>

#include <unistd.h>

#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace azoth::mysql_test {

namespace asio = boost::asio;

inline std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
}

/// The URL of the server under test (AZOTH_TEST_MARIADB), with further options; empty when there is none.
inline std::string server(const std::string& options = "") {
    std::string url = environment("AZOTH_TEST_MARIADB");
    if (url.empty() || options.empty()) return url;
    return url + (url.find('?') == std::string::npos ? "?" : "&") + options;
}

/// True when there is a server to test against; says so in the report when there is none.
inline bool have_server() {
    if (!server().empty()) return true;
    WARN("not tested: AZOTH_TEST_MARIADB names no server");
    return false;
}

/// Runs the context until the operation is complete; returns what it gave or throws what it threw.
template <class T>
T await(asio::io_context& context, awaitable<T> operation) {
    std::optional<T> result;
    std::exception_ptr failure;
    asio::co_spawn(context, std::move(operation), [&](std::exception_ptr error, T value) {
        failure = error;
        result.emplace(std::move(value));
    });
    context.restart();
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
}

inline Effect effect_of(const std::string& sql) {
    for (const char* word : {"BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET TRANSACTION"}) {
        if (sql.starts_with(word)) return Effect::transaction;
    }
    for (const char* word : {"INSERT", "UPDATE", "DELETE"}) {
        if (sql.starts_with(word)) return Effect::write;
    }
    for (const char* word : {"CREATE", "DROP", "ALTER"}) {
        if (sql.starts_with(word)) return Effect::definition;
    }
    return sql.starts_with("SELECT") ? Effect::read : Effect::unknown;
}

inline CompiledPtr statement(std::string sql, Effect effect) {
    auto compiled = std::make_shared<CompiledStatement>();
    compiled->id = effect == Effect::transaction || effect == Effect::definition ? 0 : next_statement_id();
    compiled->sql = std::move(sql);
    compiled->effect = effect;
    return compiled;
}
inline CompiledPtr statement(const std::string& sql) { return statement(sql, effect_of(sql)); }

inline BatchItem item(CompiledPtr compiled, std::initializer_list<ValueView> values = {}) {
    BatchItem result;
    result.statement = std::move(compiled);
    result.parameters = ValueBuffer(values.size());
    for (const ValueView& value : values) result.parameters.append(value);
    return result;
}
inline BatchItem item(const std::string& sql, std::initializer_list<ValueView> values = {}) { return item(statement(sql), values); }

inline Batch batch(BatchItem only) {
    Batch result;
    result.items.push_back(std::move(only));
    return result;
}
inline Batch batch(const std::string& sql, std::initializer_list<ValueView> values = {}) { return batch(item(sql, values)); }
inline Batch texts(std::initializer_list<std::string> statements) {
    Batch result;
    for (const std::string& sql : statements) result.items.push_back(item(sql));
    return result;
}

inline ValueView integer(std::int64_t value) { return ValueView::of_integer(value); }
inline ValueView null() { return {}; }
inline ValueView text(std::string_view value, ValueKind kind = ValueKind::text) { return ValueView::of_bytes(value, kind); }

inline awaitable<std::unique_ptr<DriverConnection>> connect(const std::string& url, ConnectOptions options = {}) {
    const Url parsed = Url::parse(url);
    return find_driver(parsed.dialect()).connect(parsed, options);
}

/// Lets other handlers of the context run once.
inline awaitable<void> turn() { co_await asio::post(asio::use_awaitable); }

/// A connection and the context it is used on.
class Database {
public:
    explicit Database(const std::string& url = server(), ConnectOptions options = {}) : connection(await(context, connect(url, options))) {}

    Batch run(Batch given) { return await(context, connection->execute(std::move(given))); }
    /// Runs and throws the batch's error.
    Batch sql(const std::string& statement_text, std::initializer_list<ValueView> values = {}) {
        Batch done = run(batch(statement_text, values));
        done.rethrow_error();
        return done;
    }
    /// The first value; a sum comes as a decimal.
    std::int64_t number(const std::string& query) {
        const Batch done = sql(query);
        const ValueView value = done.items[0].rows.row(0)[0];
        return value.kind == ValueKind::decimal ? std::stoll(std::string(value.text())) : value.integer;
    }
    TransactionStatus status() const { return connection->transaction_status(); }
    std::int64_t thread_id() { return number("SELECT connection_id()"); }

    asio::io_context context;
    std::unique_ptr<DriverConnection> connection;
};

/// A table with a name of its own, dropped at the end.
class Table {
public:
    explicit Table(const std::string& columns) : name("t" + std::to_string(getpid()) + "_" + std::to_string(++count)) {
        Database db;
        db.sql("CREATE TABLE " + name + " (" + columns + ")");
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() {
        try {
            Database db(server("init_command=SET lock_wait_timeout%3D5"));
            db.sql("DROP TABLE " + name);
        } catch (const std::exception&) {
            // the server is gone, or a test that failed holds it
        }
    }
    const std::string name;

private:
    static inline int count = 0;
};

/// The error that `action` throws, which must be exactly an E.
template <class E, class F>
E error_of(F&& action) {
    try {
        std::forward<F>(action)();
    } catch (const E& error) {
        CHECK(typeid(error) == typeid(E));
        return error;
    } catch (const std::exception& other) {
        FAIL("another error: " << other.what());
    }
    FAIL("no error");
    std::abort();
}

}  // namespace azoth::mysql_test
