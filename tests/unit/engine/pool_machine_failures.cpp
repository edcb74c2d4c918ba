// The pool's decisions when something fails or ends: connects, callers, connections, the server, the engine.
#include <azoth/base/error.hpp>
#include <azoth/engine/pool_machine.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <string>

#include "pool_driver.hpp"

using namespace azoth::detail;
using namespace azoth::tests;
using namespace std::chrono_literals;

TEST_CASE("a connection found dead takes its siblings with it", "[engine][pool]") {
    PoolDriver pool(sized(2, 0));
    pool.fill(2);
    CHECK(pool.release(1).empty());
    CHECK(pool.release(2).empty());
    CHECK(pool.acquire(3) == "grant 2 to 3");
    // Found dead: it goes, its idle sibling with it, and the caller gets a new one.
    CHECK(pool.found_dead(2) == "close 2, close 1, connect 3");
    CHECK(pool.connected(3) == "grant 3 to 3 fresh");
}

TEST_CASE("after a connection was found dead callers keep their order", "[engine][pool]") {
    PoolDriver pool(sized(2, 0));
    pool.fill(2);
    CHECK(pool.acquire(3).empty());
    CHECK(pool.acquire(4).empty());
    CHECK(pool.acquire(5).empty());
    CHECK(pool.release(1) == "grant 1 to 3");
    CHECK(pool.release(2) == "grant 2 to 4");
    CHECK(pool.found_dead(1) == "close 1, connect 3");
    CHECK(pool.found_dead(2) == "close 2, connect 4");
    CHECK(pool.connected(4) == "grant 4 to 3 fresh");
    CHECK(pool.connected(3) == "grant 3 to 4 fresh");
    CHECK(pool.release(3) == "grant 3 to 5");
}

TEST_CASE("a failed connect gives its place to the next caller, who tries", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    CHECK(pool.acquire(1) == "connect 1");
    CHECK(pool.acquire(2).empty());
    CHECK(pool.acquire(3).empty());
    CHECK(pool.failed(1) == "failed 1, connect 2");
    CHECK(pool.failed(2) == "failed 2, connect 3");
    CHECK(pool.connected(3) == "grant 3 to 3 fresh");
    CHECK(pool.machine.status().checked_out == 1);
    CHECK(pool.release(3).empty());
    CHECK(pool.acquire(4) == "grant 3 to 4");
}

TEST_CASE("a hanging connect does not hold up others", "[engine][pool]") {
    PoolDriver pool(sized(1, 2));
    CHECK(pool.acquire(1) == "connect 1");  // hangs
    CHECK(pool.acquire(2) == "connect 2");
    CHECK(pool.connected(2) == "grant 2 to 1 fresh");  // first come, first served
    CHECK(pool.acquire(3) == "connect 3");
    CHECK(pool.connected(3) == "grant 3 to 2 fresh");
    CHECK(pool.release(2) == "grant 2 to 3");
    CHECK(pool.release(3).empty());
    CHECK(pool.acquire(4) == "grant 3 to 4");
    CHECK(pool.failed(1).empty());  // nobody relied on it any more
    CHECK(pool.machine.status().connecting == 0);
}

TEST_CASE("nobody comes to rely on a connect whose caller has left", "[engine][pool]") {
    PoolOptions options = sized(2, 0);
    options.pool_timeout = 1s;
    PoolDriver pool(options);
    CHECK(pool.acquire(1) == "connect 1");
    CHECK(pool.cancel(1).empty());
    CHECK(pool.acquire(2) == "connect 2");
    CHECK(pool.acquire(3).empty());  // at the limit, and connect 1 may never end: pool_timeout counts
    CHECK(pool.machine.next_deadline() == pool.now + 1s);

    SECTION("its connection goes to whoever waits") {
        CHECK(pool.connected(1) == "grant 1 to 2 fresh");
        CHECK(pool.connected(2) == "grant 2 to 3 fresh");
    }
    SECTION("its failure rejects nobody") {
        CHECK(pool.failed(1) == "connect 3");
        CHECK(pool.connected(3) == "grant 3 to 2 fresh");
    }
    SECTION("if it hangs, who came last times out") {
        pool.now += 1s;
        CHECK(pool.tick() == "timeout 3");
        CHECK(pool.connected(2) == "grant 2 to 2 fresh");
    }
}

TEST_CASE("a connection whose caller has left goes idle", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    CHECK(pool.acquire(1) == "connect 1");
    CHECK(pool.cancel(1).empty());
    CHECK(pool.connected(1).empty());
    CHECK(pool.machine.status().idle == 1);
    CHECK(pool.acquire(2) == "grant 1 to 2");
}

TEST_CASE("a cancelled caller leaves the others' order intact", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    pool.fill(1);
    for (std::uint64_t i = 2; i <= 5; ++i) CHECK(pool.acquire(i).empty());
    CHECK(pool.cancel(3).empty());
    CHECK(pool.cancel(2).empty());
    CHECK(pool.release(1) == "grant 1 to 4");
    CHECK(pool.release(1) == "grant 1 to 5");
    PoolMachine::Commands out;
    CHECK_FALSE(pool.machine.cancel(WaiterId{5}, pool.now, out));
    CHECK_FALSE(pool.machine.cancel(WaiterId{99}, pool.now, out));
    CHECK(out.empty());
}

