// Reads that share connections, over a fake database: what travels together, errors, cancellation, deadlines, lost connections, contexts that end.
#include <azoth/azoth.hpp>

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
using Outcomes = std::map<std::string, std::string>;

// Of "SELECT a" the "a".
std::string name_of(const std::string& sql) { return sql.substr(7); }

struct Fixture {
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    boost::asio::io_context context;
    EngineOptions options;
    Outcomes outcomes;

    AsyncEngine engine() { return create_async_engine(context.get_executor(), FakeDriver::serve(server, postgresql_dialect()), options); }

    awaitable<void> read(Multiplexed reads, std::string name, std::chrono::milliseconds timeout = 0ms) {
        ExecutionOptions how;
        how.statement_timeout = timeout;
        const auto statement = select(literal_column<std::int64_t>(name)).execution_options(how);
        std::string outcome = "rows";
        try {
            auto result = co_await reads.execute(statement);
        } catch (const Error& error) {
            outcome = error.message();
        }
        outcomes[name] = outcome;
    }
    Task start(const Multiplexed& reads, const std::string& name, std::chrono::milliseconds timeout = 0ms) { return Task(context, read(reads, name, timeout)); }
    std::vector<Task> start_all(const Multiplexed& reads, const std::string& names) {
        std::vector<Task> tasks;
        for (const char name : names) tasks.push_back(start(reads, std::string(1, name)));
        return tasks;
    }
    /// Goes on until so many batches have been given to connections, and nothing more happens by itself.
    void until_begun(int batches) { until_begun(context, batches); }
    void until_begun(boost::asio::io_context& on, int batches) const {
        while (server->batches_begun() < batches) REQUIRE(on.run_one() == 1);
        on.poll();
    }
    /// A line for each batch, "connection: a; b !", where ! marks what failed.
    Log log() const {
        Log short_log;
        for (const std::string& line : server->log()) {
            std::string names = line;
            for (std::size_t at = names.find("SELECT "); at != std::string::npos; at = names.find("SELECT ")) names.erase(at, 7);
            short_log.push_back(std::move(names));
        }
        return short_log;
    }
};

// The batch that holds this read hangs, the first time.
void hang_on(FakeServer& server, const std::string& name) {
    server.before_batch = [&server, name, done = false](int, const Batch& batch) mutable {
        for (const BatchItem& item : batch.items) {
            if (!done && name_of(item.statement->sql) == name) {
                done = true;
                server.hang_next();
            }
        }
    };
}

