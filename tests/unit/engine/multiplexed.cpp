// Reads that share connections: what travels together, errors, cancellation, deadlines, lost connections, contexts that end.
#include <azoth/azoth.hpp>
#include <azoth/engine/multiplexed.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace azoth;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using azoth::test::Task;
using namespace std::chrono_literals;
using Log = std::vector<std::string>;

struct Fixture {
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    boost::asio::io_context context;
    EngineOptions options;
    std::map<std::string, std::string> outcomes;

    AsyncEngine engine() { return create_async_engine(context.get_executor(), FakeDriver::serve(server, postgresql_dialect()), options); }

    awaitable<void> read(Multiplexed reads, std::string sql, std::chrono::milliseconds timeout = 0ms) {
        ExecutionOptions how;
        how.statement_timeout = timeout;
        auto statement = text(sql).execution_options(how);
        try {
            auto result = co_await reads.execute(statement);
            outcomes[sql] = "rows";
        } catch (const Error& error) {
            outcomes[sql] = error.message();
        }
    }
    Task start(const Multiplexed& reads, const std::string& sql, std::chrono::milliseconds timeout = 0ms) { return Task(context, read(reads, sql, timeout)); }
};

// A batch hangs that holds this statement, the first time.
void hang_on(FakeServer& server, const std::string& sql) {
    server.before_batch = [&server, sql, done = false](int, const Batch& batch) mutable {
        for (const BatchItem& item : batch.items) {
            if (!done && item.statement->sql == sql) {
                done = true;
                server.hang_next();
            }
        }
    };
}

}  // namespace

