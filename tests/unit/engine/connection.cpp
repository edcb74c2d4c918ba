// Connections over a fake database: what is sent, in how many batches, and what becomes of the connection afterwards.
#include <azoth/engine/connection.hpp>
#include <azoth/engine/engine.hpp>
#include <azoth/engine/engine_core.hpp>
#include <azoth/sql/text.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

namespace {

using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using azoth::BatchItem;
using azoth::test::ErrorEffect;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using Log = std::vector<std::string>;

struct Fixture {
    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    azoth::EngineOptions options;

    AsyncEngine engine() { return azoth::create_async_engine(context.get_executor(), FakeDriver::serve(server), options); }
    void fail_on(std::string sql, std::exception_ptr error) {
        server->on_statement = [sql = std::move(sql), error](int, BatchItem& item) {
            if (item.statement->sql == sql) std::rethrow_exception(error);
        };
    }
    // Nothing is in use, nobody waits, and every open connection idles.
    void check_at_rest(const AsyncEngine& engine) {
        const auto status = engine.pool().status();
        CHECK(status.checked_out == 0);
        CHECK(status.waiting == 0);
        CHECK(status.connecting == 0);
        CHECK(static_cast<int>(status.idle) == server->connections_open());
        CHECK(server->unclean() == 0);
    }
};

template <class E>
std::exception_ptr error(const char* message) {
    return std::make_exception_ptr(E(message));
}

}  // namespace

TEST_CASE("nothing is connected before the first use", "[engine]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    CHECK(f.context.run() == 0);
    CHECK(f.server->connections_made() == 0);
}

TEST_CASE("bad URLs and options are refused at once", "[engine]") {
    Fixture f;
    const std::string url = FakeDriver::serve(f.server);
    const auto make = [&](std::string_view text, azoth::EngineOptions options) { return azoth::create_async_engine(f.context.get_executor(), text, options); };
    CHECK_THROWS_AS(make("nonsense", {}), azoth::ArgumentError);
    CHECK_THROWS_AS(make("unknown://host/db", {}), azoth::ArgumentError);
    CHECK_THROWS_AS(make(url + "/?frobnicate=1", {}), azoth::ArgumentError);
    azoth::EngineOptions options;
    options.pool_size = -1;
    CHECK_THROWS_AS(make(url, options), azoth::ArgumentError);
    options = {};
    options.connect_timeout = std::chrono::milliseconds{-1};
    CHECK_THROWS_AS(make(url, options), azoth::ArgumentError);
    options = {};
    options.isolation_level = azoth::Isolation::read_committed;  // the fake speaks SQLite's dialect, which has no such level
    CHECK_THROWS_AS(make(url, options), azoth::ArgumentError);
}

TEST_CASE("BEGIN travels with the first statement, COMMIT alone", "[engine]") {
    Fixture f;
    const bool immediate = GENERATE(false, true);
    f.server->immediate = immediate;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            AsyncConnection connection = co_await engine.connect();
            co_await connection.commit();
            CHECK_FALSE(connection.in_transaction());
            const std::int64_t rows = co_await connection.run_text("INSERT 1");
            CHECK(rows == -1);
            CHECK(connection.in_transaction());
            co_await connection.run_text("INSERT 2");
            co_await connection.commit();
            CHECK_FALSE(connection.in_transaction());
            co_await connection.rollback();
            co_await connection.run_text("INSERT 3");
            co_await connection.rollback();
            co_await connection.close();
            co_await connection.close();
            CHECK_THROWS_AS(connection.commit(), azoth::ResourceClosedError);
        }
    };
    run(f.context, Work::run(engine));
    CHECK(f.server->log() == Log{"1: BEGIN; INSERT 1", "1: INSERT 2", "1: COMMIT", "1: BEGIN; INSERT 3", "1: ROLLBACK"});
    f.check_at_rest(engine);
}