// This read costs its connection, so many times.
void lose_on(FakeServer& server, const std::string& name, int times) {
    server.on_statement = [name, times](int, BatchItem& item) mutable {
        if (name_of(item.statement->sql) == name && times-- > 0) throw ConnectionLost("gone");
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
    CHECK(f.log() == Log{"1: a; b; c", "1: a; b; c", "1: a; b; c"});
    CHECK(f.server->read_only_connections() == 1);
    CHECK(engine.pool().status().idle == 0);
    CHECK(f.server->connections_open() == 1);  // parked, and nothing is left to wait for
    f.context.restart();
    run(f.context, f.read(engine.multiplexed(), "d"));
    CHECK(f.log().back() == "1: d");
}

TEST_CASE("32 callers, 10 reads each: ten batches", "[engine][multiplexed]") {
    Fixture f;
    const Multiplexed reads = f.engine().multiplexed();
    const auto reader = [&](std::string name) -> awaitable<void> {
        for (int i = 0; i < 10; ++i) co_await f.read(reads, name);
    };
    std::vector<Task> tasks;
    for (int i = 0; i < 32; ++i) tasks.emplace_back(f.context, reader("r" + std::to_string(i)));
    f.context.run();
    CHECK(f.server->statements().size() == 320);
    CHECK(f.server->log().size() == 10);
    CHECK(f.outcomes.size() == 32);
}

TEST_CASE("what fails fails alone, whatever travels with it", "[engine][multiplexed]") {
    Fixture f;
    f.server->on_statement = [](int, BatchItem& item) {
        if (name_of(item.statement->sql).starts_with('x')) throw ProgrammingError("no such thing");
    };
    const Multiplexed reads = f.engine().multiplexed();
    std::vector<Task> tasks;
    for (const char* name : {"a", "x1", "b", "x2", "c"}) tasks.push_back(f.start(reads, name));
    f.context.run();
    CHECK(f.outcomes == Outcomes{{"a", "rows"}, {"b", "rows"}, {"c", "rows"}, {"x1", "no such thing"}, {"x2", "no such thing"}});
    CHECK(f.log() == Log{"1: a; x1 !", "1: b; x2 !", "1: c"});
}

TEST_CASE("only plain SELECTs share a connection", "[engine][multiplexed]") {
    struct Country {
        std::string code{};
        static constexpr auto mapping() { return table("countries", column<&Country::code>(length(2), primary_key)); }
    };
    Fixture f;
    const Multiplexed reads = f.engine().multiplexed();
    std::string why;
    const auto refused = [&](auto statement) -> awaitable<void> {
        why.clear();
        try {
            auto result = co_await reads.execute(statement);
        } catch (const ArgumentError& error) {
            why = error.message();
        }
    };
    run(f.context, refused(delete_from<Country>()));
    CHECK(why.find("writes or locks") != std::string::npos);
    run(f.context, refused(select(col<&Country::code>).with_for_update()));
    CHECK(why.find("writes or locks") != std::string::npos);
    run(f.context, refused(text("SELECT 1")));
    CHECK(why.find("text() could be anything") != std::string::npos);
    CHECK(f.server->connections_made() == 0);
}

TEST_CASE("a batch that is under way holds up nobody who comes later, as far as connections reach", "[engine][multiplexed]") {
    Fixture f;
    hang_on(*f.server, "slow");
    const Multiplexed reads = f.engine().multiplexed();
    const Task slow = f.start(reads, "slow");
    f.until_begun(1);
    const Task quick = f.start(reads, "quick");
    while (!quick.done()) f.context.run_one();
    CHECK_FALSE(slow.done());
    CHECK(f.server->connections_made() == 2);
    f.server->let_go();
    f.context.run();
    CHECK(slow.done());
    CHECK(f.log() == Log{"2: quick", "1: slow"});
}

TEST_CASE("no more connections than are allowed", "[engine][multiplexed]") {
    Fixture f;
    f.options.multiplexed_connections = 1;
    hang_on(*f.server, "a");
    const Multiplexed reads = f.engine().multiplexed();
    const Task first = f.start(reads, "a");
    f.until_begun(1);
    const auto others = f.start_all(reads, "bcd");
    f.context.poll();
    CHECK(f.server->connections_made() == 1);
    f.server->let_go();
    f.context.run();
    CHECK(f.log() == Log{"1: a", "1: b; c; d"});
    f.options.multiplexed_connections = 0;
    CHECK_THROWS_AS(f.engine(), ArgumentError);
}

TEST_CASE("a cancelled caller leaves the others their answers", "[engine][multiplexed]") {
    Fixture f;
    hang_on(*f.server, "b");
    const AsyncEngine engine = f.engine();
    const Multiplexed reads = engine.multiplexed();
    auto tasks = f.start_all(reads, "abc");
    f.until_begun(1);
    SECTION("one of a batch: its answer is thrown away") {
        tasks[1].cancel();
        f.context.poll();
        CHECK(tasks[1].cancelled());
        CHECK_FALSE(tasks[0].done());
        f.server->let_go();
        f.context.run();
        CHECK(f.outcomes == Outcomes{{"a", "rows"}, {"c", "rows"}});
        CHECK(f.log() == Log{"1: a; b; c"});
        CHECK(f.server->connections_open() == 1);
    }
    SECTION("all of them: the batch is broken off") {
        for (Task& task : tasks) task.cancel();
        f.context.run();
        CHECK(f.outcomes.empty());
        CHECK(f.log().empty());
        CHECK(f.server->connections_open() == 0);
    }
    f.context.restart();
    run(f.context, f.read(reads, "z"));
    CHECK(f.outcomes["z"] == "rows");
}

TEST_CASE("a caller that leaves the queue is never sent", "[engine][multiplexed]") {
    Fixture f;
    f.options.multiplexed_connections = 1;
    hang_on(*f.server, "a");
    const Multiplexed reads = f.engine().multiplexed();
    const auto first = f.start_all(reads, "a");
    f.until_begun(1);
    auto later = f.start_all(reads, "bc");
    f.context.poll();
    later[0].cancel();
    f.server->let_go();
    f.context.run();
    CHECK(later[0].cancelled());
    CHECK(f.log() == Log{"1: a", "1: c"});
}

TEST_CASE("a deadline is its caller's own", "[engine][multiplexed]") {
    Fixture f;
    hang_on(*f.server, "unlimited");
    const Multiplexed reads = f.engine().multiplexed();
    std::vector<Task> tasks;
    tasks.push_back(f.start(reads, "limited", 5ms));
    tasks.push_back(f.start(reads, "unlimited"));
    while (!tasks[0].done()) f.context.run_one();
    CHECK(f.outcomes == Outcomes{{"limited", "the read did not end within its time limit"}});
    f.server->let_go();
    f.context.run();
    CHECK(f.outcomes["unlimited"] == "rows");
}

TEST_CASE("when every deadline of a batch has passed it is broken off", "[engine][multiplexed]") {
    Fixture f;
    f.options.statement_timeout = 5ms;
    hang_on(*f.server, "a");
    const Multiplexed reads = f.engine().multiplexed();
    const auto tasks = f.start_all(reads, "ab");
    f.context.run();
    CHECK(f.outcomes.size() == 2);
    CHECK(f.outcomes["a"] == "the read did not end within its time limit");
    CHECK(f.outcomes["b"] == "the read did not end within its time limit");
    // Nobody let the batch go: run() would still wait for it.
}

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

TEST_CASE("the only connection of a database in memory is borrowed from the pool for each read", "[engine][multiplexed]") {
    Fixture f;
    f.server->single = true;
    const AsyncEngine engine = f.engine();
    const auto test = [&]() -> awaitable<void> {
        co_await f.read(engine.multiplexed(), "a");
        auto connection = co_await engine.connect();
        co_await connection.run_text("W");
        co_await connection.commit();
        co_await connection.close();
        co_await f.read(engine.multiplexed(), "b");
    };
    run(f.context, test());
    CHECK(f.server->connections_made() == 1);
    CHECK(f.server->read_only_connections() == 0);
    CHECK(f.server->statements().size() == 5);  // a, BEGIN, W, COMMIT, b
    CHECK(f.outcomes.size() == 2);
    CHECK(f.server->unclean() == 0);
}

TEST_CASE("observers see each read once, with the size of its batch", "[engine][multiplexed]") {
    struct Seen final : Observer {
        void on_statement(const StatementEvent& event) override {
            all.push_back(name_of(std::string(event.sql)) + (event.error ? " failed" : "") + " of " + std::to_string(event.batch_size));
        }
        Log all;
    };
    Fixture f;
    f.server->on_statement = [](int, BatchItem& item) {
        if (name_of(item.statement->sql) == "x") throw ProgrammingError("no such thing");
    };
    const AsyncEngine engine = f.engine();
    const auto seen = std::make_shared<Seen>();
    engine.observe(seen);
    const auto tasks = f.start_all(engine.multiplexed(), "axb");
    f.context.run();
    CHECK(seen->all == Log{"a of 3", "x failed of 3", "b of 1"});
}
