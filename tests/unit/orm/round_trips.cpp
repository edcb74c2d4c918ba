// The round-trip budget: how many batches each operation of a session sends, counted at the driver.
#include <azoth/azoth.hpp>

#include "support/fake_driver.hpp"
#include "support/run.hpp"
#include "support/session_models.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace azoth;
using namespace shop;
using azoth::test::FakeDriver;
using azoth::test::FakeServer;
using azoth::test::run;

std::size_t statements_in(const std::string& line) { return static_cast<std::size_t>(std::count(line.begin(), line.end(), ';')) + 1; }

struct Fixture {
    Fixture() {
        server->rollback_may_wait = true;
        server->on_statement = [this](int, BatchItem& item) { answer(item); };
    }

    // One row for every SELECT, keys from 1 for every INSERT.
    void answer(BatchItem& item) {
        const std::string& sql = item.statement->sql;
        const auto integers = [&](std::initializer_list<std::int64_t> values) {
            for (const std::int64_t value : values) item.rows.append(ValueView::of_integer(value));
        };
        if (sql.starts_with("INSERT INTO") && item.want_generated_keys) {
            item.rows.clear(1);
            for (std::uint32_t i = 0; i < item.executions; ++i) integers({++last_key});
        } else if (sql.starts_with("SELECT customers.id")) {
            item.rows.clear(3);
            integers({1});
            item.rows.append(ValueView::of_bytes("a", ValueKind::text));
            integers({5});
        } else if (sql.starts_with("SELECT orders.id")) {
            item.rows.clear(2);
            integers({11, 1});
        } else if (sql.starts_with("SELECT notes.id")) {
            item.rows.clear(3);
            integers({21});
            item.rows.append(ValueView::of_bytes("n", ValueKind::text));
            integers({1});
        } else if (item.statement->effect == Effect::write) {
            item.affected = item.executions;
        }
    }

    std::int64_t last_key = 100;
    boost::asio::io_context context;
    std::shared_ptr<FakeServer> server = std::make_shared<FakeServer>();
    AsyncEngine engine = create_async_engine(context.get_executor(), FakeDriver::serve(server, postgresql_dialect()), {});
    async_sessionmaker sessions{engine};
};

}  // namespace

TEST_CASE("get in a fresh session on a pooled connection: 1, and 0 for closing after reads", "[orm][budget]") {
    Fixture f;
    const auto test = [&]() -> awaitable<void> {
        for (int i = 0; i < 2; ++i) {
            auto session = f.sessions();
            auto customer = co_await session.get<Customer>(1);
            CHECK(customer->points == 5);
            co_await session.close();
            CHECK(f.server->log().size() == static_cast<std::size_t>(i) + 1);  // nothing was sent for the close
        }
        CHECK(statements_in(f.server->log()[0]) == 2);  // BEGIN, SELECT
        CHECK(statements_in(f.server->log()[1]) == 3);  // ROLLBACK, BEGIN, SELECT
    };
    run(f.context, test());
    CHECK(f.server->log().size() == 3);  // the last ROLLBACK, by the pool
}

TEST_CASE("a select with independent selectin options: 2, all of them together", "[orm][budget]") {
    Fixture f;
    const auto test = [&]() -> awaitable<void> {
        auto session = f.sessions();
        auto query = select<Customer>().options(selectinload<&Customer::orders>(), selectinload<&Customer::notes>());
        auto result = co_await session.execute(query);
        auto customer = result.scalar_one();
        CHECK(customer->orders.size() == 1);
        CHECK(customer->notes.size() == 1);
        CHECK(f.server->log().size() == 2);
        CHECK(statements_in(f.server->log()[1]) == 2);
    };
    run(f.context, test());
}

TEST_CASE("a flush that needs no new key between its levels: 1, whatever the tables and kinds of change", "[orm][budget]") {
    Fixture f;
    const auto test = [&]() -> awaitable<void> {
        auto session = f.sessions();
        auto customer = co_await session.get<Customer>(1);
        auto note = co_await session.get<Note>(21);
        f.server->clear_log();
        customer->points = 6;
        session.remove(note);
        session.add(Country{.code = "at", .name = "Austria"});
        session.add(Folder{.name = "f"});
        session.add(Order{.customer_id = 1});
        co_await session.flush();
        CHECK(f.server->log().size() == 1);
        CHECK(statements_in(f.server->log()[0]) == 5);
        f.server->clear_log();
        co_await session.commit();
        CHECK(f.server->log() == std::vector<std::string>{"1: COMMIT"});  // apart: it waits for the row counts of UPDATE and DELETE
    };
    run(f.context, test());
}

TEST_CASE("a parent and n children: 2, one a level of keys", "[orm][budget]") {
    Fixture f;
    const auto test = [&]() -> awaitable<void> {
        auto session = f.sessions();
        auto customer = session.add(Customer{.email = "a"});
        for (int i = 0; i < 10; ++i) customer->orders.add(Order{});
        co_await session.flush();
        CHECK(f.server->log().size() == 2);
        CHECK(customer->orders[9].customer_id == customer->id);
    };
    run(f.context, test());
}

TEST_CASE("an insert-only commit: the flush and its COMMIT in 1; parents with children 2", "[orm][budget]") {
    Fixture f;
    const auto test = [&]() -> awaitable<void> {
        auto session = f.sessions();
        session.add(Customer{.email = "a"});
        session.add(Country{.code = "at", .name = "Austria"});
        co_await session.commit();
        REQUIRE(f.server->log().size() == 1);
        CHECK(f.server->log()[0].ends_with("; COMMIT"));
        f.server->clear_log();
        auto customer = session.add(Customer{.email = "b"});
        customer->orders.add(Order{});
        co_await session.commit();
        REQUIRE(f.server->log().size() == 2);
        CHECK(f.server->log()[1].ends_with("; COMMIT"));
    };
    run(f.context, test());
}

TEST_CASE("a bulk insert: 1 a chunk of rows", "[orm][budget]") {
    Fixture f;
    const auto test = [&]() -> awaitable<void> {
        auto session = f.sessions();
        const std::vector<Country> rows(25000, Country{.code = "at", .name = "Austria"});
        auto statement = insert<Country>();
        auto result = co_await session.execute(statement, rows);
        CHECK(result.rowcount() == 25000);
        CHECK(f.server->log().size() == 3);
    };
    run(f.context, test());
}
