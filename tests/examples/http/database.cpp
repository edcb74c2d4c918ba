// Statements on the database, one after the other, and a lock.
#include "database.hpp"

#if __has_include(<azoth/mysql.hpp>)
#include <azoth/mysql.hpp>
#endif
#if __has_include(<azoth/postgresql.hpp>)
#include <azoth/postgresql.hpp>
#endif
#if __has_include(<azoth/sqlite.hpp>)
#include <azoth/sqlite.hpp>
#endif

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace test {

using azoth::awaitable;
using namespace azoth::literals;

namespace {

awaitable<int> run_text(azoth::AsyncEngine engine, std::string sql) {
    auto connection = co_await engine.connect();
    co_await connection.run_text(sql);
    co_await connection.commit();
    co_await connection.close();
    co_return 0;
}

awaitable<std::int64_t> run_number(azoth::AsyncEngine engine, std::string sql) {
    auto connection = co_await engine.connect();
    const auto query = azoth::text(std::move(sql)).columns(azoth::typed<std::int64_t>("number"_c));
    const auto number = co_await connection.scalar(query);
    co_await connection.close();
    co_return number;
}

awaitable<std::unique_ptr<azoth::AsyncConnection>> locked(azoth::AsyncEngine engine) {
    auto connection = co_await engine.begin();
    const std::string& dialect = engine.url().dialect();
    if (dialect == "postgresql") {
        co_await connection.run_text("LOCK TABLE users IN EXCLUSIVE MODE");
    } else if (dialect == "sqlite") {
        co_await connection.run_text("UPDATE users SET id = id");  // SQLite has one writer at a time
    } else {
        co_await connection.run_text("LOCK TABLES users READ");
    }
    co_return std::make_unique<azoth::AsyncConnection>(std::move(connection));
}

awaitable<int> unlocked(std::unique_ptr<azoth::AsyncConnection> connection, bool by_statement) {
    if (by_statement) co_await connection->run_text("UNLOCK TABLES");
    co_await connection->rollback();
    co_await connection->close();
    co_return 0;
}

}  // namespace

Database::Database(const std::string& url) : engine_(azoth::create_async_engine(context_.get_executor(), url)) {}

template <class T>
T Database::complete(awaitable<T> work) {
    std::optional<T> result;
    boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr error, T value) {
        if (error) std::rethrow_exception(error);
        result.emplace(std::move(value));
    });
    context_.restart();
    context_.run();
    return std::move(*result);
}

void Database::run(const std::string& sql) { complete(run_text(engine_, sql)); }

std::int64_t Database::number(const std::string& sql) { return complete(run_number(engine_, sql)); }

void Database::lock_users() { lock_ = complete(locked(engine_)); }

void Database::unlock_users() {
    const bool by_statement = engine_.url().dialect() != "postgresql" && engine_.url().dialect() != "sqlite";
    complete(unlocked(std::move(lock_), by_statement));
}

}  // namespace test
