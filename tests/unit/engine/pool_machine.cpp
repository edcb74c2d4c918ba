// The pool's decisions while all goes well: sizes, order, time-outs, ages. What must hold always is in
// pool_machine_random.cpp.
#include <azoth/base/error.hpp>
#include <azoth/engine/pool_machine.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <limits>
#include <string>

#include "pool_driver.hpp"

using namespace azoth::detail;
using namespace azoth::tests;
using namespace std::chrono_literals;

TEST_CASE("a pool starts empty, grows on demand and reuses", "[engine][pool]") {
    PoolDriver pool(sized(2, 0));
    CHECK(pool.machine.status().overflow == -2);
    pool.fill(1);
    CHECK(pool.release(1).empty());
    CHECK(pool.acquire(2) == "grant 1 to 2");
    const auto status = pool.machine.status();
    CHECK(status.size == 2);
    CHECK(status.checked_out == 1);
    CHECK(status.idle == 0);
    CHECK(status.overflow == -1);
    CHECK(status.waiting == 0);
}

TEST_CASE("at the limit callers wait and are served in order", "[engine][pool]") {
    PoolDriver pool(sized(1, 1));
    pool.fill(2);
    CHECK(pool.acquire(3).empty());
    CHECK(pool.acquire(4).empty());
    CHECK(pool.machine.status().waiting == 2);
    CHECK(pool.release(2) == "grant 2 to 3");
    CHECK(pool.release(1) == "grant 1 to 4");
    CHECK(pool.machine.status().waiting == 0);
}

TEST_CASE("connections above pool_size are closed when they come back", "[engine][pool]") {
    PoolDriver pool(sized(1, 2));
    pool.fill(3);
    CHECK(pool.machine.status().overflow == 2);
    CHECK(pool.release(1).empty());
    CHECK(pool.release(2) == "close 2");
    CHECK(pool.release(3) == "close 3");
    CHECK(pool.machine.status().overflow == 0);
    CHECK(pool.machine.status().idle == 1);
}

TEST_CASE("no limits", "[engine][pool]") {
    SECTION("pool_size 0 keeps all, whatever max_overflow says") {
        PoolDriver pool(sized(0, 0));
        pool.fill(50);
        for (std::uint64_t i = 1; i <= 50; ++i) CHECK(pool.release(i).empty());
        CHECK(pool.machine.status().idle == 50);
    }
    SECTION("max_overflow -1 opens any number and keeps pool_size") {
        PoolDriver pool(sized(2, -1));
        pool.fill(50);
        for (std::uint64_t i = 1; i <= 50; ++i)
            CHECK(pool.release(i) == (i <= 2 ? std::string() : "close " + std::to_string(i)));
    }
    SECTION("mode none keeps nothing") {
        PoolOptions options = sized(1, 0);
        options.mode = PoolMode::none;
        PoolDriver pool(options);
        pool.fill(5);
        CHECK(pool.release(3) == "close 3");
    }
}

TEST_CASE("options out of range are refused by name", "[engine][pool]") {
    CHECK_THROWS_WITH(PoolMachine(sized(-1, 0)), Catch::Contains("pool_size"));
    CHECK_THROWS_WITH(PoolMachine(sized(1, -2)), Catch::Contains("max_overflow"));
    PoolOptions options;
    options.pool_timeout = -1ms;
    CHECK_THROWS_AS(PoolMachine(options), azoth::ArgumentError);
    CHECK_THROWS_WITH(PoolMachine(options), Catch::Contains("pool_timeout"));
    CHECK_NOTHROW(PoolMachine(sized(std::numeric_limits<int>::max(), std::numeric_limits<int>::max())));
}

TEST_CASE("the connection used last goes out first, or all in turn", "[engine][pool]") {
    PoolOptions options = sized(3, 0);
    options.use_lifo = GENERATE(true, false);
    PoolDriver pool(options);
    pool.fill(3);
    CHECK(pool.release(2).empty());
    CHECK(pool.release(3).empty());
    CHECK(pool.release(1).empty());
    CHECK(pool.acquire(4) == (options.use_lifo ? "grant 1 to 4" : "grant 2 to 4"));
    CHECK(pool.acquire(5) == "grant 3 to 5");
}

TEST_CASE("a connection last used under the caller's context is preferred", "[engine][pool]") {
    PoolDriver pool(sized(3, 0));
    const int a = 0;
    const int b = 0;
    CHECK(pool.acquire(1, &a) == "connect 1");
    CHECK(pool.connected(1) == "grant 1 to 1 fresh");
    CHECK(pool.acquire(2, &b) == "connect 2");
    CHECK(pool.connected(2) == "grant 2 to 2 fresh");
    CHECK(pool.release(1).empty());
    CHECK(pool.release(2).empty());
    CHECK(pool.acquire(3, &a) == "grant 1 to 3");
    CHECK(pool.acquire(4, &a) == "grant 2 to 4");
}

TEST_CASE("waiting ends at pool_timeout", "[engine][pool]") {
    PoolOptions options = sized(1, 0);
    options.pool_timeout = 500ms;
    PoolDriver pool(options);
    pool.fill(1);
    CHECK_FALSE(pool.machine.next_deadline());
    CHECK(pool.acquire(2).empty());
    CHECK(pool.machine.next_deadline() == pool.now + 500ms);
    pool.now += 200ms;
    CHECK(pool.acquire(3).empty());
    pool.now += 299ms;
    CHECK(pool.tick().empty());
    pool.now += 1ms;
    CHECK(pool.tick() == "timeout 2");
    CHECK(pool.machine.next_deadline() == pool.now + 200ms);
    CHECK(pool.release(1) == "grant 1 to 3");
    CHECK_FALSE(pool.machine.next_deadline());
}

