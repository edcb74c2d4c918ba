// What the tests of the PostgreSQL driver share: the server named by AZOTH_TEST_POSTGRESQL, connections, batches in one line.
#pragma once

#include <azoth/base/error.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/postgresql.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace azoth::postgresql_test {

namespace asio = boost::asio;

/// The server's URL; empty, with a warning, when there is none to test on.
inline std::string server() {
    const char* const url = std::getenv("AZOTH_TEST_POSTGRESQL");
    if (url == nullptr) WARN("AZOTH_TEST_POSTGRESQL is not set: not tested");
    return url != nullptr ? url : "";
}

/// The URL with one more option.
inline std::string with(const std::string& url, const std::string& key, const std::string& value) { return Url::parse(url).with_option(key, value).to_string(true); }

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
    return sql.starts_with("SELECT") ? Effect::read : Effect::unknown;
}

inline BatchItem item(CompiledPtr compiled, std::initializer_list<ValueView> values = {}) {
    BatchItem result;
    result.statement = std::move(compiled);
    result.parameters = ValueBuffer(values.size());
    for (const ValueView& value : values) result.parameters.append(value);
    return result;
}
inline BatchItem item(const std::string& sql, std::initializer_list<ValueView> values = {}) { return item(statement(sql, effect_of(sql)), values); }

inline Batch batch(BatchItem only) {
    Batch result;
    result.items.push_back(std::move(only));
    return result;
}
inline Batch texts(std::initializer_list<const char*> statements) {
    Batch result;
    for (const char* sql : statements) result.items.push_back(item(sql));
    return result;
}

inline ValueView integer(std::int64_t value) { return ValueView::of_integer(value); }
inline ValueView text(std::string_view value) { return ValueView::of_bytes(value, ValueKind::text); }

/// A connection and the context it is used on.
class Server {
public:
    explicit Server(const std::string& url, ConnectOptions options = {}) : connection(await(context, find_driver("postgresql").connect(Url::parse(url), options))) {}

    Batch run(Batch given) { return await(context, connection->execute(std::move(given))); }
    /// Runs and throws the batch's error.
    Batch sql(const std::string& words, std::initializer_list<ValueView> values = {}) {
        Batch done = run(batch(item(words, values)));
        done.rethrow_error();
        return done;
    }
    std::int64_t number(const std::string& words) {
        const Batch done = sql(words);
        return done.items[0].rows.row(0)[0].integer;
    }
    std::string words(const std::string& query) {
        const Batch done = sql(query);
        return std::string(done.items[0].rows.row(0)[0].text());
    }
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

}  // namespace azoth::postgresql_test
