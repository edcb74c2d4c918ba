// Connections that end: killed by the server, reset and cut by the network, at every byte (faults F1, F2, F13).
#include "chaos/chaos.hpp"

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::ConnectionLost;

awaitable<void> query(AsyncEngine engine, std::string sql) {
    auto connection = co_await engine.connect();
    co_await connection.run_text(sql);
    co_await connection.commit();
}

}  // namespace

TEST_CASE("the backend is killed in the middle of a query", "[chaos][F1][F13]") {
    on_each_server([](Stage& stage) {
        auto options = Stage::one_connection();
        options.pool_size = 3;
        const auto engine = stage.engine(options);
        // Siblings: two more connections that idle when the server ends them all.
        stage.run([](AsyncEngine on) -> awaitable<void> {
            auto one = co_await on.connect();
            auto two = co_await on.connect();
            auto three = co_await on.connect();
            co_await one.run_text("SELECT 1");
            co_await two.run_text("SELECT 1");
            co_await three.run_text("SELECT 1");
            co_await one.commit();
            co_await two.commit();
            co_await three.commit();
        }(engine));
        CHECK(engine.pool().status().idle == 3);
        std::string what;
        bool lost = false;
        stage.run(
            [](AsyncEngine on, std::string sql, std::string& error_text, bool& is_lost) -> awaitable<void> {
                try {
                    co_await query(on, sql);
                } catch (const ConnectionLost& error) {
                    error_text = error.what();
                    is_lost = error.connection_lost();
                }
            }(engine, stage.product.sleep_long, what, lost),
            [](Stage& on) -> awaitable<void> {
                co_await until([&] { return on.active() == 1; });
                on.kill();
            }(stage));
        CHECK(lost);
        // The server's words where it says some, not "server closed the connection unexpectedly".
        if (stage.product.name == "PostgreSQL") CHECK(what.find("administrator command") != std::string::npos);
        // The siblings are dead as well, and nobody meets them.
        check_healthy(stage, engine);
        check_healthy(stage, engine);
    });
}

TEST_CASE("idle connections killed by the server are replaced", "[chaos][F1]") {
    on_each_server([](Stage& stage) {
        auto options = Stage::one_connection();
        options.pool_pre_ping = true;
        const auto engine = stage.engine(options);
        check_healthy(stage, engine);
        stage.kill();
        check_healthy(stage, engine);
        stage.gate.reset();
        check_healthy(stage, engine);
    });
}

namespace {

void cut_everywhere(Stage& stage, Way way, bool by_reset) {
    CAPTURE(way == Way::to_server, by_reset);
   const auto unit = [](AsyncEngine on, std::string first, std::string second) -> awaitable<void> {
        auto connection = co_await on.begin();
        co_await connection.run_text(first);
        co_await connection.run_text(second);
        co_await connection.commit();
    };
    const auto engine = stage.engine();
    std::int64_t id = 1;
    int kept = 0;
    int undone = 0;
    for (std::size_t bytes = 0;; bytes += 17, id += 2) {
        CAPTURE(bytes);
        check_healthy(stage, engine);
        if (by_reset) {
            stage.gate.reset_after(way, bytes);
        } else {
            stage.gate.cut_after(way, bytes);
        }
        std::string what;
        bool over = false;
        bool touched = false;
        stage.run([](awaitable<void> work, std::string& out, bool& ended) -> awaitable<void> {
            out = co_await failure(std::move(work));
            ended = true;
        }(unit(engine, stage.insert(id), stage.insert(id + 1)), what, over),
                  [](Stage& on, const bool& ended, bool& cut) -> awaitable<void> {
                      co_await until([&] { return ended || on.gate.counts().open == 0; });
                      cut = on.gate.counts().open == 0;
                      on.gate.pass();  // what asks for the outcome of COMMIT gets through
                  }(stage, over, touched));
        // What was sent before the cut may still be running there.
        REQUIRE(Stage::settle([&] { return stage.active() == 0; }));
        const auto rows = stage.rows("id IN (" + std::to_string(id) + "," + std::to_string(id + 1) + ")");
        CAPTURE(what, rows);
        if (what.empty()) {
            CHECK(rows == 2);
            ++kept;
        } else if (what.starts_with("CommitOutcomeUnknown")) {
            CHECK((rows == 0 || rows == 2));
        } else {
            CHECK(what.starts_with("ConnectionLost"));
            CHECK(rows == 0);
            ++undone;
        }
        if (what.empty() && !touched) break;
    }
    CHECK(undone > 0);
    CHECK(kept > 0);
    check_healthy(stage, engine);
    stage.beside.execute("DELETE FROM " + stage.table + " WHERE id > 0");
    stage.run(engine.dispose());
}

}  // namespace

TEST_CASE("a unit of work cut after every few bytes", "[chaos][F2][F3]") {
    on_each_server([](Stage& stage) {
        for (const Way way : {Way::to_server, Way::to_client}) {
            for (const bool by_reset : {false, true}) cut_everywhere(stage, way, by_reset);
        }
    });
}

namespace {

struct Note {
    std::int64_t id{};
    std::int64_t v{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("notes", column<&Note::id>(primary_key), column<&Note::v>());
    }
};

}  // namespace

TEST_CASE("a session whose connection is lost inside a flush is usable after rollback", "[chaos][F2]") {
    on_each_server([](Stage& stage) {
        static const azoth::Metadata model = azoth::metadata<Note>();
        const auto engine = stage.engine();
        stage.run([](AsyncEngine on) -> awaitable<void> {
            auto connection = co_await on.begin();
            co_await connection.create_all(model);
            co_await connection.commit();
        }(engine));
        stage.run([](Stage& on, AsyncEngine through_gate) -> awaitable<void> {
            auto session = azoth::async_sessionmaker(through_gate)();
            Note first;
            first.id = 1;
            first.v = 10;
            auto kept = session.add(std::move(first));
            co_await session.commit();
            kept->v = 20;
            Note second;
            second.id = 2;
            auto added = session.add(std::move(second));
            on.gate.reset_after(Way::to_server, 5);
            const std::string what = co_await failure(session.flush());
            CHECK(what.starts_with("ConnectionLost"));
            on.gate.pass();
            const std::string again = co_await failure(session.flush());
            CHECK(again.starts_with("PendingRollbackError"));
            co_await session.rollback();
            CHECK(kept->v == 10);
            CHECK(!session.contains(added));
            kept->v = 30;
            session.add(added);
            co_await session.commit();
        }(stage, engine));
        CHECK(stage.beside.number("SELECT sum(v) + count(*) AS n FROM " + stage.tag + ".notes") == 32);
        check_healthy(stage, engine);
    });
}