TEST_CASE("independent reads travel together over one connection that refuses writes", "[engine][multiplexed]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    const Multiplexed reads = engine.multiplexed();
    const auto reader = [&](std::string name) -> awaitable<void> {
        for (int i = 0; i < 3; ++i) co_await f.read(reads, name);
    };
    std::vector<Task> tasks;
    for (const char* name : {"a", "b", "c"}) tasks.emplace_back(f.context, reader(name));
    f.context.run();
    const Log expected{"1: SET default_transaction_read_only=on", "1: a; b; c", "1: a; b; c", "1: a; b; c", "1: RESET default_transaction_read_only"};
    CHECK(f.server->log() == expected);
    CHECK(engine.pool().status().idle == 1);  // given back, and nothing is left to wait for
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("what fails fails alone", "[engine][multiplexed]") {
    Fixture f;
    f.server->on_statement = [](int, BatchItem& item) {
        if (item.statement->sql == "bad") throw ProgrammingError("no such thing");
    };
    const Multiplexed reads = f.engine().multiplexed();
    std::vector<Task> tasks;
    for (const char* sql : {"a", "bad", "b", "c"}) tasks.push_back(f.start(reads, sql));
    f.context.run();
    CHECK(f.outcomes == std::map<std::string, std::string>{{"a", "rows"}, {"b", "rows"}, {"bad", "no such thing"}, {"c", "rows"}});
    CHECK(f.server->log()[1] == "1: a; bad !");
    CHECK(f.server->log()[2] == "1: b; c");
}

TEST_CASE("statements that write are refused before they are sent", "[engine][multiplexed]") {
    struct Country {
        std::string code{};
        static constexpr auto mapping() { return table("countries", column<&Country::code>(length(2), primary_key)); }
    };
    Fixture f;
    const Multiplexed reads = f.engine().multiplexed();
    const auto write = [&]() -> awaitable<void> {
        auto statement = delete_from<Country>();
        co_await reads.execute(statement);
    };
    CHECK_THROWS_AS(run(f.context, write()), InvalidRequestError);
    const auto lock = [&]() -> awaitable<void> {
        auto statement = select(col<&Country::code>).with_for_update();
        co_await reads.execute(statement);
    };
    CHECK_THROWS_AS(run(f.context, lock()), InvalidRequestError);
    CHECK(f.server->connections_made() == 0);
}

TEST_CASE("a slow batch holds up nobody who comes later", "[engine][multiplexed]") {
    Fixture f;
    hang_on(*f.server, "slow");
    const AsyncEngine engine = f.engine();
    const Multiplexed reads = engine.multiplexed();
    const Task slow = f.start(reads, "slow");
    while (f.server->batches_begun() < 2) f.context.run_one();  // SET, and the slow one
    const Task quick = f.start(reads, "quick");
    while (!quick.done()) f.context.run_one();
    CHECK_FALSE(slow.done());
    CHECK(f.server->connections_made() == 2);
    f.server->let_go();
    f.context.run();
    CHECK(slow.done());
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("a cancelled caller leaves the others their answers", "[engine][multiplexed]") {
    Fixture f;
    hang_on(*f.server, "b");
    f.options.pool_size = 1;
    f.options.max_overflow = 0;
    const AsyncEngine engine = f.engine();
    const Multiplexed reads = engine.multiplexed();
    Task a = f.start(reads, "a");
    Task b = f.start(reads, "b");
    Task c = f.start(reads, "c");
    while (f.server->batches_begun() < 2) f.context.run_one();
    SECTION("one of a batch that hangs: it is stopped, and the others are asked again") {
        b.cancel();
        f.context.run();
        CHECK(b.cancelled());
        CHECK(f.outcomes == std::map<std::string, std::string>{{"a", "rows"}, {"c", "rows"}});
    }
    SECTION("all of them") {
        a.cancel();
        b.cancel();
        c.cancel();
        f.context.run();
        CHECK(f.outcomes.empty());
        CHECK(f.server->statements().back() == "RESET default_transaction_read_only");
    }
    CHECK(engine.pool().status().checked_out == 0);
    CHECK(f.server->connections_open() == 1);
    CHECK(f.server->unclean() == 0);
}

TEST_CASE("a deadline is its caller's own", "[engine][multiplexed]") {
    Fixture f;
    hang_on(*f.server, "limited");
    const Multiplexed reads = f.engine().multiplexed();
    std::vector<Task> tasks;
    tasks.push_back(f.start(reads, "limited", 10ms));
    tasks.push_back(f.start(reads, "unlimited"));
    f.context.run();
    CHECK(f.outcomes == std::map<std::string, std::string>{{"limited", "the statement did not end within its time limit"}, {"unlimited", "rows"}});
}

TEST_CASE("a read whose connection was lost is asked again once", "[engine][multiplexed]") {
    Fixture f;
    int losses = 1;
    f.server->on_statement = [&](int, BatchItem& item) {
        if (item.statement->sql == "b" && losses-- > 0) throw ConnectionLost("gone");
    };
    const Multiplexed reads = f.engine().multiplexed();
    std::vector<Task> tasks;
    SECTION("and then answered") {
        for (const char* sql : {"a", "b"}) tasks.push_back(f.start(reads, sql));
        f.context.run();
        CHECK(f.outcomes == std::map<std::string, std::string>{{"a", "rows"}, {"b", "rows"}});
    }
    SECTION("and refused when that is lost as well") {
        losses = 2;
        for (const char* sql : {"a", "b"}) tasks.push_back(f.start(reads, sql));
        f.context.run();
        CHECK(f.outcomes["b"] == "gone");
    }
    CHECK(f.server->connections_made() == 2);
}

TEST_CASE("a connection that died while it idled is replaced unseen", "[engine][multiplexed]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    const auto use = [&]() -> awaitable<void> {
        auto connection = co_await engine.connect();
        co_await connection.run_text("S");
        co_await connection.commit();
        co_await connection.close();
    };
    run(f.context, use());
    f.server->on_statement = [](int connection, BatchItem&) {
        if (connection == 1) throw ConnectionLost("gone");
    };
    const Task task = f.start(engine.multiplexed(), "a");
    f.context.restart();
    f.context.run();
    CHECK(f.outcomes["a"] == "rows");
    CHECK(f.server->connections_made() == 2);
}

TEST_CASE("when no connection can be had all who wait hear why", "[engine][multiplexed]") {
    Fixture f;
    f.server->on_connect = [](int) { throw OperationalError("full"); };
    const Multiplexed reads = f.engine().multiplexed();
    std::vector<Task> tasks;
    for (const char* sql : {"a", "b"}) tasks.push_back(f.start(reads, sql));
    f.context.run();
    CHECK(f.outcomes == std::map<std::string, std::string>{{"a", "full"}, {"b", "full"}});
}

TEST_CASE("a context that ends takes its own callers along, not those of another", "[engine][multiplexed]") {
    Fixture f;
    std::optional<boost::asio::io_context> other(std::in_place);
    hang_on(*f.server, "doomed");
    const AsyncEngine engine = f.engine();
    const Multiplexed reads = engine.multiplexed();
    std::optional<Task> doomed(std::in_place, *other, f.read(reads, "doomed"));
    while (f.server->batches_begun() < 2) other->run_one();
    const Task waiting = f.start(reads, "waiting");
    f.context.poll();
    CHECK_FALSE(waiting.done());
    other.reset();
    f.context.restart();
    f.context.run();
    CHECK(waiting.done());
    CHECK(f.outcomes == std::map<std::string, std::string>{{"waiting", "rows"}});
    CHECK(engine.pool().status().checked_out == 0);
}

TEST_CASE("the only connection of a database in memory is given back at once", "[engine][multiplexed]") {
    Fixture f;
    f.server->single = true;
    f.server->immediate = true;
    const AsyncEngine engine = f.engine();
    const Multiplexed reads = engine.multiplexed();
    const auto test = [&]() -> awaitable<void> {
        co_await f.read(reads, "a");
        auto connection = co_await engine.connect();
        co_await connection.run_text("W");
        co_await connection.commit();
    };
    run(f.context, test());
    const Log expected{"1: SET default_transaction_read_only=on", "1: a", "1: RESET default_transaction_read_only", "1: BEGIN; W", "1: COMMIT"};
    CHECK(f.server->log() == expected);
}
