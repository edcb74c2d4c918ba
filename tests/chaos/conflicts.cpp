// Conflicts between transactions, and transactions that the server ends on its own (faults F18, F19, F32).
#include "chaos/chaos.hpp"

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;

/// Locks `first`, waits until both have theirs, then wants `second`.
awaitable<void> cross(Stage& stage, AsyncEngine engine, std::int64_t first, std::int64_t second, int& locked, std::vector<std::string>& outcomes) {
    auto connection = co_await engine.begin();
    co_await connection.run_text(stage.update(first));
    ++locked;
    co_await until([&] { return locked == 2; });
    const std::string what = co_await failure(connection.run_text(stage.update(second)));
    outcomes.push_back(what);
    if (what.empty()) {
        co_await connection.commit();
        co_return;
    }
    // The server may have ended the transaction already: nothing that follows may be committed by itself.
    CHECK_THROWS_AS(connection.run_text(stage.insert(99)), azoth::PendingRollbackError);
    CHECK_THROWS_AS(connection.commit(), azoth::PendingRollbackError);
    co_await connection.rollback();
}

}  // namespace

TEST_CASE("deadlock: the victim may try again, and its session refuses work until rollback", "[chaos][F18][F32]") {
    on_each_server([](Stage& stage) {
        stage.beside.execute(stage.insert(1));
        stage.beside.execute(stage.insert(2));
        auto options = Stage::one_connection();
        options.pool_size = 2;
        const auto engine = stage.engine(options);
        int locked = 0;
        std::vector<std::string> outcomes;
        stage.run(cross(stage, engine, 1, 2, locked, outcomes), cross(stage, engine, 2, 1, locked, outcomes));
        REQUIRE(outcomes.size() == 2);
        const bool first_failed = !outcomes[0].empty();
        CHECK(outcomes[first_failed ? 0 : 1].starts_with("DeadlockDetected"));
        CHECK(outcomes[first_failed ? 1 : 0].empty());
        // What the survivor did, once each, and nothing of the victim's.
        CHECK(stage.rows("id IN (1, 2) AND v = 2") == 2);
        CHECK(stage.rows("id = 99") == 0);
        check_healthy(stage, engine);
    });
}

TEST_CASE("a lock that does not come in time", "[chaos][F10][F18]") {
    on_each_server([](Stage& stage) {
        const auto engine = stage.engine();
        stage.beside.begin(stage.update(0));
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto connection = co_await through_gate.begin();
            const auto before = co_await session_number(connection, on.product);
            co_await connection.run_text(on.product.lock_timeout);
            bool retryable = false;
            std::string what;
            try {
                co_await connection.run_text(on.update(0));
            } catch (const azoth::LockTimeout& error) {
                retryable = error.retryable();
                what = error.what();
            }
            CHECK(!what.empty());
            CHECK(retryable);
            co_await connection.rollback();
            const auto after = co_await session_number(connection, on.product);
            CHECK(before == after);
            co_await connection.rollback();
        }(stage, engine));
        stage.beside.end();
        check_healthy(stage, engine);
    });
}

TEST_CASE("a row that another transaction has changed since the snapshot", "[chaos][F19]") {
    on_each_server([](Stage& stage) {
        if (stage.product.name != "PostgreSQL") return;
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            azoth::TransactionOptions options;
            options.isolation = azoth::Isolation::repeatable_read;
            auto connection = co_await through_gate.begin(options);
            co_await ask(connection, "SELECT v AS n FROM " + on.table + " WHERE id = 0");
            on.beside.execute(on.update(0));
            const std::string what = co_await failure(connection.run_text(on.update(0)));
            CHECK(what.starts_with("SerializationFailure"));
            CHECK_THROWS_AS(connection.run_text(on.insert(99)), azoth::PendingRollbackError);
            co_await connection.rollback();
        }(stage, engine));
        CHECK(stage.rows("id = 0 AND v = 1") == 1);
        CHECK(stage.rows("id = 99") == 0);
        check_healthy(stage, engine);
    });
}

TEST_CASE("the server closes a session that idles in its transaction: its words are told", "[chaos][F13][F32]") {
    on_each_server([](Stage& stage) {
        if (stage.product.name != "PostgreSQL") return;
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto connection = co_await through_gate.begin();
            co_await connection.run_text(on.insert(1));
            co_await connection.run_text("SET LOCAL idle_in_transaction_session_timeout = '20ms'");
            co_await until([&] { return on.sessions() == 0; });
            const std::string what = co_await failure(connection.run_text(on.insert(2)));
            CHECK(what.starts_with("ConnectionLost"));
            CHECK(what.find("idle-in-transaction") != std::string::npos);
            CHECK_THROWS_AS(connection.run_text(on.insert(3)), azoth::PendingRollbackError);
            co_await connection.rollback();
            co_await connection.run_text(on.insert(4));
            co_await connection.commit();
        }(stage, engine));
        CHECK(stage.rows() == 1);
        CHECK(stage.rows("id = 4") == 1);
        check_healthy(stage, engine);
    });
}
