// Shared connections that die, callers that leave, contexts that end: with 32 reads in flight at a time.
#include "chaos/chaos.hpp"

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::Multiplexed;

constexpr int readers = 32;

struct Row {
    std::int64_t id{};
    std::int64_t v{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("t", column<&Row::id>(primary_key), column<&Row::v>());
    }
};

/// Reads a row of its own: "" when it got that, else what went wrong.
awaitable<std::string> read(Multiplexed reads, std::int64_t number) {
    std::string what;
    try {
        const auto query = azoth::select(azoth::col<&Row::id> + number).where(azoth::col<&Row::id> == 0);
        auto result = co_await reads.execute(query);
        if (result.scalar_one() != number) what = "another one's answer";
    } catch (const azoth::ConnectionLost&) {
        what = "lost";
    } catch (const azoth::Error& error) {
        what = error.what();
    }
    co_return what;
}

awaitable<void> read_often(Multiplexed reads, std::int64_t number, int times, std::string& what) {
    for (int i = 0; i < times; ++i) {
        const std::string outcome = co_await read(reads, number);
        if (!outcome.empty()) what = outcome;
    }
}

/// An engine with one shared connection through the gate, warm, and what its readers met.
struct Readers {
    explicit Readers(Stage& on) : stage(on), engine(on.engine(options())), reads(engine.multiplexed()) {
        stage.run([](Multiplexed through_gate) -> awaitable<void> {
            const std::string what = co_await read(through_gate, 1);
            if (!what.empty()) throw std::logic_error(what);
        }(reads));
        outcomes.assign(readers, "not asked");
    }
    static azoth::EngineOptions options() {
        auto result = Stage::one_connection();
        result.multiplexed_connections = 1;
        return result;
    }
    void start(int times = 1) {
        for (int i = 0; i < readers; ++i) {
            std::string& outcome = outcomes[static_cast<std::size_t>(i)];
            outcome.clear();
            tasks.emplace_back(stage.context, read_often(reads, 100 + i, times, outcome));
        }
        stage.context.restart();
    }
    /// Starts them, and goes on until the server has answered all: the gate keeps that back.
    void start_held() {
        const auto before = stage.gate.counts().to_client;
        stage.gate.hold(Way::to_client);
        start();
        const Task conductor(stage.context, [](Stage& on, std::size_t had) -> awaitable<void> { co_await until([&] { return on.gate.counts().to_client > had; }); }(stage, before));
        while (!conductor.done()) stage.context.run_one();
        CHECK_NOTHROW(conductor.check());
    }
    void finish() {
        stage.context.run();
        for (const Task& task : tasks) CHECK(task.done());
        tasks.clear();
    }
    std::int64_t session() const { return stage.beside.number(std::string("SELECT min(") + stage.product.session + ") AS n " + stage.product.sessions(stage.tag)); }
    std::size_t count(const std::string& outcome) const { return static_cast<std::size_t>(std::count(outcomes.begin(), outcomes.end(), outcome)); }

    Stage& stage;
    AsyncEngine engine;
    Multiplexed reads;
    std::vector<std::string> outcomes;
    std::vector<Task> tasks;
};

}  // namespace

TEST_CASE("the shared connection is killed under 32 reads: they are asked again", "[chaos][multiplexed]") {
    on_each_server([](Stage& stage) {
        Readers all(stage);
        all.start_held();
        stage.kill();
        stage.gate.cut();  // what the server had answered never arrives
        stage.gate.pass();
        all.finish();
        CHECK(all.count("") == readers);
        stage.run(all.engine.dispose());
        check_healthy(stage, all.engine);
    });
}

TEST_CASE("a shared connection cut after every few bytes costs nobody a wrong answer", "[chaos][multiplexed]") {
    on_each_server([](Stage& stage) {
        Readers all(stage);
        for (std::size_t bytes = 0; bytes < 400; bytes += 37) {
            CAPTURE(bytes);
            stage.gate.cut_after(bytes % 2 == 0 ? Way::to_client : Way::to_server, bytes);
            all.start();
            const Task conductor(stage.context, [](Stage& on) -> awaitable<void> {
                co_await until([&] { return on.gate.counts().open == 0; });
                on.gate.pass();
            }(stage));
            all.finish();
            CHECK_NOTHROW(conductor.check());
            for (const std::string& outcome : all.outcomes) {
                // Who is asked again may meet the gate before it is open, and hears that no connection could be had.
                CHECK(outcome != "another one's answer");
                CHECK(outcome != "not asked");
            }
            all.start();
            all.finish();
            CHECK(all.count("") == readers);
        }
        stage.run(all.engine.dispose());
        check_healthy(stage, all.engine);
    });
}