TEST_CASE("a broken connection is closed alone", "[engine][pool]") {
    PoolDriver pool(sized(2, 0));
    pool.fill(2);
    CHECK(pool.release(1).empty());
    CHECK(pool.release(2, ReleaseKind::broken) == "close 2");
    CHECK(pool.acquire(3) == "grant 1 to 3");
}

TEST_CASE("a broken connection's place goes to the next caller", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    pool.fill(1);
    CHECK(pool.acquire(2).empty());
    CHECK(pool.release(1, ReleaseKind::broken) == "close 1, connect 2");
    CHECK(pool.connected(2) == "grant 2 to 2 fresh");
}

TEST_CASE("a lost server takes all older connections, once", "[engine][pool]") {
    PoolDriver pool(sized(4, 0));
    pool.fill(4);
    CHECK(pool.release(1).empty());
    CHECK(pool.release(2, ReleaseKind::invalidate_older) == "close 2, close 1");
    CHECK(pool.acquire(5) == "connect 5");
    CHECK(pool.connected(5) == "grant 5 to 5 fresh");
    CHECK(pool.release(5).empty());
    // The third learns of the same restart later: the new connection is not blamed.
    CHECK(pool.release(3, ReleaseKind::invalidate_older) == "close 3");
    // The fourth has noticed nothing yet, and is not reused.
    CHECK(pool.release(4) == "close 4");
    CHECK(pool.acquire(6) == "grant 5 to 6");
    // A new loss is a new loss.
    CHECK(pool.acquire(7) == "connect 6");
    CHECK(pool.connected(6) == "grant 6 to 7 fresh");
    CHECK(pool.release(6).empty());
    CHECK(pool.release(5, ReleaseKind::invalidate_older) == "close 5, close 6");
}

TEST_CASE("invalidate replaces all, connections in use when they come back", "[engine][pool]") {
    PoolDriver pool(sized(2, 0));
    pool.fill(2);
    CHECK(pool.release(1).empty());
    CHECK(pool.invalidate() == "close 1");
    CHECK(pool.machine.status().checked_out == 1);
    CHECK(pool.release(2) == "close 2");
    CHECK(pool.acquire(3) == "connect 3");
}

TEST_CASE("dispose closes idle connections now and others when they come back", "[engine][pool]") {
    PoolDriver pool(sized(2, 0));
    pool.fill(2);
    CHECK(pool.release(1).empty());
    CHECK(pool.dispose() == "close 1");
    CHECK(pool.dispose().empty());
    auto status = pool.machine.status();
    CHECK(status.checked_out == 0);
    CHECK(status.retired == 1);
    CHECK(status.overflow == -2);

    // The engine works on, with all its places.
    CHECK(pool.acquire(3) == "connect 3");
    CHECK(pool.acquire(4) == "connect 4");
    CHECK(pool.connected(3) == "grant 3 to 3 fresh");
    CHECK(pool.connected(4) == "grant 4 to 4 fresh");
    CHECK(pool.acquire(5).empty());
    CHECK(pool.release(2) == "close 2");  // never into the new generation, though somebody waits
    CHECK(pool.machine.status().retired == 0);
    CHECK(pool.release(3) == "grant 3 to 5");
}

TEST_CASE("dispose serves those who wait", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    pool.fill(1);
    CHECK(pool.acquire(2).empty());
    CHECK(pool.dispose() == "connect 2");
    CHECK(pool.connected(2) == "grant 2 to 2 fresh");
    CHECK(pool.release(1) == "close 1");
}

TEST_CASE("dispose while connecting", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    CHECK(pool.acquire(1) == "connect 1");
    SECTION("the caller still gets the connection, and it is one like any other") {
        CHECK(pool.dispose().empty());
        CHECK(pool.connected(1) == "grant 1 to 1 fresh");
        CHECK(pool.release(1).empty());
        CHECK(pool.machine.status().idle == 1);
    }
    SECTION("with nobody waiting the connection is closed") {
        CHECK(pool.cancel(1).empty());
        CHECK(pool.dispose().empty());
        CHECK(pool.connected(1) == "close 1");
    }
}

TEST_CASE("a detached connection leaves its place", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    pool.fill(1);
    CHECK(pool.acquire(2).empty());
    CHECK(pool.detach(1) == "connect 2");
    CHECK_THROWS_AS(pool.release(1), azoth::InternalError);
}

TEST_CASE("a wrong report is an internal error and changes nothing", "[engine][pool]") {
    PoolDriver pool(sized(1, 0));
    CHECK(pool.acquire(1) == "connect 1");
    CHECK_THROWS_AS(pool.release(1), azoth::InternalError);
    CHECK_THROWS_AS(pool.connected(2), azoth::InternalError);
    CHECK_THROWS_AS(pool.acquire(1), azoth::InternalError);
    CHECK(pool.connected(1) == "grant 1 to 1 fresh");
    CHECK_THROWS_AS(pool.connected(1), azoth::InternalError);
    CHECK_THROWS_AS(pool.failed(1), azoth::InternalError);
    CHECK(pool.release(1).empty());
    CHECK_THROWS_AS(pool.found_dead(1), azoth::InternalError);
    CHECK(pool.machine.status().idle == 1);
}
