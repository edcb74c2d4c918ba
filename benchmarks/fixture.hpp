// What a workload stands on: two equal database files, the floor's connection on one, azoth's engine on the other.
#pragma once

#include "floors/database.hpp"
#include "harness.hpp"
#include "models.hpp"

#include <azoth/azoth.hpp>
#include <azoth/sqlite.hpp>

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace benchmarks {

class Fixture {
public:
    /// `mode`: "worker" or "inline", as in the URL.
    Fixture(const Suite& suite, const std::string& mode, const floors::Rows& rows);
    ~Fixture();
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    /// Runs a coroutine to its end on this thread. Errors: what it throws.
    void run(azoth::awaitable<void> work);

private:
    std::string floor_path_;
    std::string ours_path_;
    boost::asio::io_context context_;

public:
    floors::Database floor;    ///< the floor's connection
    floors::Database outside;  ///< a plain connection to azoth's file, to put it back between runs
    azoth::AsyncEngine engine;
    azoth::async_sessionmaker sessions;
};

/// Keys from 1 to `rows` in an order without a pattern, the same each time.
class Keys {
public:
    explicit Keys(std::size_t rows) noexcept : rows_(rows) {}
    std::int64_t next() noexcept {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return static_cast<std::int64_t>((state_ >> 33) % rows_) + 1;
    }

private:
    std::uint64_t state_ = 42;
    std::size_t rows_;
};

inline void take(Sample& sample, const Item& item) { sample.take(item.id, item.name, item.quantity, item.price); }

inline constexpr const char* modes[] = {"inline", "worker"};

}  // namespace benchmarks