TEST_CASE("a connection left without commit is rolled back before anybody else gets it", "[engine]") {
    Fixture f;
    f.options.pool_size = 1;
    f.options.max_overflow = 0;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            {
                AsyncConnection connection = co_await engine.begin();
                co_await connection.run_text("INSERT 1");
            }
            AsyncConnection next = co_await engine.begin();
            co_await next.run_text("INSERT 2");
            co_await next.commit();
        }
    };
    SECTION("by a ROLLBACK behind the scenes") {
        run(f.context, Work::run(engine));
        CHECK(f.server->log() == Log{"1: BEGIN; INSERT 1", "1: ROLLBACK", "1: BEGIN; INSERT 2", "1: COMMIT"});
    }
    SECTION("closed, when its ROLLBACK fails") {
        f.fail_on("ROLLBACK", error<azoth::OperationalError>("disk"));
        run(f.context, Work::run(engine));
        CHECK(f.server->log() == Log{"1: BEGIN; INSERT 1", "1: ROLLBACK !", "2: BEGIN; INSERT 2", "2: COMMIT"});
    }
    SECTION("closed, when the engine says so") {
        f.options.pool_reset_on_return = azoth::ResetOnReturn::close;
        const AsyncEngine closing = f.engine();
        run(f.context, Work::run(closing));
        CHECK(f.server->log() == Log{"1: BEGIN; INSERT 1", "2: BEGIN; INSERT 2", "2: COMMIT"});
    }
    f.check_at_rest(engine);
}

TEST_CASE("transaction guards", "[engine]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            AsyncConnection connection = co_await engine.connect();
            {
                auto dropped = co_await connection.begin();
                co_await connection.run_text("A");
                CHECK(dropped.is_active());
            }
            CHECK_FALSE(connection.in_transaction());
            auto transaction = co_await connection.begin();
            bool refused = false;
            try {
                auto second = co_await connection.begin();
            } catch (const azoth::InvalidRequestError&) {
                refused = true;
            }
            CHECK(refused);
            {
                auto savepoint = co_await connection.begin_nested();
                CHECK(connection.in_nested_transaction());
                co_await connection.run_text("B");
            }
            {
                auto savepoint = co_await connection.begin_nested();
                co_await connection.run_text("C");
                co_await savepoint.commit();
                CHECK_FALSE(savepoint.is_active());
                co_await savepoint.rollback();
            }
            {
                auto savepoint = co_await connection.begin_nested();
                co_await connection.run_text("D");
                co_await savepoint.rollback();
            }
            {
                auto untouched = co_await connection.begin_nested();
            }
            co_await transaction.commit();
            CHECK_FALSE(transaction.is_active());
            refused = false;
            try {
                co_await transaction.commit();
            } catch (const azoth::InvalidRequestError&) {
                refused = true;
            }
            CHECK(refused);
        }
    };
    run(f.context, Work::run(engine));
    CHECK(f.server->log() == Log{
                                 "1: BEGIN; A",
                                 "1: ROLLBACK; BEGIN; SAVEPOINT azoth_savepoint_1; B",
                                 "1: ROLLBACK TO SAVEPOINT azoth_savepoint_1; RELEASE SAVEPOINT azoth_savepoint_1; SAVEPOINT azoth_savepoint_2; C",
                                 "1: RELEASE SAVEPOINT azoth_savepoint_2; SAVEPOINT azoth_savepoint_3; D",
                                 "1: ROLLBACK TO SAVEPOINT azoth_savepoint_3; RELEASE SAVEPOINT azoth_savepoint_3",
                                 "1: COMMIT",
                             });
    f.check_at_rest(engine);
}

TEST_CASE("a guard may outlive its connection", "[engine]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            std::optional<azoth::AsyncTransaction> guard;
            {
                AsyncConnection connection = co_await engine.connect();
                guard = co_await connection.begin();
                co_await connection.run_text("A");
            }
            CHECK_FALSE(guard->is_active());
            co_await guard->rollback();
            CHECK_THROWS_AS(guard->commit(), azoth::InvalidRequestError);
        }
    };
    run(f.context, Work::run(engine));
    CHECK(f.server->log() == Log{"1: BEGIN; A", "1: ROLLBACK"});
    f.check_at_rest(engine);
}

