// The pool's decisions when the server takes no connection at the moment: who waits, for how long, and how many try.
#include <azoth/base/error.hpp>
#include <azoth/engine/pool_machine.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

#include "pool_driver.hpp"

using namespace azoth::detail;
using namespace azoth::tests;
using namespace std::chrono_literals;

TEST_CASE("a refused connect is tried again after a pause, for the same caller", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    CHECK(pool.acquire(1) == "connect 1");
    CHECK(pool.refused(1) == "pause for 1");
    CHECK(pool.machine.retry_at() == pool.now + 20ms);
    CHECK(pool.machine.status().connecting == 0);
    CHECK(pool.machine.status().waiting == 1);
    CHECK(pool.acquire(2).empty());
    pool.now += 20ms;
    CHECK(pool.pause_over() == "connect 2");
    CHECK(pool.connected(2) == "grant 2 to 1 fresh");
}

TEST_CASE("pauses double up to a second, and a part of each is made", "[engine][pool]") {
    PoolOptions options = sized(1, 0);
    options.pool_timeout = 1h;
    PoolDriver pool(options);
    CHECK(pool.acquire(1) == "connect 1");
    std::uint64_t slot = 1;
    for (const auto longest : {20ms, 40ms, 80ms, 160ms, 320ms, 640ms, 1000ms, 1000ms}) {
        CHECK(pool.refused(slot, slot % 2 == 0 ? 0.25 : 1) == "pause for 1");
        CHECK(pool.machine.retry_at() == pool.now + (slot % 2 == 0 ? longest / 4 : longest));
        pool.now = pool.machine.retry_at();
        ++slot;
        CHECK(pool.pause_over() == "connect " + std::to_string(slot));
    }
    CHECK(pool.connected(slot) == "grant 9 to 1 fresh");
    CHECK(pool.release(slot, ReleaseKind::broken) == "close 9");
    CHECK(pool.acquire(2) == "connect 10");
    CHECK(pool.refused(10) == "pause for 2");
    CHECK(pool.machine.retry_at() == pool.now + 20ms);  // from the beginning
}

TEST_CASE("connects that were under way together are refused once, and then one tries", "[engine][pool]") {
    PoolDriver pool(sized(8, 0));
    for (std::uint64_t i = 1; i <= 4; ++i) CHECK(pool.acquire(i) == "connect " + std::to_string(i));
    CHECK(pool.refused(1).empty());  // three others are still under way
    CHECK(pool.connected(2) == "grant 2 to 1 fresh");
    CHECK(pool.refused(3).empty());
    CHECK(pool.refused(4) == "pause for 2");
    CHECK(pool.machine.retry_at() == pool.now + 20ms);
    CHECK(pool.acquire(5).empty());
    pool.now += 20ms;
    CHECK(pool.pause_over() == "connect 5");
    CHECK(pool.acquire(6).empty());

    SECTION("each success lets twice as many try") {
        CHECK(pool.connected(5) == "grant 5 to 2 fresh, connect 6, connect 7");
        CHECK(pool.acquire(7).empty());
        CHECK(pool.connected(6) == "grant 6 to 3 fresh, connect 8, connect 9, connect 10");  // four, with connect 7
    }
    SECTION("a connection that comes back serves whoever is first, and ends the pause's purpose") {
        CHECK(pool.release(2) == "grant 2 to 2");
        CHECK(pool.refused(5) == "pause for 3");
        CHECK(pool.release(2) == "grant 2 to 3");
        CHECK(pool.release(2) == "grant 2 to 4");
        CHECK(pool.release(2) == "grant 2 to 5");
        CHECK(pool.release(2) == "grant 2 to 6");
        pool.now += 40ms;
        CHECK(pool.pause_over().empty());
    }
    SECTION("a failure of another kind goes to its caller, and the next one tries") {
        CHECK(pool.failed(5) == "failed 2, connect 6");
    }
}

TEST_CASE("who waits too long for a server that refuses gets its refusal", "[engine][pool]") {
    PoolOptions options = sized(2, 0);
    SECTION("in the pause") {
        options.pool_timeout = 10ms;
        PoolDriver pool(options);
        CHECK(pool.acquire(1) == "connect 1");
        CHECK(pool.refused(1) == "pause for 1");
        CHECK(pool.machine.next_deadline() == pool.now + 10ms);
        pool.now += 10ms;
        CHECK(pool.tick() == "refused 1");
    }
    SECTION("at once, when nothing is to be waited for") {
        options.pool_timeout = 0ms;
        PoolDriver pool(options);
        CHECK(pool.acquire(1) == "connect 1");
        CHECK(pool.refused(1) == "refused 1");
        CHECK(pool.acquire(2) == "refused 2");
        pool.now += 20ms;
        CHECK(pool.acquire(3) == "connect 2");
        CHECK(pool.connected(2) == "grant 2 to 3 fresh");
    }
    SECTION("when the attempt ends that he relied on") {
        options.pool_timeout = 30ms;
        PoolDriver pool(options);
        CHECK(pool.acquire(1) == "connect 1");
        CHECK(pool.refused(1) == "pause for 1");
        pool.now += 20ms;
        CHECK(pool.pause_over() == "connect 2");
        pool.now += 20ms;
        CHECK(pool.tick().empty());
        CHECK(pool.refused(2) == "refused 1");
    }
}

TEST_CASE("a pause that is broken off or lost begins again while somebody needs it", "[engine][pool]") {
    PoolDriver pool(sized(2, 0));
    CHECK(pool.acquire(1) == "connect 1");
    CHECK(pool.refused(1) == "pause for 1");
    pool.now += 5ms;
    CHECK(pool.pause_over() == "pause for 1");
    CHECK(pool.acquire(2).empty());
    pool.machine.pause_lost();
    CHECK(pool.cancel(1) == "pause for 2");
    pool.now += 15ms;
    CHECK(pool.pause_over() == "connect 2");
    CHECK(pool.connected(2) == "grant 2 to 2 fresh");
}

TEST_CASE("an attempt that hangs and was left does not keep others from trying", "[engine][pool]") {
    PoolDriver pool(sized(3, 0));
    CHECK(pool.acquire(1) == "connect 1");
    CHECK(pool.refused(1, 0) == "connect 2");  // hangs
    CHECK(pool.cancel(1).empty());
    CHECK(pool.acquire(2) == "connect 3");
    CHECK(pool.refused(2).empty());
    CHECK(pool.connected(3) == "grant 3 to 2 fresh");
}
