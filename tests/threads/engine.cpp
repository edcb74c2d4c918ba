// One engine used by eight threads at once: with a context each, and with one context for all. Run under ThreadSanitizer.
#include <azoth/engine/connection.hpp>
#include <azoth/engine/engine.hpp>

#include "support/fake_driver.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;

constexpr int threads = 8;
constexpr int rounds = 60;

// Some commit, some roll back, some are left dirty, some invalidate.
awaitable<void> work(AsyncEngine engine, int seed, std::atomic<int>& done) {
    for (int i = 0; i < rounds; ++i) {
        AsyncConnection connection = co_await engine.begin();
        co_await connection.run_text("A");
        switch ((seed + i) % 5) {
            case 0: co_await connection.commit(); break;
            case 1: co_await connection.rollback(); break;
            case 2: {
                auto savepoint = co_await connection.begin_nested();
                co_await connection.run_text("B");
                break;
            }
            case 3: break;
            case 4:
                if (i % 10 == 0) connection.invalidate();
                break;
            default: break;
        }
    }
    ++done;
}

struct Fixture {
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    azoth::EngineOptions options;

    Fixture() {
        options.pool_size = 3;
        options.max_overflow = 1;
        options.pool_timeout = std::chrono::minutes{10};
    }
    AsyncEngine engine(const asio::any_io_executor& executor) const { return azoth::create_async_engine(executor, FakeDriver::serve(server), options); }
    void check(const AsyncEngine& engine) const {
        const auto status = engine.pool().status();
        CHECK(status.checked_out == 0);
        CHECK(status.waiting == 0);
        CHECK(static_cast<int>(status.idle) == server->connections_open());
        CHECK(server->connections_open() <= 4);
        CHECK(server->unclean() == 0);
    }
};

}  // namespace

TEST_CASE("eight contexts, one thread each, one engine", "[threads][engine]") {
    const Fixture f;
    asio::io_context home;
    const AsyncEngine engine = f.engine(home.get_executor());
    std::atomic<int> done{0};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) {
        pool.emplace_back([&, t] {
            asio::io_context context;
            for (int i = 0; i < 3; ++i) asio::co_spawn(context, work(engine, t + i, done), asio::detached);
            context.run();
        });
    }
    for (std::thread& thread : pool) thread.join();
    CHECK(done == threads * 3);
    f.check(engine);
}

TEST_CASE("eight threads run one context, a strand for each coroutine", "[threads][engine]") {
    const Fixture f;
    asio::thread_pool pool(threads);
    const AsyncEngine engine = f.engine(pool.get_executor());
    std::atomic<int> done{0};
    for (int i = 0; i < 24; ++i) asio::co_spawn(asio::make_strand(pool), work(engine, i, done), asio::detached);
    pool.wait();
    CHECK(done == 24);
    f.check(engine);
}

namespace {

void run_while_contexts_end(const Fixture& f) {
    asio::io_context home;
    const AsyncEngine engine = f.engine(home.get_executor());
    std::atomic<int> done{0};
    std::atomic<int> ended{0};
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) {
        pool.emplace_back([&, t] {
            for (int round = 0; round < 10; ++round) {
                asio::io_context context;
                for (int i = 0; i < 3; ++i) asio::co_spawn(context, work(engine, t + i, t % 2 == 0 ? ended : done), asio::detached);
                if (t % 2 == 0) {
                    for (int step = 0; step < round * 7 + t; ++step) {
                        if (context.poll_one() == 0) std::this_thread::yield();
                    }
                } else if (round == 0) {
                    context.run();
                }
            }
        });
    }
    for (std::thread& thread : pool) thread.join();
    CHECK(done == threads / 2 * 3);
    f.check(engine);
}

}  // namespace

TEST_CASE("contexts that end while their coroutines wait, beside others that go on", "[threads][engine]") {
    const Fixture f;
    run_while_contexts_end(f);
}

TEST_CASE("contexts that end while the pool pauses because its server refuses connections, beside others that go on", "[threads][engine]") {
    const Fixture f;
    f.server->on_connect = [](int number) {
        if (number % 3 == 0) return;
        azoth::ErrorDetail detail;
        detail.retryable = true;
        throw azoth::OperationalError("too many connections", std::move(detail));
    };
    run_while_contexts_end(f);
    CHECK(f.server->connections_made() > 3);
}

TEST_CASE("cancellation from the coroutine's own strand meets grants from other threads", "[threads][engine]") {
    const Fixture f;
    asio::thread_pool pool(threads);
    const AsyncEngine engine = f.engine(pool.get_executor());
    std::atomic<int> done{0};
    std::atomic<int> ended{0};
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    for (int i = 0; i < 32; ++i) {
        const auto strand = asio::make_strand(pool);
        signals.push_back(std::make_unique<asio::cancellation_signal>());
        asio::cancellation_signal& signal = *signals.back();
        asio::co_spawn(strand, work(engine, i, done), asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ++ended; }));
        if (i % 2 == 0) {
            // a few turns later, wherever it then is
            struct Later {
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
            Later::turn(strand, signal, i * 5);
        }
    }
    pool.wait();
    CHECK(ended == 32);
    CHECK(done >= 16);
    f.check(engine);
}