TEST_CASE("errors carry their SQL; what they do to the transaction is the database's word", "[engine]") {
    Fixture f;
    f.fail_on("BAD", error<azoth::UniqueViolation>("twice"));
    const auto effect = GENERATE(ErrorEffect::undo_statement, ErrorEffect::fail_transaction, ErrorEffect::end_transaction);
    f.server->error_effect = effect;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine, ErrorEffect effect) {
            AsyncConnection connection = co_await engine.connect();
            co_await connection.run_text("A");
            bool failed = false;
            try {
                co_await connection.run_text("BAD");
            } catch (const azoth::UniqueViolation& violation) {
                failed = true;
                CHECK(violation.statement() == "BAD");
            }
            CHECK(failed);
            if (effect == ErrorEffect::undo_statement) {
                co_await connection.run_text("B");
                co_await connection.commit();
                co_return;
            }
            CHECK_THROWS_AS(connection.run_text("B"), azoth::PendingRollbackError);
            CHECK_THROWS_AS(connection.commit(), azoth::PendingRollbackError);
            co_await connection.rollback();
            co_await connection.run_text("C");
            co_await connection.commit();
        }
    };
    run(f.context, Work::run(engine, effect));
    if (effect == ErrorEffect::undo_statement) CHECK(f.server->log() == Log{"1: BEGIN; A", "1: BAD !", "1: B", "1: COMMIT"});
    if (effect == ErrorEffect::fail_transaction) CHECK(f.server->log() == Log{"1: BEGIN; A", "1: BAD !", "1: ROLLBACK", "1: BEGIN; C", "1: COMMIT"});
    if (effect == ErrorEffect::end_transaction) CHECK(f.server->log() == Log{"1: BEGIN; A", "1: BAD !", "1: BEGIN; C", "1: COMMIT"});
    f.check_at_rest(engine);
}

TEST_CASE("a lost connection", "[engine]") {
    Fixture f;
    const std::string at = GENERATE("BEGIN", "BAD", "COMMIT", "ROLLBACK");
    f.server->on_statement = [at, lost = std::make_shared<bool>(false)](int, BatchItem& item) {
        if (item.statement->sql != at || std::exchange(*lost, true)) return;
        throw azoth::ConnectionLost("gone");
    };
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine, std::string at) {
            AsyncConnection connection = co_await engine.connect();
            bool lost = false;
            bool unknown = false;
            try {
                co_await connection.run_text("BAD");
                if (at == "ROLLBACK") {
                    co_await connection.rollback();
                } else {
                    co_await connection.commit();
                }
            } catch (const azoth::ConnectionLost&) {
                lost = true;
            } catch (const azoth::CommitOutcomeUnknown&) {
                unknown = true;
            }
            CHECK(lost == (at == "BEGIN" || at == "BAD"));
            CHECK(unknown == (at == "COMMIT"));  // never "failed", never "done"
            if (at != "ROLLBACK") CHECK_THROWS_AS(connection.run_text("X"), azoth::PendingRollbackError);
            co_await connection.rollback();
            co_await connection.run_text("AGAIN");
            co_await connection.commit();
        }
    };
    run(f.context, Work::run(engine, at));
    CHECK(f.server->log().back() == "2: COMMIT");
    CHECK(f.server->connections_open() == 1);
    f.check_at_rest(engine);
}

TEST_CASE("a COMMIT that fails", "[engine]") {
    Fixture f;
    f.fail_on("COMMIT", error<azoth::ForeignKeyViolation>("deferred"));
    const auto effect = GENERATE(ErrorEffect::undo_statement, ErrorEffect::end_transaction);
    f.server->error_effect = effect;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            AsyncConnection connection = co_await engine.connect();
            co_await connection.run_text("A");
            bool failed = false;
            try {
                co_await connection.commit();
            } catch (const azoth::ForeignKeyViolation&) {
                failed = true;
            }
            CHECK(failed);
            CHECK_THROWS_AS(connection.run_text("B"), azoth::PendingRollbackError);
            co_await connection.rollback();
        }
    };
    run(f.context, Work::run(engine));
    // SQLite keeps the transaction open then; where the database has ended it, nothing need be sent.
    if (effect == ErrorEffect::undo_statement) CHECK(f.server->log() == Log{"1: BEGIN; A", "1: COMMIT !", "1: ROLLBACK"});
    if (effect == ErrorEffect::end_transaction) CHECK(f.server->log() == Log{"1: BEGIN; A", "1: COMMIT !"});
    f.check_at_rest(engine);
}

