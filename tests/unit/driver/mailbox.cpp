// The mailbox: completions from other threads, cancellation, and contexts that end first. Run under the sanitizers.
#include <azoth/driver/detail/mailbox.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

namespace asio = boost::asio;
using azoth::awaitable;
using azoth::detail::Waiter;

namespace {

struct Counted final : Waiter {
    std::atomic<int> abandonments{0};

protected:
    void abandoned() noexcept override { ++abandonments; }
};

}  // namespace

TEST_CASE("a completion from another thread resumes the coroutine on its own executor", "[driver]") {
    asio::io_context context;
    auto waiter = std::make_shared<Counted>();
    std::thread::id resumed;
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            co_await waiter->wait();
            resumed = std::this_thread::get_id();
        },
        asio::detached);
    std::thread other([waiter] { CHECK(waiter->complete()); });
    context.run();  // the waiting coroutine counts as work: run() does not return before it has gone on
    other.join();
    CHECK(resumed == std::this_thread::get_id());
    CHECK_FALSE(waiter->complete());
    CHECK(waiter->abandonments == 0);
}

TEST_CASE("a completion before the wait is not lost", "[driver]") {
    asio::io_context context;
    auto waiter = std::make_shared<Counted>();
    CHECK(waiter->complete());
    bool resumed = false;
    asio::co_spawn(
        context,
        [&]() -> awaitable<void> {
            co_await waiter->wait();
            resumed = true;
        },
        asio::detached);
    context.run();
    CHECK(resumed);
}

TEST_CASE("a cancelled wait throws operation_aborted by a post and refuses the completion", "[driver]") {
    asio::io_context context;
    auto waiter = std::make_shared<Counted>();
    asio::cancellation_signal signal;
    std::exception_ptr failure;
    asio::co_spawn(
        context, [&]() -> awaitable<void> { co_await waiter->wait(); },
        asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) { failure = error; }));
    asio::post(context, [&] {
        signal.emit(asio::cancellation_type::terminal);
        CHECK_FALSE(failure);
        CHECK_FALSE(waiter->complete());
    });
    context.run();
    REQUIRE(failure);
    CHECK_THROWS_AS(std::rethrow_exception(failure), boost::system::system_error);
    CHECK(waiter->abandonments == 1);
}

TEST_CASE("completions race with cancellations: exactly one of them wins", "[driver]") {
    for (int round = 0; round < 300; ++round) {
        asio::io_context context;
        auto waiter = std::make_shared<Counted>();
        asio::cancellation_signal signal;
        bool aborted = false;
        bool finished = false;
        asio::co_spawn(
            context, [&]() -> awaitable<void> { co_await waiter->wait(); },
            asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) {
                aborted = error != nullptr;
                finished = true;
            }));
        context.poll();
        bool delivered = false;
        std::thread other([&, waiter] { delivered = waiter->complete(); });
        if (!finished) signal.emit(asio::cancellation_type::terminal);
        context.run();
        other.join();
        REQUIRE(finished);
        REQUIRE(delivered != aborted);
    }
}

TEST_CASE("a context may end before the completion comes, or while it comes", "[driver]") {
    const bool on_strand = GENERATE(false, true);
    for (int round = 0; round < 300; ++round) {
        auto context = std::make_unique<asio::io_context>();
        auto waiter = std::make_shared<Counted>();
        struct Owned {
            std::thread::id creator = std::this_thread::get_id();
            ~Owned() { CHECK(creator == std::this_thread::get_id()); }
        };
        const auto body = [](std::shared_ptr<Waiter> held) -> awaitable<void> {
            const Owned owned;  // destroyed with the context, on the thread that destroys it
            co_await held->wait();
        };
        if (on_strand) {
            asio::co_spawn(asio::make_strand(*context), body(waiter), asio::detached);
        } else {
            asio::co_spawn(*context, body(waiter), asio::detached);
        }
        context->poll();
        std::thread other([waiter] { waiter->complete(); });
        for (int i = 0; i < round % 20; ++i) std::this_thread::yield();
        context.reset();
        other.join();
        CHECK_FALSE(waiter->complete());
    }
}

TEST_CASE("several threads run the context", "[driver]") {
    asio::thread_pool pool(3);
    std::atomic<int> done{0};
    std::vector<std::shared_ptr<Counted>> waiters;
    for (int i = 0; i < 200; ++i) waiters.push_back(std::make_shared<Counted>());
    for (const auto& waiter : waiters) {
        asio::co_spawn(
            pool,
            [](std::shared_ptr<Waiter> held, std::atomic<int>& counter) -> awaitable<void> {
                co_await held->wait();
                ++counter;
            }(waiter, done),
            asio::detached);
    }
    for (const auto& waiter : waiters) CHECK(waiter->complete());
    pool.join();
    CHECK(done == 200);
}
