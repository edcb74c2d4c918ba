// The databases that contract tests run on, each with a fresh engine, and a log of the statements that reach it.
#pragma once

#include <support/database_kinds.hpp>

#include <azoth/azoth.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace azoth::test {

/// Remembers the SQL of every statement, transaction control not included.
class StatementLog final : public Observer {
public:
    void on_statement(const StatementEvent& event) override {
        const std::lock_guard lock(mutex_);
        sql_.emplace_back(event.sql);
        batch_sizes_.push_back(event.batch_size);
    }
    void clear() {
        const std::lock_guard lock(mutex_);
        sql_.clear();
        batch_sizes_.clear();
    }
    /// Statements that contain this text; all of them for an empty one.
    std::size_t count(std::string_view text = {}) const {
        const std::lock_guard lock(mutex_);
        std::size_t found = 0;
        for (const auto& sql : sql_) found += sql.find(text) != std::string::npos ? 1U : 0U;
        return found;
    }
    std::vector<std::string> sql() const {
        const std::lock_guard lock(mutex_);
        return sql_;
    }
    std::vector<std::size_t> batch_sizes() const {
        const std::lock_guard lock(mutex_);
        return batch_sizes_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> sql_;
    std::vector<std::size_t> batch_sizes_;
};

/// An empty database with an engine; gone afterwards.
class Database {
public:
    explicit Database(const DatabaseKind& kind, const EngineOptions& options = {}) : kind_(kind), place_(make_empty_database(kind)) {
        engine_.emplace(create_async_engine(context_.get_executor(), place_->url(), options));
        log_ = std::make_shared<StatementLog>();
        engine_->observe(log_);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() {
        engine_.reset();
        context_.restart();
        context_.run();
    }

    const DatabaseKind& kind() const { return kind_; }
    const std::string& url() const { return place_->url(); }
    AsyncEngine& engine() { return *engine_; }
    StatementLog& log() { return *log_; }
    async_sessionmaker sessions() { return async_sessionmaker(*engine_); }
    boost::asio::io_context& context() { return context_; }

    /// Runs a coroutine to its end; what it throws leaves here.
    void run(awaitable<void> work) {
        std::exception_ptr error;
        bool done = false;
        boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr failure) {
            error = failure;
            done = true;
        });
        context_.restart();
        context_.run();
        if (error) std::rethrow_exception(error);
        REQUIRE(done);
    }

private:
    DatabaseKind kind_;
    std::unique_ptr<EmptyDatabase> place_;
    boost::asio::io_context context_;
    std::optional<AsyncEngine> engine_;
    std::shared_ptr<StatementLog> log_;
};

/// Runs `work(Database&)`, an awaitable, on every database, with the model's tables created and the log empty.
template <class Work>
void on_each_database(const Metadata& model, Work work) {
    for (const auto& kind : databases()) {
        INFO(kind.name);
        Database database(kind);
        const auto whole = [&]() -> awaitable<void> {
            {
                auto connection = co_await database.engine().begin();
                co_await connection.create_all(model);
                co_await connection.commit();
            }
            database.log().clear();
            co_await work(database);
        };
        database.run(whole());
    }
}

/// The message of the E that the operation fails with, at the call or when awaited; empty when it does not fail with one.
/// `start`: a callable, held by the caller, that returns the awaitable. (g++ 12 evaluates an await inside CHECK several times: await before.)
template <class E, class Start>
awaitable<std::string> failure_of(const Start& start) {
    std::string message;
    try {
        co_await start();
    } catch (const E& error) {
        message = error.message();
    }
    co_return message;
}

}  // namespace azoth::test