TEST_CASE("autocommit", "[engine]") {
    Fixture f;
    f.options.isolation_level = azoth::Isolation::autocommit;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            AsyncConnection connection = co_await engine.connect();
            co_await connection.run_text("A");
            CHECK_FALSE(connection.in_transaction());
            co_await connection.commit();
            co_await connection.rollback();
            auto transaction = co_await connection.begin();  // a real one, because it was asked for
            co_await connection.run_text("B");
            azoth::ExecutionOptions alone;
            alone.autocommit = true;
            CHECK_THROWS_AS(connection.run_text("C", alone), azoth::InvalidRequestError);
            co_await transaction.commit();
        }
    };
    run(f.context, Work::run(engine));
    CHECK(f.server->log() == Log{"1: A", "1: BEGIN; B", "1: COMMIT"});
    f.check_at_rest(engine);
}

TEST_CASE("invalidate", "[engine]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            AsyncConnection connection = co_await engine.connect();
            connection.invalidate();
            co_await connection.run_text("A");
            connection.invalidate();
            CHECK_THROWS_AS(connection.run_text("B"), azoth::PendingRollbackError);
            co_await connection.rollback();
            co_await connection.run_text("C");
        }
    };
    run(f.context, Work::run(engine));
    CHECK(f.server->log() == Log{"2: BEGIN; A", "3: BEGIN; C", "3: ROLLBACK"});
    f.check_at_rest(engine);
}

TEST_CASE("two operations at a time are refused at the call, one after the other is not", "[engine]") {
    Fixture f;
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> one(AsyncConnection& connection) { co_await connection.run_text("ONE"); }
        static awaitable<void> two(AsyncConnection& connection, bool& refused) {
            try {
                co_await connection.run_text("TWO");
            } catch (const azoth::ConcurrentUseError&) {
                refused = true;
            }
        }
        static awaitable<void> prepare(AsyncEngine engine, std::optional<AsyncConnection>& connection) {
            connection = co_await engine.connect();
            auto a = connection->run_text("A");
            auto b = connection->run_text("B");
            auto forgotten = connection->commit();  // never awaited: nothing happens
            co_await std::move(a);
            co_await std::move(b);
        }
    };
    std::optional<AsyncConnection> connection;
    run(f.context, Work::prepare(engine, connection));
    bool refused = false;
    const azoth::test::Task one(f.context, Work::one(*connection));
    const azoth::test::Task two(f.context, Work::two(*connection, refused));
    f.context.restart();
    f.context.run();
    one.check();
    two.check();
    CHECK(refused);
    CHECK(connection->in_transaction());
    CHECK(f.server->log() == Log{"1: BEGIN; A", "1: B", "1: ONE"});
}

TEST_CASE("typed rows, scalars and streams", "[engine]") {
    using namespace azoth;
    using namespace azoth::literals;
    Fixture f;
    f.server->on_statement = [](int, BatchItem& item) {
        if (!item.statement->sql.starts_with("select")) return;
        item.rows.clear(2);
        for (std::int64_t i = 1; i <= 2500; ++i) {
            item.rows.append(ValueView::of_integer(i));
            item.rows.append(item.parameters.row(0)[0]);
        }
    };
    const AsyncEngine engine = f.engine();
    struct Work {
        static awaitable<void> run(AsyncEngine engine) {
            const auto query = text("select i, :name as name").bind("name"_c, "ada").columns(typed<std::int64_t>("i"_c), typed<std::string>("name"_c));
            AsyncConnection connection = co_await engine.connect();
            auto result = co_await connection.execute(query);
            const auto rows = result.all();
            CHECK(rows.size() == 2500);
            CHECK(rows[1]["i"_c] == 2);
            CHECK(rows[1]["name"_c] == "ada");
            const std::int64_t first = co_await connection.scalar(query);
            CHECK(first == 1);

            auto stream = co_await connection.stream(query);
            std::int64_t sum = 0;
            while (auto row = co_await stream.next()) sum += (*row)["i"_c];
            CHECK(sum == 2500 * 2501 / 2);
            const bool more = (co_await stream.next()).has_value();
            CHECK_FALSE(more);

            auto cut = co_await connection.stream(query);
            auto partition = co_await cut.next_partition(1500);
            CHECK(partition.size() == 1500);
            co_await connection.commit();
            bool closed = false;
            try {
                while (co_await cut.next()) {
                }
            } catch (const ResourceClosedError&) {
                closed = true;
            }
            CHECK(closed);
        }
    };
    run(f.context, Work::run(engine));
    CHECK(engine.core()->statements().statistics().misses == 1);
    CHECK(engine.core()->statements().statistics().hits == 3);
    f.check_at_rest(engine);
}