TEST_CASE("when the server goes away 32 reads hear of it, and the next ones are served", "[chaos][multiplexed]") {
    on_each_server([](Stage& stage) {
        Readers all(stage);
        all.start_held();
        stage.gate.drop();  // whoever connects anew
        stage.gate.cut();
        all.finish();
        CHECK(all.count("") == 0);
        CHECK(all.count("another one's answer") == 0);
        stage.gate.pass();
        all.start();
        all.finish();
        CHECK(all.count("") == readers);
        stage.run(all.engine.dispose());
        check_healthy(stage, all.engine);
    });
}

TEST_CASE("one of 32 is cancelled: the others get their answers, over the same connection", "[chaos][multiplexed]") {
    on_each_server([](Stage& stage) {
        Readers all(stage);
        const std::int64_t session = all.session();
        all.start_held();
        all.tasks[7].cancel();
        all.outcomes[7] = "cancelled";
        while (!all.tasks[7].done()) stage.context.run_one();
        CHECK(all.tasks[7].cancelled());
        CHECK_FALSE(all.tasks[8].done());
        stage.gate.pass();
        all.finish();
        CHECK(all.count("") == readers - 1);
        CHECK(all.session() == session);
        stage.run(all.engine.dispose());
        check_healthy(stage, all.engine);
    });
}

TEST_CASE("a slow read that nobody waits for any more is stopped on the server", "[chaos][multiplexed]") {
    on_each_server([](Stage& stage) {
        Readers all(stage);
        const std::string sleep = std::string(stage.product.sleep_long).substr(std::string_view("SELECT ").size());
        Task sleeper(stage.context, [](Multiplexed reads, std::string slow) -> awaitable<void> {
            const auto query = azoth::select(azoth::literal_column<std::optional<std::string>>(slow));
            auto result = co_await reads.execute(query);
        }(all.reads, sleep));
        const Task conductor(stage.context, [](Stage& on, Task& sleeping) -> awaitable<void> {
            co_await until([&] { return on.active() == 1; });
            sleeping.cancel();
            co_await until([&] { return on.active() == 0; });
        }(stage, sleeper));
        stage.context.restart();
        stage.context.run();
        CHECK_NOTHROW(conductor.check());
        CHECK(sleeper.cancelled());
        all.start();
        all.finish();
        CHECK(all.count("") == readers);
        stage.run(all.engine.dispose());
        check_healthy(stage, all.engine);
    });
}

TEST_CASE("a context ends with 32 reads in flight: nothing is left behind", "[chaos][multiplexed]") {
    on_each_server([](Stage& stage) {
        std::optional<boost::asio::io_context> doomed(std::in_place);
        const auto engine = stage.engine(Readers::options());
        const Multiplexed reads = engine.multiplexed();
        std::vector<std::string> outcomes(readers);
        std::vector<Task> tasks;
        stage.gate.hold_after(Way::to_client, 4000);
        for (int i = 0; i < readers; ++i) tasks.emplace_back(*doomed, read_often(reads, i, 1000000, outcomes[static_cast<std::size_t>(i)]));
        tasks.emplace_back(*doomed, [](Stage& on) -> awaitable<void> { co_await until([&] { return on.gate.counts().to_client > 4000; }); }(stage));
        while (!tasks.back().done()) doomed->run_one();
        // A reader of another context waits for the same connection.
        std::string other;
        const Task waiting(stage.context, read_often(reads, 5, 1, other));
        stage.context.poll();
        doomed.reset();
        stage.gate.pass();
        stage.context.restart();
        stage.context.run();
        CHECK(waiting.done());
        CHECK(other.empty());
        for (const std::string& outcome : outcomes) CHECK(outcome.empty());
        stage.run(engine.dispose());
        check_healthy(stage, engine);
    });
}

TEST_CASE("32 readers, ten reads each: ten round trips on PostgreSQL", "[chaos][multiplexed]") {
    on_each_server([](Stage& stage) {
        Readers all(stage);
        const auto before = stage.gate.counts().turnarounds;
        all.start(10);
        all.finish();
        const auto round_trips = stage.gate.counts().turnarounds - before;
        CHECK(all.count("") == readers);
        if (stage.product.name == "PostgreSQL") {
            CHECK(round_trips == 10);
        } else {  // a round trip for each, one to prepare the statement, and one to end the reads of each batch
            CHECK(round_trips >= 10 * readers);
            CHECK(round_trips <= 10 * readers + 10 + 2);
        }
        stage.run(all.engine.dispose());
        check_healthy(stage, all.engine);
    });
}
