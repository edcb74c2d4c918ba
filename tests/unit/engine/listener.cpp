// listen(): what is sent for it, what ends it, and that its connection never goes back to the pool.
#include <azoth/azoth.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace azoth;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using azoth::test::Task;
using Log = std::vector<std::string>;

struct Fixture {
    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    AsyncEngine engine = create_async_engine(context.get_executor(), FakeDriver::serve(server, postgresql_dialect()));
};

}  // namespace

TEST_CASE("a stream gives notifications in order, and its connection is closed with it", "[engine][listen]") {
    Fixture f;
    f.server->notifications = {{"a\"b", "one", 7}, {"a\"b", "two", 7}};
    const auto work = [&]() -> awaitable<void> {
        auto stream = co_await f.engine.listen("a\"b");
        const Notification one = co_await stream.next();
        const Notification two = co_await stream.next();
        CHECK(one.payload == "one");
        CHECK(one.channel == "a\"b");
        CHECK(one.sender == 7);
        CHECK(two.payload == "two");
        CHECK(f.engine.pool().status().checked_out == 1);
    };
    run(f.context, work());
    CHECK(f.server->statements() == Log{"LISTEN \"a\"\"b\""});
    CHECK(f.engine.pool().status().checked_out == 0);
    CHECK(f.engine.pool().status().idle == 0);
    CHECK(f.server->connections_open() == 0);
}

TEST_CASE("a cancelled wait leaves the stream as it was", "[engine][listen]") {
    Fixture f;
    f.server->notifications = {{"c", "kept", 1}};
    const auto work = [&]() -> awaitable<void> {
        auto stream = co_await f.engine.listen("c");
        const auto wait = [&]() -> awaitable<void> { co_await stream.next(); };
        f.server->hang_next();
        auto waiting = std::make_unique<Task>(f.context, wait());
        boost::asio::steady_timer turn(f.context, std::chrono::milliseconds(0));
        for (int i = 0; i < 5; ++i) {
            turn.expires_after(std::chrono::milliseconds(0));
            co_await turn.async_wait(boost::asio::use_awaitable);
        }
        bool refused = false;
        try {
            co_await stream.next();
        } catch (const ConcurrentUseError&) {
            refused = true;
        }
        CHECK(refused);
        waiting->cancel();
        while (!waiting->done()) {
            turn.expires_after(std::chrono::milliseconds(0));
            co_await turn.async_wait(boost::asio::use_awaitable);
        }
        CHECK(waiting->cancelled());
        const Notification kept = co_await stream.next();
        CHECK(kept.payload == "kept");
    };
    run(f.context, work());
}

TEST_CASE("a lost connection ends the stream; so does close()", "[engine][listen]") {
    Fixture f;
    f.server->notifications = {};
    int lost = 0;
    int closed = 0;
    const auto work = [&]() -> awaitable<void> {
        auto stream = co_await f.engine.listen("c");
        for (int i = 0; i < 2; ++i) {
            try {
                co_await stream.next();
            } catch (const ConnectionLost&) {
                ++lost;
            } catch (const ResourceClosedError&) {
                ++closed;
            }
        }
        CHECK(stream.closed());
        auto other = co_await f.engine.listen("c");
        other.close();
        other.close();
        CHECK(other.closed());
        try {
            co_await other.next();
        } catch (const ResourceClosedError&) {
            ++closed;
        }
    };
    run(f.context, work());
    CHECK(lost == 1);
    CHECK(closed == 2);
    CHECK(f.engine.pool().status().checked_out == 0);
    CHECK(f.server->connections_open() == 0);
}

TEST_CASE("a connection that died while it idled is replaced; a new one that dies is reported", "[engine][listen]") {
    Fixture f;
    const auto work = [&]() -> awaitable<void> {
        auto connection = co_await f.engine.connect();
        co_await connection.run_text("S");
        co_await connection.commit();
        co_await connection.close();
        f.server->on_statement = [](int number, BatchItem&) {
            if (number == 1) throw ConnectionLost("gone");
        };
        auto stream = co_await f.engine.listen("c");
        CHECK(f.server->connections_made() == 2);
        f.server->on_statement = [](int, BatchItem&) { throw ConnectionLost("gone"); };
        bool lost = false;
        try {
            auto none = co_await f.engine.listen("c");
        } catch (const ConnectionLost&) {
            lost = true;
        }
        CHECK(lost);
        CHECK(f.server->connections_made() == 3);
    };
    run(f.context, work());
}

TEST_CASE("names that cannot be, and databases without notifications, are refused", "[engine][listen]") {
    Fixture f;
    const auto listen = [](AsyncEngine engine, std::string channel) -> awaitable<void> { auto stream = co_await engine.listen(channel); };
    CHECK_THROWS_AS(run(f.context, listen(f.engine, "")), ArgumentError);
    CHECK_THROWS_AS(run(f.context, listen(f.engine, std::string(64, 'x'))), ArgumentError);
    CHECK_THROWS_AS(run(f.context, listen(f.engine, std::string("a\0b", 3))), ArgumentError);
    const auto other = create_async_engine(f.context.get_executor(), FakeDriver::serve(f.server, sqlite_dialect()));
    CHECK_THROWS_AS(run(f.context, listen(other, "c")), NotSupportedError);
    CHECK(f.server->connections_made() == 0);
}
