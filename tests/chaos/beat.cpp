// A database that does not answer never stops the event loop: a timer beside it keeps its beat, with TLS on and off.
#include "chaos/chaos.hpp"

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;

/// A timer that ticks every millisecond until it is told to stop.
class Beat {
public:
    explicit Beat(boost::asio::io_context& context) : timer_(context) { next(); }
    int ticks() const { return ticks_; }
    void stop() {
        stopped_ = true;
        timer_.cancel();
    }

private:
    void next() {
        timer_.expires_after(std::chrono::milliseconds(1));
        timer_.async_wait([this](const boost::system::error_code&) {
            if (stopped_) return;
            ++ticks_;
            next();
        });
    }

    boost::asio::steady_timer timer_;
    int ticks_ = 0;
    bool stopped_ = false;
};

/// While `stuck` is so, and the task does not end, the timer ticks; then `release` lets it go. Were the loop blocked, nothing here would run.
awaitable<void> watch(Beat& beat, const Task& task, std::function<bool()> stuck, std::function<void()> release, int& ticks) {
    co_await until(stuck);
    const int before = beat.ticks();
    co_await until([&] { return beat.ticks() >= before + 20; });
    CHECK(!task.done());
    CHECK(stuck());
    ticks = beat.ticks() - before;
    release();
    co_await until([&] { return task.done(); });
    beat.stop();
}

void keep_beat(Stage& stage, awaitable<void> work, std::function<bool()> stuck, std::function<void()> release, bool fails) {
    stage.context.restart();
    Beat beat(stage.context);
    const Task task(stage.context, std::move(work));
    int ticks = 0;
    const Task watcher(stage.context, watch(beat, task, std::move(stuck), std::move(release), ticks));
    stage.context.run();
    REQUIRE(watcher.done());
    CHECK_NOTHROW(watcher.check());
    CHECK(ticks >= 20);
    REQUIRE(task.done());
    if (fails) {
        CHECK_THROWS(task.check());
    } else {
        CHECK_NOTHROW(task.check());
    }
}

}  // namespace

TEST_CASE("the beat goes on beside a connect that is not answered", "[chaos][beat]") {
    on_each_server_plain_and_tls([](Stage& stage, bool encrypted) {
        for (const std::size_t bytes : {0U, 1U, 60U}) {  // nothing at all, the answer about TLS, some of the handshake
            CAPTURE(bytes);
            const auto engine = stage.engine(Stage::one_connection(), encrypted);
            stage.gate.hold_after(Way::to_client, bytes);
            keep_beat(
                stage, [](AsyncEngine on) -> awaitable<void> { auto connection = co_await on.connect(); }(engine),
                [&] { return stage.gate.counts().open == 1; }, [&] { stage.gate.pass(); }, false);
            check_healthy(stage, engine);
            stage.run(engine.dispose());
            stage.gate.wait([](const Gate::Counts& counts) { return counts.open == 0; });
        }
    });
}

TEST_CASE("the beat goes on beside a query that waits", "[chaos][beat]") {
    on_each_server_plain_and_tls([](Stage& stage, bool encrypted) {
        const auto engine = stage.engine(Stage::one_connection(), encrypted);
        check_healthy(stage, engine);
        stage.beside.begin(stage.update(0));
        keep_beat(
            stage,
            [](AsyncEngine on, std::string sql) -> awaitable<void> {
                auto connection = co_await on.begin();
                co_await connection.run_text(sql);
                co_await connection.commit();
            }(engine, stage.update(0)),
            [&] { return stage.active() == 1; }, [&] { stage.beside.end(); }, false);
        CHECK(stage.rows("id = 0 AND v = 1") == 1);
        check_healthy(stage, engine);
    });
}

TEST_CASE("the beat goes on while a cancelled query cannot be stopped", "[chaos][beat]") {
    on_each_server_plain_and_tls([](Stage& stage, bool encrypted) {
        const auto engine = stage.engine(Stage::one_connection(), encrypted);
        check_healthy(stage, engine);
        stage.beside.begin(stage.update(0));
        bool blocked = false;
        // Timed out, and the request to stop it is swallowed on its way: the statement still waits at the server.
        keep_beat(
            stage,
            [](Stage& on, AsyncEngine through_gate, bool& holes) -> awaitable<void> {
                auto connection = co_await through_gate.begin();
                azoth::ExecutionOptions execution;
                execution.statement_timeout = std::chrono::seconds(2);  // long enough to be seen waiting
                on.gate.hold_after(Way::to_server, 20000);
                holes = true;
                co_await connection.run_text(on.update(0), execution);
            }(stage, engine, blocked),
            [&, held = false]() mutable {
                if (!blocked || stage.active() != 1) return false;
                if (!held) stage.gate.black_hole();
                held = true;
                return stage.gate.counts().accepted >= 2;  // the request has come this far
            },
            [&] {
                stage.gate.cut();
                stage.gate.pass();
            },
            true);
        stage.beside.end();
        check_healthy(stage, engine);
    });
}

TEST_CASE("the beat goes on while connections to a peer that has vanished are closed", "[chaos][beat]") {
    on_each_server_plain_and_tls([](Stage& stage, bool encrypted) {
        const auto engine = stage.engine(Stage::one_connection(), encrypted);
        check_healthy(stage, engine);
        stage.context.restart();
        Beat beat(stage.context);
        int ticks = 0;
        const Task task(stage.context, [](Stage& on, AsyncEngine through_gate, Beat& beside, int& after) -> awaitable<void> {
            auto connection = co_await through_gate.begin();
            co_await connection.run_text(on.insert(1));
            on.gate.black_hole();
            connection.invalidate();
            co_await connection.close();
            co_await through_gate.dispose();
            const int before = beside.ticks();
            co_await until([&] { return beside.ticks() >= before + 20; });
            after = beside.ticks() - before;
            on.gate.cut();
            on.gate.pass();
            beside.stop();
        }(stage, engine, beat, ticks));
        stage.context.run();
        REQUIRE(task.done());
        CHECK_NOTHROW(task.check());
        CHECK(ticks >= 20);
        CHECK(stage.rows() == 0);
        check_healthy(stage, engine);
    });
}