TEST_CASE("a connection that comes back at the very deadline is still granted", "[engine][pool]") {
    PoolOptions options = sized(1, 0);
    options.pool_timeout = 500ms;
    PoolDriver pool(options);
    pool.fill(1);
    CHECK(pool.acquire(2).empty());
    pool.now += 1s;
    CHECK(pool.release(1) == "grant 1 to 2");
}

TEST_CASE("pool_timeout 0 fails at once, but not while there is room", "[engine][pool]") {
    PoolOptions options = sized(1, 0);
    options.pool_timeout = 0ms;
    PoolDriver pool(options);
    CHECK(pool.acquire(1) == "connect 1");
    CHECK(pool.tick().empty());
    CHECK(pool.acquire(2) == "timeout 2");
    CHECK(pool.connected(1) == "grant 1 to 1 fresh");
    CHECK(pool.acquire(3) == "timeout 3");
}

TEST_CASE("a very long pool_timeout does not overflow the clock", "[engine][pool]") {
    PoolOptions options = sized(1, 0);
    options.pool_timeout = std::chrono::milliseconds::max();
    options.pool_recycle = std::chrono::milliseconds::max();
    PoolDriver pool(options);
    pool.fill(1);
    CHECK(pool.acquire(2).empty());
    CHECK(pool.tick().empty());
    CHECK(pool.machine.next_deadline() == PoolMachine::TimePoint::max());
    CHECK(pool.release(1) == "grant 1 to 2");
}

TEST_CASE("while a connect is under way its caller does not time out", "[engine][pool]") {
    PoolOptions options = sized(1, 0);
    options.pool_timeout = 100ms;
    PoolDriver pool(options);
    CHECK(pool.acquire(1) == "connect 1");
    CHECK_FALSE(pool.machine.next_deadline());
    pool.now += 10s;
    CHECK(pool.tick().empty());
    CHECK(pool.connected(1) == "grant 1 to 1 fresh");
}

TEST_CASE("old connections are replaced when they are next taken", "[engine][pool]") {
    PoolOptions options = sized(2, 0);
    options.pool_recycle = 60s;
    PoolDriver pool(options);
    pool.fill(1);
    pool.now += 30s;
    CHECK(pool.acquire(2) == "connect 2");
    CHECK(pool.connected(2) == "grant 2 to 2 fresh");
    pool.now += 30s;

    SECTION("at the exact age it is still good") {
        CHECK(pool.release(1).empty());
        CHECK(pool.acquire(3) == "grant 1 to 3");
    }
    SECTION("it idles on until somebody wants it, and a younger one goes out in its place") {
        pool.now += 1s;
        CHECK(pool.release(2).empty());
        CHECK(pool.release(1).empty());
        CHECK(pool.tick().empty());
        CHECK(pool.machine.status().idle == 2);
        CHECK(pool.acquire(3) == "close 1, grant 2 to 3");
    }
    SECTION("handed straight to a waiting caller, it is replaced too") {
        pool.now += 1s;
        CHECK(pool.acquire(3).empty());
        CHECK(pool.release(1) == "close 1, connect 3");
        CHECK(pool.connected(3) == "grant 3 to 3 fresh");
    }
}

TEST_CASE("an in-memory database is one connection under an exclusive lease", "[engine][pool]") {
    PoolOptions options = sized(5, 10);
    options.mode = PoolMode::single;
    options.pool_recycle = 1s;
    options.pool_timeout = 1500ms;
    PoolDriver pool(options);
    pool.fill(1);
    CHECK(pool.acquire(2).empty());
    CHECK(pool.acquire(3).empty());
    pool.now += 1h;
    CHECK(pool.release(1) == "grant 1 to 2, timeout 3");
    CHECK(pool.acquire(4).empty());
    pool.now += 1500ms;
    CHECK(pool.tick() == "timeout 4");
    const auto message = pool.machine.timeout_message(pool.now);
    CHECK_THAT(message, Catch::Contains("1.5 s") && Catch::Contains("this task may itself hold it"));
    CHECK(pool.acquire(5).empty());
    CHECK(pool.dispose().empty());  // still one connection: the next waits until this one is back
    CHECK(pool.release(1) == "close 1, connect 2");
    CHECK(pool.connected(2) == "grant 2 to 5 fresh");
}

TEST_CASE("the time-out message says how the pool stands", "[engine][pool]") {
    PoolOptions options = sized(2, 1);
    options.pool_timeout = 30s;
    PoolDriver pool(options);
    pool.fill(2);
    CHECK(pool.acquire(3) == "connect 3");
    CHECK(pool.acquire(4).empty());
    CHECK(pool.acquire(5).empty());
    CHECK(pool.machine.status().longest_held_since == pool.now);
    pool.now += 12s;
    CHECK(pool.cancel(4).empty());
    CHECK(
        pool.machine.timeout_message(pool.now) ==
        "no connection became free within 30 s: pool_size 2, max_overflow 1, in use 2, connecting 1, others waiting 2; "
        "the longest holder has had its connection for 12 s");
}
