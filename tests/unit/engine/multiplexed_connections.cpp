// The connections that reads share, over a fake database: lost, refused, disposed of, too old; and contexts that end.
#include "multiplexed.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>

using namespace azoth::multiplexed_test;

TEST_CASE("a read whose connection was lost is asked again once, alone", "[engine][multiplexed]") {
    Fixture f;
    f.options.multiplexed_connections = 1;
    const Multiplexed reads = f.engine().multiplexed();
    SECTION("and then answered") {
        lose_on(*f.server, "b", 1);
        const auto tasks = f.start_all(reads, "abc");
        f.context.run();
        CHECK(f.outcomes == Outcomes{{"a", "rows"}, {"b", "rows"}, {"c", "rows"}});
        CHECK(f.log() == Log{"1: a; b !", "2: b", "2: c"});
    }
    SECTION("what costs the second one as well hears of it, and nobody else does") {
        lose_on(*f.server, "b", 100);
        const auto tasks = f.start_all(reads, "abc");
        f.context.run();
        CHECK(f.outcomes == Outcomes{{"a", "rows"}, {"b", "gone"}, {"c", "rows"}});
        CHECK(f.log() == Log{"1: a; b !", "2: b !", "3: c"});
        CHECK(f.server->connections_open() == 1);
    }
}

TEST_CASE("a parked connection that died is replaced unseen", "[engine][multiplexed]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    run(f.context, f.read(engine.multiplexed(), "a"));
    f.server->on_statement = [](int connection, BatchItem&) {
        if (connection == 1) throw ConnectionLost("gone");
    };
    run(f.context, f.read(engine.multiplexed(), "b"));
    CHECK(f.outcomes["b"] == "rows");
    CHECK(f.log() == Log{"1: a", "1: b !", "2: b"});
}

TEST_CASE("when no connection can be had all who wait hear why", "[engine][multiplexed]") {
    Fixture f;
    f.server->on_connect = [](int) { throw OperationalError("full"); };
    const Multiplexed reads = f.engine().multiplexed();
    const auto tasks = f.start_all(reads, "ab");
    f.context.run();
    CHECK(f.outcomes == Outcomes{{"a", "full"}, {"b", "full"}});
    f.server->on_connect = nullptr;
    run(f.context, f.read(reads, "c"));
    CHECK(f.outcomes["c"] == "rows");
}

TEST_CASE("when a further connection is refused the first one serves all", "[engine][multiplexed]") {
    Fixture f;
    f.server->on_connect = [](int number) {
        if (number > 1) throw OperationalError("full");
    };
    hang_on(*f.server, "a");
    const Multiplexed reads = f.engine().multiplexed();
    const auto first = f.start_all(reads, "a");
    f.until_begun(1);
    const auto others = f.start_all(reads, "bc");
    f.context.poll();
    CHECK(f.server->connections_made() == 2);
    CHECK_FALSE(others[0].done());
    f.server->let_go();
    f.context.run();
    CHECK(f.log() == Log{"1: a", "1: b; c"});
    CHECK(f.outcomes.size() == 3);
}

TEST_CASE("dispose closes what is parked, and what is at work after its batch", "[engine][multiplexed]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    const Multiplexed reads = engine.multiplexed();
    run(f.context, f.read(reads, "a"));
    run(f.context, engine.dispose());
    CHECK(f.server->connections_open() == 0);
    hang_on(*f.server, "b");
    const Task b = f.start(reads, "b");
    f.context.restart();
    f.until_begun(2);
    const Task disposing(f.context, engine.dispose());
    while (!disposing.done()) f.context.run_one();
    CHECK(f.server->connections_open() == 1);
    f.server->let_go();
    f.context.run();
    CHECK(f.outcomes["b"] == "rows");
    CHECK(f.server->connections_open() == 0);
    run(f.context, f.read(reads, "c"));
    CHECK(f.log() == Log{"1: a", "2: b", "3: c"});
}

TEST_CASE("a connection older than pool_recycle is replaced", "[engine][multiplexed]") {
    Fixture f;
    f.options.pool_recycle = 1ms;
    const Multiplexed reads = f.engine().multiplexed();
    run(f.context, f.read(reads, "a"));
    const auto wait = [&]() -> awaitable<void> {
        boost::asio::steady_timer timer(f.context, 2ms);
        co_await timer.async_wait(boost::asio::use_awaitable);
    };
    run(f.context, wait());
    run(f.context, f.read(reads, "b"));
    CHECK(f.server->connections_made() == 2);
    CHECK(f.server->connections_open() <= 1);
}

TEST_CASE("a context that ends takes its own callers along, not those of another", "[engine][multiplexed]") {
    Fixture f;
    f.options.multiplexed_connections = 1;
    std::optional<boost::asio::io_context> other(std::in_place);
    const Multiplexed reads = f.engine().multiplexed();
    std::optional<Task> doomed;
    SECTION("while a batch is under way") {
        hang_on(*f.server, "doomed");
        doomed.emplace(*other, f.read(reads, "doomed"));
        f.until_begun(*other, 1);
    }
    SECTION("while it connects") {
        doomed.emplace(*other, f.read(reads, "doomed"));
        REQUIRE(other->run_one() == 1);
        REQUIRE(other->run_one() == 1);
    }
    SECTION("before anything has begun") {
        doomed.emplace(*other, f.read(reads, "doomed"));
        REQUIRE(other->run_one() == 1);
    }
    const Task waiting = f.start(reads, "waiting");
    f.context.poll();
    CHECK_FALSE(waiting.done());
    other.reset();
    f.context.restart();
    f.context.run();
    CHECK(waiting.done());
    CHECK(f.outcomes == Outcomes{{"waiting", "rows"}});
    CHECK(f.server->connections_open() == 1);
}

TEST_CASE("a context whose own reads are answered is not kept busy by those of others", "[engine][multiplexed]") {
    Fixture f;
    f.options.multiplexed_connections = 1;
    boost::asio::io_context other;
    const Multiplexed reads = f.engine().multiplexed();
    const Task mine = f.start(reads, "a");
    while (f.server->batches_begun() < 1) REQUIRE(f.context.run_one() == 1);
    const Task theirs(other, f.read(reads, "b"));
    other.poll();
    f.context.run();
    CHECK(mine.done());
    CHECK(f.log() == Log{"1: a"});
    other.restart();
    other.run();
    CHECK(theirs.done());
    CHECK(f.log() == Log{"1: a", "1: b"});
}

TEST_CASE("a context that ends with everything under way leaks nothing", "[engine][multiplexed]") {
    auto server = std::make_shared<FakeServer>();
    {
        Fixture f;
        f.server = server;
        hang_on(*server, "a");
        const Multiplexed reads = f.engine().multiplexed();
        const auto tasks = f.start_all(reads, "ab");
        f.until_begun(1);
        const auto more = f.start_all(reads, "cd");
        f.context.run_one();
    }
    server->before_batch = nullptr;
    CHECK(server->connections_open() == 0);
    CHECK(server.use_count() == 1);
}

TEST_CASE("the handle may go while reads are under way", "[engine][multiplexed]") {
    Fixture f;
    std::optional<AsyncEngine> engine(f.engine());
    std::vector<Task> tasks = f.start_all(engine->multiplexed(), "ab");
    engine.reset();
    f.context.run();
    CHECK(f.outcomes == Outcomes{{"a", "rows"}, {"b", "rows"}});
    CHECK(f.server->connections_open() == 0);
}
