// Prepared statements that the server has forgotten, or whose results have changed, behind the driver's back (fault F22).
#include "chaos/chaos.hpp"

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using namespace azoth::literals;

/// v of a row, by a prepared statement.
awaitable<std::int64_t> read(AsyncConnection& connection, const std::string& table, std::int64_t id) {
    const auto query = azoth::text("SELECT v AS n FROM " + table + " WHERE id = :id").bind("id"_c, id).columns(azoth::typed<std::int64_t>("n"_c));
    co_return co_await connection.scalar(query);
}

}  // namespace

TEST_CASE("ALTER TABLE under a prepared statement is healed, and leaves nothing behind on the server", "[chaos][F22]") {
    on_each_server([](Stage& stage) {
        if (stage.product.name != "PostgreSQL") return;
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto connection = co_await through_gate.connect();
            const auto session = co_await session_number(connection, on.product);
            for (int i = 0; i < 20; ++i) {
                const std::int64_t value = co_await read(connection, on.table, 0);
                CHECK(value == 0);
                co_await connection.rollback();
                on.beside.execute("ALTER TABLE " + on.table + " ALTER COLUMN v TYPE " + (i % 2 == 0 ? "INTEGER" : "BIGINT"));
            }
            const auto prepared = co_await ask(connection, "SELECT count(*) AS n FROM pg_prepared_statements");
            CHECK(prepared <= 6);
            const auto still = co_await session_number(connection, on.product);
            CHECK(still == session);
            co_await connection.rollback();
        }(stage, engine));
        check_healthy(stage, engine);
    });
}

TEST_CASE("DEALLOCATE ALL and DISCARD ALL behind the driver's back are healed", "[chaos][F22]") {
    on_each_server([](Stage& stage) {
        if (stage.product.name != "PostgreSQL") return;
        const auto engine = stage.engine();
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto connection = co_await through_gate.connect();
            azoth::ExecutionOptions alone;
            alone.autocommit = true;
            const std::vector<std::string> all{"DEALLOCATE ALL", "DISCARD ALL", "DISCARD PLANS"};
            for (const std::string& forget : all) {
                co_await read(connection, on.table, 0);
                co_await connection.rollback();
                co_await connection.run_text(forget, alone);
                const std::int64_t value = co_await read(connection, on.table, 0);
                CHECK(value == 0);
                co_await connection.rollback();
            }
            // In the middle of a transaction nothing can be run again: an error, and it works after the rollback.
            co_await read(connection, on.table, 0);
            co_await connection.run_text(on.insert(1));
            co_await connection.run_text("DEALLOCATE ALL");
            const std::string what = co_await failure(read(connection, on.table, 0));
            CHECK(!what.empty());
            co_await connection.rollback();
            const std::int64_t value = co_await read(connection, on.table, 0);
            CHECK(value == 0);
            co_await connection.rollback();
        }(stage, engine));
        CHECK(stage.rows() == 0);
        check_healthy(stage, engine);
    });
}
