// One engine's shared connections, used by eight threads at once: contexts that end, callers that leave. Run under ThreadSanitizer.
#include "support/fake_driver.hpp"

#include <azoth/azoth.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::BatchItem;
using azoth::Multiplexed;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;

constexpr int threads = 8;
constexpr int rounds = 100;

/// "SELECT 17" returns 17; now and then a connection is lost, or a statement fails.
struct Fixture {
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    azoth::EngineOptions options;
    std::atomic<int> asked{0};

    Fixture() {
        server->on_statement = [this](int, BatchItem& item) {
            const std::string number = item.statement->sql.substr(7);
            if (number == "-1") throw azoth::ProgrammingError("no such thing");
            if (++asked % 97 == 0) throw azoth::ConnectionLost("gone");
            item.rows.clear(1);
            item.rows.append(azoth::ValueView::of_integer(std::stoll(number)));
        };
    }
    AsyncEngine engine(const asio::any_io_executor& executor) const {
        return azoth::create_async_engine(executor, FakeDriver::serve(server, azoth::postgresql_dialect()), options);
    }
};

/// Reads numbers of its own, and something that fails. Throws when it gets another one's answer.
awaitable<void> work(Multiplexed reads, int seed, std::atomic<int>& done) {
    for (int i = 0; i < rounds; ++i) {
        const std::int64_t number = seed * rounds + i;
        const bool bad = (seed + i) % 10 == 0;
        const auto query = azoth::select(azoth::literal_column<std::int64_t>(bad ? "-1" : std::to_string(number)));
        bool failed = false;
        std::int64_t answer = number;
        try {
            auto result = co_await reads.execute(query);
            answer = result.scalar_one();
        } catch (const azoth::ConnectionLost&) {  // twice in a row: then nothing is known of a bad statement either
            failed = bad;
        } catch (const azoth::ProgrammingError&) {
            failed = true;
        }
        if (answer != number || failed != bad) throw std::logic_error("a read got another one's answer");
    }
    ++done;
}

/// What ended a coroutine that should have gone on.
class Failures {
public:
    void note(const std::exception_ptr& error) {
        if (!error) return;
        const std::lock_guard lock(mutex_);
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& failure) {
            text_ += failure.what();
        }
    }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }

private:
    mutable std::mutex mutex_;
    std::string text_;
};

/// Closes what is parked, and says whether that was all.
bool closes_down(const Fixture& f, const AsyncEngine& engine) {
    asio::io_context context;
    asio::co_spawn(context, engine.dispose(), [](const std::exception_ptr&) {});
    context.run();
    return f.server->connections_open() == 0;
}

}  // namespace

TEST_CASE("shared reads: eight contexts, one thread each", "[threads][multiplexed]") {
    const Fixture f;
    asio::io_context home;
    const AsyncEngine engine = f.engine(home.get_executor());
    std::atomic<int> done{0};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) {
        pool.emplace_back([&, t] {
            asio::io_context context;
            for (int i = 0; i < 4; ++i) asio::co_spawn(context, work(engine.multiplexed(), t * 4 + i, done), [](const std::exception_ptr&) {});
            context.run();
        });
    }
    for (std::thread& thread : pool) thread.join();
    CHECK(done == threads * 4);
    CHECK(closes_down(f, engine));
}

TEST_CASE("shared reads: eight threads run one context, a strand for each coroutine, half of them cancelled", "[threads][multiplexed]") {
    const Fixture f;
    asio::thread_pool pool(threads);
    const AsyncEngine engine = f.engine(pool.get_executor());
    std::atomic<int> done{0};
    std::atomic<int> ended{0};
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    struct Later {  // a few turns later, wherever the coroutine then is
        static void turn(asio::strand<asio::thread_pool::executor_type> on, asio::cancellation_signal& what, int turns) {
            asio::post(on, [on, &what, turns] {
                if (turns == 0) {
                    what.emit(asio::cancellation_type::terminal);
                } else {
                    turn(on, what, turns - 1);
                }
            });
        }
    };
    for (int i = 0; i < 32; ++i) {
        const auto strand = asio::make_strand(pool);
        signals.push_back(std::make_unique<asio::cancellation_signal>());
        asio::co_spawn(strand, work(engine.multiplexed(), i, done), asio::bind_cancellation_slot(signals.back()->slot(), [&](const std::exception_ptr&) { ++ended; }));
        if (i % 2 == 0) Later::turn(strand, *signals.back(), i * 5);
    }
    pool.wait();
    CHECK(ended == 32);
    CHECK(done >= 16);
    CHECK(closes_down(f, engine));
}

TEST_CASE("shared reads: contexts that end while their coroutines wait, beside others that go on", "[threads][multiplexed]") {
    const Fixture f;
    asio::io_context home;
    const AsyncEngine engine = f.engine(home.get_executor());
    std::atomic<int> done{0};
    std::atomic<int> ended{0};
    Failures failures;
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) {
        pool.emplace_back([&, t] {
            for (int round = 0; round < 10; ++round) {
                asio::io_context context;
                for (int i = 0; i < 4; ++i) {
                    asio::co_spawn(context, work(engine.multiplexed(), t * 4 + i, t % 2 == 0 ? ended : done), [&](const std::exception_ptr& error) { failures.note(error); });
                }
                if (t % 2 == 0) {
                    for (int step = 0; step < round * 7 + t; ++step) {
                        if (context.poll_one() == 0) std::this_thread::yield();
                    }
                } else {
                    context.run();
                }
            }
        });
    }
    for (std::thread& thread : pool) thread.join();
    CHECK(failures.text().empty());
    INFO(failures.text());
    CHECK(done == threads / 2 * 4 * 10);
    CHECK(closes_down(f, engine));
}

TEST_CASE("shared reads: lone callers cancelled from their strand meet the answer", "[threads][multiplexed]") {
    const Fixture f;
    asio::thread_pool pool(threads);
    const AsyncEngine engine = f.engine(pool.get_executor());
    for (int round = 0; round < 300; ++round) {
        std::atomic<int> done{0};
        std::atomic<bool> over{false};
        const auto strand = asio::make_strand(pool);
        asio::cancellation_signal signal;
        asio::co_spawn(strand, work(engine.multiplexed(), round, done), asio::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr&) {
                           over = true;
                           over.notify_one();
                       }));
        for (int turn = 0; turn < round % 20; ++turn) std::this_thread::yield();
        asio::post(strand, [&] { signal.emit(asio::cancellation_type::terminal); });
        over.wait(false);
        std::atomic<bool> behind{false};  // the post above has run
        asio::post(strand, [&] {
            behind = true;
            behind.notify_one();
        });
        behind.wait(false);
    }
    pool.wait();
    CHECK(closes_down(f, engine));
}
