// What the tests of the SQLite driver share: files that go away, connections, statements and batches in one line.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/sqlite.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace azoth::sqlite_test {

namespace asio = boost::asio;

/// A folder of its own for each test, removed at the end.
class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "azoth-XXXXXX").string();
        if (!mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
        path = name;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string url(const std::string& options = "", const std::string& file = "test.db") const {
        return "sqlite:///" + (path / file).string() + (options.empty() ? "" : "?" + options);
    }
    std::filesystem::path path;
};

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

inline CompiledPtr statement(std::string sql, Effect effect = Effect::unknown) {
    auto compiled = std::make_shared<CompiledStatement>();
    compiled->id = effect == Effect::transaction ? 0 : next_statement_id();
    compiled->sql = std::move(sql);
    compiled->effect = effect;
    return compiled;
}

inline Effect effect_of(const std::string& sql) {
    for (const char* word : {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}) {
        if (sql.starts_with(word)) return Effect::transaction;
    }
    return Effect::unknown;
}

inline BatchItem item(CompiledPtr compiled, std::initializer_list<ValueView> values = {}) {
    BatchItem result;
    result.statement = std::move(compiled);
    result.parameters = ValueBuffer(values.size());
    for (const ValueView& value : values) result.parameters.append(value);
    return result;
}
inline BatchItem item(const std::string& sql, std::initializer_list<ValueView> values = {}) {
    return item(statement(sql, effect_of(sql)), values);
}

inline Batch batch(BatchItem only) {
    Batch result;
    result.items.push_back(std::move(only));
    return result;
}
inline Batch batch(const std::string& sql, std::initializer_list<ValueView> values = {}) {
    return batch(item(sql, values));
}
inline Batch texts(std::initializer_list<const char*> statements) {
    Batch result;
    for (const char* sql : statements) result.items.push_back(item(sql));
    return result;
}

inline ValueView integer(std::int64_t value) { return ValueView::of_integer(value); }
inline ValueView text(std::string_view value) { return ValueView::of_bytes(value, ValueKind::text); }

/// A query that never ends.
inline const char* const endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

inline awaitable<std::unique_ptr<DriverConnection>> connect(const std::string& url, ConnectOptions options = {}) {
    return find_driver("sqlite").connect(Url::parse(url), options);
}

/// Lets other handlers of the context run once.
inline awaitable<void> turn() { co_await asio::post(asio::use_awaitable); }

/// A connection and the context it is used on.
class Database {
public:
    explicit Database(const std::string& url, ConnectOptions options = {})
        : connection(await(context, connect(url, options))) {}

    Batch run(Batch given) { return await(context, connection->execute(std::move(given))); }
    /// Runs and throws the batch's error.
    Batch sql(const std::string& text, std::initializer_list<ValueView> values = {}) {
        Batch done = run(batch(text, values));
        done.rethrow_error();
        return done;
    }
    std::int64_t number(const std::string& text) { return sql(text).items[0].rows.row(0)[0].integer; }
    TransactionStatus status() const { return connection->transaction_status(); }

    asio::io_context context;
    std::unique_ptr<DriverConnection> connection;
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

}  // namespace azoth::sqlite_test
