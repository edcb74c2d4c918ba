// COMMIT whose answer is lost, COMMIT that is refused, COMMIT of what has failed (faults F3, F19).
#include "chaos/chaos.hpp"

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;

/// Begins, inserts row 1, lets `before_commit` do its harm, commits; tells what came of it.
awaitable<void> unit(Stage& stage, AsyncEngine engine, std::function<void()> before_commit, std::optional<std::string>& outcome) {
    auto connection = co_await engine.begin();
    co_await connection.run_text(stage.insert(1));
    before_commit();
    outcome = co_await failure(connection.commit());
    co_await connection.rollback();
}

}  // namespace

TEST_CASE("COMMIT's answer is lost after the server has committed: never reported as failed", "[chaos][F3]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        std::optional<std::string> outcome;
        bool committing = false;
        stage.run(unit(stage, engine,
                       [&] {
                           stage.gate.hold(Way::to_client);
                           committing = true;
                       },
                       outcome),
                  [](Stage& on, bool& begun) -> awaitable<void> {
                      co_await until([&] { return begun && on.rows() == 1; });
                      on.gate.cut();
                      on.gate.pass();
                  }(stage, committing));
        CAPTURE(*outcome);
        CHECK((outcome->empty() || outcome->starts_with("CommitOutcomeUnknown")));
        CHECK(stage.rows() == 1);
        check_healthy(stage, engine);
    });
}

TEST_CASE("COMMIT never reaches the server: unknown or certainly undone, never done", "[chaos][F3]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        std::optional<std::string> outcome;
        std::optional<std::size_t> sent;
        stage.run(unit(stage, engine,
                       [&] {
                           stage.gate.hold(Way::to_server);
                           sent = stage.gate.counts().to_server;
                       },
                       outcome),
                  [](Stage& on, std::optional<std::size_t>& so_far) -> awaitable<void> {
                      co_await until([&] { return so_far && on.gate.counts().to_server > *so_far; });
                      on.gate.cut();
                      on.gate.pass();
                  }(stage, sent));
        CAPTURE(*outcome);
        CHECK((outcome->starts_with("ConnectionLost") || outcome->starts_with("CommitOutcomeUnknown")));
        CHECK(stage.rows() == 0);
        check_healthy(stage, engine);
    });
}

TEST_CASE("COMMIT is cut in the middle of the message", "[chaos][F3]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        std::optional<std::string> outcome;
        bool committing = false;
        stage.run(unit(stage, engine,
                       [&] {
                           stage.gate.reset_after(Way::to_server, 3);
                           committing = true;
                       },
                       outcome),
                  [](Stage& on, bool& begun) -> awaitable<void> {
                      // Connections that ask for the outcome are cut too until the gate passes.
                      co_await until([&] { return begun && on.gate.counts().open == 0; });
                      on.gate.pass();
                  }(stage, committing));
        CAPTURE(*outcome);
        CHECK((outcome->starts_with("ConnectionLost") || outcome->starts_with("CommitOutcomeUnknown")));
        CHECK(stage.rows() == 0);
        check_healthy(stage, engine);
    });
}

TEST_CASE("a constraint that is checked at COMMIT fails it for certain", "[chaos][F19]") {
    on_each_server([](Stage& stage) {
        if (stage.product.name != "PostgreSQL") return;
        stage.beside.execute("CREATE TABLE " + stage.tag + ".late (id BIGINT UNIQUE DEFERRABLE INITIALLY DEFERRED)");
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto connection = co_await through_gate.begin();
            co_await connection.run_text("INSERT INTO " + on.tag + ".late VALUES (1)");
            co_await connection.run_text("INSERT INTO " + on.tag + ".late VALUES (1)");
            const std::string what = co_await failure(connection.commit());
            CHECK(what.starts_with("UniqueViolation"));
            CHECK_THROWS_AS(connection.run_text("SELECT 1"), azoth::PendingRollbackError);
            co_await connection.rollback();
            co_await connection.run_text("INSERT INTO " + on.tag + ".late VALUES (2)");
            co_await connection.commit();
        }(stage, engine));
        CHECK(stage.beside.number("SELECT sum(id) AS n FROM " + stage.tag + ".late") == 2);
        check_healthy(stage, engine);
    });
}

TEST_CASE("write skew: one of two serializable transactions fails, also at COMMIT", "[chaos][F19]") {
    on_each_server([](Stage& stage) {
        if (stage.product.name != "PostgreSQL") return;
        auto options = Stage::one_connection();
        options.pool_size = 2;
        options.isolation_level = azoth::Isolation::serializable;
        const auto engine = stage.engine(options);
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto one = co_await through_gate.begin();
            auto two = co_await through_gate.begin();
            // Both statements of both are done before either commits: the second COMMIT is what fails.
            const auto seen = "SELECT count(*) AS n FROM " + on.table;
            co_await ask(one, seen);
            co_await ask(two, seen);
            co_await one.run_text(on.insert(1));
            co_await two.run_text(on.insert(2));
            co_await one.commit();
            const std::string what = co_await failure(two.commit());
            CHECK(what.starts_with("SerializationFailure"));
            co_await two.rollback();
            // Once more it goes through.
            co_await ask(two, seen);
            co_await two.run_text(on.insert(2));
            co_await two.commit();
        }(stage, engine));
        CHECK(stage.rows() == 2);
        check_healthy(stage, engine);
    });
}
