// ThreadQueue: a few threads for what may take long.
#include <azoth/driver/detail/threads.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <future>
#include <mutex>
#include <string>

using azoth::detail::ThreadQueue;

TEST_CASE("what is queued for later does not hold up what is queued for now", "[driver]") {
    std::mutex mutex;
    std::string order;
    const auto note = [&](char what) {
        const std::lock_guard lock(mutex);
        order += what;
    };
    std::promise<void> later;
    std::promise<void> now;
    constexpr std::chrono::milliseconds pause{200};
    const auto begin = std::chrono::steady_clock::now();
    std::chrono::steady_clock::duration took{};
    {
        ThreadQueue queue(1);
        queue.run_after(pause, [&] {
            note('l');
            later.set_value();
        });
        queue.run([&] {
            note('n');
            now.set_value();
        });
        took = std::chrono::steady_clock::now() - begin;
    }  // what is queued runs all the same
    now.get_future().wait();
    later.get_future().wait();
    CHECK((order == "nl" || took >= pause));
}

TEST_CASE("one thread takes one after the other, and ends and begins as needed", "[driver]") {
    ThreadQueue queue(1);
    for (int round = 0; round < 3; ++round) {
        std::string order;
        std::promise<void> end;
        for (char what = 'a'; what <= 'e'; ++what) queue.run([&order, what] { order += what; });
        queue.run([&] { end.set_value(); });
        end.get_future().wait();
        CHECK(order == "abcde");
    }
}
