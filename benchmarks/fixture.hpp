// What a workload stands on, on any database: azoth's engine, the floor's connection, and a plain look at the tables.
#pragma once

#include "floors/rows.hpp"
#include "harness.hpp"
#include "models.hpp"

#include <azoth/azoth.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace benchmarks {

/// The part that is the same on every database. Each database's own adds `floor`, what its floors are made of.
class Fixture {
public:
    virtual ~Fixture();
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    /// "inline" or "worker" for SQLite, "pg", "mariadb".
    const std::string& mode() const noexcept { return mode_; }
    /// Where azoth's side works, with the password.
    const std::string& url() const noexcept { return url_; }
    boost::asio::io_context& context() noexcept { return context_; }
    /// The floor's table and azoth's; the same one on a server, where the sides take turns.
    virtual floors::Items& floor_items() = 0;
    virtual floors::Items& items() = 0;

    /// Runs a coroutine to its end on this thread, then whatever the engine still has to do. Errors: what it throws.
    void run(azoth::awaitable<void> work);
    /// Runs many at once.
    void run(std::vector<azoth::awaitable<void>> work);

protected:
    Fixture(std::string mode, std::string url, std::string engine_options);

private:
    std::string mode_;
    std::string url_;
    boost::asio::io_context context_;

public:
    azoth::AsyncEngine engine;
    azoth::async_sessionmaker sessions;
};

/// Keys from 1 to `rows` in an order without a pattern, the same each time for the same seed.
class Keys {
public:
    explicit Keys(std::size_t rows, std::uint64_t seed = 42) noexcept : state_(seed), rows_(rows) {}
    std::int64_t next() noexcept {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::int64_t>((state_ >> 33) % rows_) + 1;
    }

private:
    std::uint64_t state_;
    std::size_t rows_;
};

inline void take(Sample& sample, const Item& item) { sample.take(item.id, item.name, item.quantity, item.price); }

}  // namespace benchmarks
