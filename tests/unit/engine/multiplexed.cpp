// Reads that share connections, over a fake database: what travels together, what is accepted, errors, cancellation, deadlines.
#include "multiplexed.hpp"

using namespace azoth::multiplexed_test;

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
