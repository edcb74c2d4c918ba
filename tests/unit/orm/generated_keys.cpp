// Generated keys and server defaults after a flush, by the way each database tells them: RETURNING, or asked for by key.
#include <azoth/azoth.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace {

using namespace azoth;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;
using Catch::Contains;
using Log = std::vector<std::string>;

struct Ticket {
    std::int64_t id{};
    std::string title{};
    std::string state{};

    static constexpr auto mapping() {
        return table("tickets", column<&Ticket::id>(primary_key), column<&Ticket::title>(length(40)), column<&Ticket::state>(length(10), server_default("'open'")));
    }
};

struct Code {
    std::string code{};
    std::int32_t uses{};

    static constexpr auto mapping() {
        return table("codes", column<&Code::code>(primary_key, length(36), server_default("uuid()")), column<&Code::uses>(server_default("1")));
    }
};

struct Fixture {
    explicit Fixture(const Dialect& dialect) : engine(create_async_engine(context.get_executor(), FakeDriver::serve(server, dialect), {})) {}

    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    AsyncEngine engine;

    Log statements() const {
        Log out;
        for (auto& sql : server->statements()) {
            if (sql.find("tickets") != std::string::npos || sql.find("codes") != std::string::npos || sql == "COMMIT") out.push_back(sql);
        }
        return out;
    }
    awaitable<void> add_two(std::vector<std::shared_ptr<Ticket>>& tickets) {
        async_sessionmaker sessions(engine);
        auto session = sessions();
        tickets.push_back(session.add(Ticket{0, "first", {}}));
        tickets.push_back(session.add(Ticket{0, "second", {}}));
        co_await session.commit();
        // Known without a query: the flush took them in.
        CHECK_FALSE(session.is_modified(tickets[0]));
    }
};

// What the database gives the two tickets: keys 7 and 8, and a state that tells them apart.
void tell(BatchItem& item, bool key) {
    item.rows.clear(key ? 2 : 1);
    for (std::uint32_t i = 0; i < item.executions; ++i) {
        if (key) item.rows.append(ValueView::of_integer(7 + i));
        item.rows.append(ValueView::of_bytes(i == 0 ? "open" : "held", ValueKind::text));
    }
}

}  // namespace

TEST_CASE("where keys come by RETURNING they are its first column", "[orm][flush]") {
    for (const Dialect* dialect : {&postgresql_dialect(), &mariadb_dialect()}) {
        INFO(dialect->title());
        Fixture f(*dialect);
        f.server->on_statement = [&](int, BatchItem& item) {
            if (item.statement->effect != Effect::write) return;
            CHECK(item.want_generated_keys);
            CHECK(item.statement->columns == 2);
            tell(item, true);
        };
        std::vector<std::shared_ptr<Ticket>> tickets;
        run(f.context, f.add_two(tickets));
        const std::string values = dialect == &postgresql_dialect() ? "VALUES ($1)" : "VALUES (?)";
        CHECK(f.statements() == Log{"INSERT INTO tickets (title) " + values + " RETURNING tickets.id, tickets.state", "COMMIT"});
        CHECK(tickets[0]->id == 7);
        CHECK(tickets[1]->id == 8);
        CHECK(tickets[1]->state == "held");
    }
}

TEST_CASE("where the driver asks for keys, RETURNING has the server defaults alone", "[orm][flush]") {
    Fixture f(sqlite_dialect());
    f.server->on_statement = [&](int, BatchItem& item) {
        if (item.statement->effect != Effect::write) return;
        tell(item, false);
        item.generated_keys = {7, 8};
    };
    std::vector<std::shared_ptr<Ticket>> tickets;
    run(f.context, f.add_two(tickets));
    CHECK(f.statements() == Log{"INSERT INTO tickets (title) VALUES (?) RETURNING state", "COMMIT"});
    CHECK(tickets[1]->id == 8);
    CHECK(tickets[1]->state == "held");
}

TEST_CASE("without RETURNING the defaults of all rows are read by key in one query, before COMMIT", "[orm][flush]") {
    Fixture f(mysql_dialect());
    f.server->on_statement = [&](int, BatchItem& item) {
        if (item.statement->sql.starts_with("INSERT")) item.generated_keys = {7, 8};
        if (!item.statement->sql.starts_with("SELECT")) return;
        item.rows.clear(2);
        for (const int key : {8, 7}) {  // in any order
            item.rows.append(ValueView::of_integer(key));
            item.rows.append(ValueView::of_bytes(key == 7 ? "open" : "held", ValueKind::text));
        }
    };
    std::vector<std::shared_ptr<Ticket>> tickets;
    run(f.context, f.add_two(tickets));
    CHECK(f.statements() == Log{"INSERT INTO tickets (title) VALUES (?)", "SELECT tickets.id, tickets.state FROM tickets WHERE tickets.id IN (?, ?)", "COMMIT"});
    CHECK(tickets[0]->id == 7);
    CHECK(tickets[0]->state == "open");
    CHECK(tickets[1]->state == "held");
}

TEST_CASE("a row that cannot be read back fails the flush", "[orm][flush]") {
    Fixture f(mysql_dialect());
    f.server->on_statement = [&](int, BatchItem& item) {
        if (item.statement->sql.starts_with("INSERT")) item.generated_keys = {7, 8};
        if (item.statement->sql.starts_with("SELECT")) item.rows.clear(2);
    };
    std::vector<std::shared_ptr<Ticket>> tickets;
    CHECK_THROWS_WITH(run(f.context, f.add_two(tickets)), Contains("2 rows were inserted into tickets, 0 of them"));
    REQUIRE(tickets.size() == 2);
    CHECK(tickets[0]->id == 0);  // transient again
}

TEST_CASE("without RETURNING a key that its default makes is refused", "[orm][flush]") {
    Fixture f(mysql_dialect());
    const auto add = [&]() -> awaitable<void> {
        async_sessionmaker sessions(f.engine);
        auto session = sessions();
        session.add(Code{});
        co_await session.commit();
    };
    CHECK_THROWS_WITH(run(f.context, add()), Contains("MySQL has no INSERT ... RETURNING") && Contains("codes.code"));
}

TEST_CASE("an INSERT by hand tells its generated keys everywhere", "[orm][insert]") {
    for (const Dialect* dialect : {&sqlite_dialect(), &postgresql_dialect(), &mariadb_dialect(), &mysql_dialect()}) {
        INFO(dialect->title());
        Fixture f(*dialect);
        f.server->on_statement = [&](int, BatchItem& item) {
            if (item.statement->effect != Effect::write) return;
            CHECK(item.want_generated_keys);
            if (!item.statement->returns_rows) {
                item.generated_keys = {41};
            } else {
                item.rows.clear(1);
                item.rows.append(ValueView::of_integer(41));
            }
        };
        const auto work = [&]() -> awaitable<void> {
            async_sessionmaker sessions(f.engine);
            auto session = sessions();
            const auto statement = insert<Ticket>().values(col<&Ticket::title> = "by hand");
            const auto result = co_await session.execute(statement);
            CHECK(result.generated_keys() == std::vector<std::int64_t>{41});
            co_await session.rollback();
        };
        run(f.context, work());
        CHECK((f.statements()[0].find("RETURNING tickets.id") != std::string::npos) == dialect->features().keys_by_returning);
    }
}
