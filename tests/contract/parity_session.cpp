// What users of a session rely on besides the great matters: expire, locking reads, counts after commit, upserts, labels, SQL by hand, the end of a session.
#include <support/database.hpp>
#include <support/library.hpp>
#include <support/session_models.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

namespace {

awaitable<void> add_customers(async_sessionmaker sessions, int count) {
    auto session = sessions();
    std::vector<Customer> customers;
    for (int i = 1; i <= count; ++i) customers.push_back(Customer{.email = "c" + std::to_string(i), .points = i * 10});
    const auto handles = session.add_all(std::move(customers));
    co_await session.commit();
    for (std::size_t i = 0; i < handles.size(); ++i) CHECK(handles[i]->id == static_cast<std::int64_t>(i) + 1);
}

}  // namespace

namespace {

/// Values of the UPDATEs, in the order in which they ran.
class UpdatedValues final : public Observer {
public:
    void on_statement(const StatementEvent& event) override {
        if (event.sql.starts_with("UPDATE")) values += event.values;
    }
    std::string values;
};

}  // namespace

TEST_CASE("rows that have a key are updated in the order of their keys", "[parity][session]") {
    for (const auto& kind : azoth::test::databases()) {
        INFO(kind.name);
        EngineOptions options;
        options.hide_parameters = false;
        Database database(kind, options);
        const auto seen = std::make_shared<UpdatedValues>();
        database.engine().observe(seen);
        const auto work = [&]() -> awaitable<void> {
            auto connection = co_await database.engine().begin();
            co_await connection.create_all(model);
            co_await connection.commit();
            co_await connection.close();
            co_await add_customers(database.sessions(), 3);
            auto session = database.sessions()();
            const auto third = co_await session.get<Customer>(3);  // loaded and changed in another order
            const auto first = co_await session.get<Customer>(1);
            const auto second = co_await session.get<Customer>(2);
            second->points = 222222;
            third->points = 333333;
            first->points = 111111;
            co_await session.commit();
        };
        database.run(work());
        const auto one = seen->values.find("111111"), two = seen->values.find("222222"), three = seen->values.find("333333");
        REQUIRE(three != std::string::npos);
        CHECK(one < two);
        CHECK(two < three);
    }
}

TEST_CASE("get_one throws where get gives null", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 2);
        auto session = database.sessions()();
        const auto customer = co_await session.get_one<Customer>(2);
        CHECK(customer->email == "c2");
        const auto none = co_await session.get<Customer>(3);
        CHECK(none == nullptr);
        const auto missing = [&]() -> awaitable<void> { (void)co_await session.get_one<Customer>(3); };
        const auto text = co_await failure_of<NoResultFound>(missing);
        CHECK(text.find("Customer") != std::string::npos);
    });
}

TEST_CASE("expire and expire_all: reread when next met, not when touched", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 2);
        auto session = database.sessions()();
        auto first = co_await session.get<Customer>(1);
        auto second = co_await session.get<Customer>(2);
        co_await session.execute(text("UPDATE customers SET points = points + 1"));
        database.log().clear();
        co_await session.get<Customer>(1);
        CHECK(database.log().count() == 0);  // nobody said that the text changed something
        session.expire(first);
        CHECK(first->points == 10);
        co_await session.get<Customer>(1);
        CHECK(first->points == 11);
        CHECK(second->points == 20);
        session.expire_all();
        database.log().clear();
        (void)co_await session.execute(select<Customer>());  // one query for all of them
        CHECK(second->points == 21);
        CHECK(database.log().count("SELECT") == 1);
    });
}

TEST_CASE("a locking read overwrites what it locks: get, refresh and select", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 1);
        auto session = database.sessions()();
        auto customer = co_await session.get<Customer>(1);
        const auto bump = text("UPDATE customers SET points = points + 1");
        co_await session.execute(bump);
        const auto again = co_await session.get<Customer>(1, with_for_update);
        CHECK(again.get() == customer.get());
        CHECK(customer->points == 11);
        co_await session.execute(bump);
        co_await session.refresh(customer, with_for_update);
        CHECK(customer->points == 12);
        co_await session.execute(bump);
        (void)co_await session.execute(select<Customer>().with_for_update());
        CHECK(customer->points == 13);
        CHECK(database.log().count("FOR UPDATE") == (database.kind().sqlite() ? 0U : 3U));

        session.add(Order{.customer_id = 1});
        co_await session.flush();
        session.expunge_all();
        const auto locked = select<Order>().options(joinedload<&Order::customer>()).with_for_update();  // no lock on the far side of an outer join
        auto orders = co_await session.execute(locked);
        CHECK(orders.scalars().one()->customer->points == 13);
    });
}

TEST_CASE("rowcount counts matched rows and can be read after commit", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 3);
        auto session = database.sessions()();
        const auto same = update<Customer>().where(col<&Customer::id> <= 2).values(col<&Customer::points> = 10);
        const auto updated = co_await session.execute(same);  // one of the two has 10 already
        const auto deleted = co_await session.execute(delete_from<Customer>().where(col<&Customer::id> == 3));
        const auto nothing = co_await session.execute(delete_from<Customer>().where(col<&Customer::id> == 99));
        co_await session.commit();
        CHECK(updated.rowcount() == 2);
        CHECK(deleted.rowcount() == 1);
        CHECK(nothing.rowcount() == 0);
    });
}

TEST_CASE("a result outlives its session", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 3);
        const auto read = [&]() -> awaitable<Result<Row<EntityItem<Customer>>>> {
            auto session = database.sessions()();
            auto result = co_await session.execute(select<Customer>().order_by(col<&Customer::id>));
            co_await session.close();
            co_return std::move(result);
        };
        auto result = co_await read();
        const auto customers = result.scalars().all();
        REQUIRE(customers.size() == 3);
        CHECK(customers[2]->email == "c3");
    });
}

TEST_CASE("a closed session: what was loaded can be read, the rest is refused", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 1);
        auto session = database.sessions()();
        auto customer = co_await session.get<Customer>(1, selectinload<&Customer::notes>());
        customer->points = 99;  // never flushed
        co_await session.close();
        CHECK(customer->email == "c1");
        CHECK(customer->notes.empty());
        CHECK_THROWS_AS(customer->orders.size(), NotLoadedError);
        CHECK_THROWS_AS(customer->notes.add(Note{}), DetachedInstanceError);
        auto other = database.sessions()();
        const auto stored = co_await other.get<Customer>(1);
        CHECK(stored->points == 10);
    });
}

TEST_CASE("many rows by one INSERT: no objects, no keys, nothing for an empty list", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        std::vector<Account> accounts(3);
        accounts[0].owner = "a";
        accounts[1].owner = "b";
        accounts[1].status = "vip";
        accounts[2].owner = "c";
        const auto into = insert<Account>();
        const auto inserted = co_await session.execute(into, accounts);
        CHECK(inserted.rowcount() == 3);
        CHECK(session.new_objects().empty());
        CHECK(accounts[0].id == 0);
        database.log().clear();
        accounts.clear();
        const auto nothing = co_await session.execute(into, accounts);
        CHECK(nothing.rowcount() == 0);
        CHECK(database.log().count() == 0);
        co_await session.commit();
        auto result = co_await session.execute(select(col<&Account::status>).order_by(col<&Account::owner>));
        const std::vector<std::string> expected{"new", "vip", "new"};  // the server's default where nothing was set
        CHECK(result.scalars().all() == expected);
    });
}

TEST_CASE("an upsert from a session: do_nothing, do_update with excluded, RETURNING the entity", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto code = col<&Country::code>;
        const auto name = col<&Country::name>;
        const auto row = insert<Country>().values(code = "NL", name = "Holland");
        co_await session.execute(row);
        auto met = co_await session.get<Country>("NL");
        const auto again = insert<Country>().values(code = "NL", name = "Netherlands");
        co_await session.execute(again.on_conflict(code).do_nothing());
        CHECK(met->name == "Holland");
        const auto replace = again.on_conflict(code).do_update(name = excluded(name));
        auto returned = co_await session.execute(replace.returning(entity<Country>));
        CHECK(returned.scalars().one().get() == met.get());
        CHECK(met->name == "Netherlands");
        co_await session.commit();
        auto count = co_await session.execute(select(func::count()).select_from(entity<Country>));
        CHECK(count.scalar() == 1);
    });
}

TEST_CASE("a report: outer join, labels in GROUP BY and ORDER BY, a column called count", "[parity][session]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 3);
        auto session = database.sessions()();
        session.add(library::Author{.id = 9, .name = "Z"});
        co_await session.commit();
        using library::Author, library::Book;
        const auto initial = func::substr(col<&Author::name>, 1, 1);
        auto query = select(initial.label("month"_c), func::count(col<&Book::id>).label("count"_c)).outerjoin<&Author::books>().group_by("month"_c).order_by("count"_c.desc(), "month"_c);
        auto result = co_await session.execute(query);
        const auto rows = result.all();
        REQUIRE(rows.size() == 2);
        CHECK(rows[0]["month"_c] == "A");
        CHECK(rows[0]["count"_c] == 6);
        CHECK(rows[1]["count"_c] == 0);
    });
}

TEST_CASE("SQL by hand in a session: bound values, typed columns, expressions as text", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 3);
        auto session = database.sessions()();
        auto customer = co_await session.get<Customer>(1);
        customer->points = 500;  // written before the text runs
        const auto query = text("SELECT email, points FROM customers WHERE points > :least ORDER BY points DESC").bind("least"_c, 25).columns(typed<std::string>("email"_c), typed<std::int32_t>("points"_c));
        auto result = co_await session.execute(query);
        const auto rows = result.all();
        REQUIRE(rows.size() == 2);
        CHECK(rows[0]["email"_c] == "c1");
        CHECK(rows[0]["points"_c] == 500);
        CHECK(rows[1]["email"_c] == "c3");
        auto doubled = co_await session.execute(select(literal_column<std::int64_t>("points * 2")).select_from(entity<Customer>).where(col<&Customer::id> == 2));
        CHECK(doubled.scalar() == 40);
    });
}

TEST_CASE("a statement that fails inside a savepoint leaves the connection's transaction usable", "[parity][connection]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().begin();
        const auto row = insert<Country>().values(col<&Country::code> = "NL", col<&Country::name> = "Netherlands");
        co_await connection.execute(row);
        auto savepoint = co_await connection.begin_nested();
        const auto again = [&]() -> awaitable<void> { (void)co_await connection.execute(row); };
        const auto failure = co_await failure_of<UniqueViolation>(again);
        CHECK(!failure.empty());
        co_await savepoint.rollback();
        CHECK(connection.in_transaction());
        CHECK_FALSE(connection.in_nested_transaction());
        auto count = co_await connection.execute(select(func::count()).select_from(entity<Country>));
        CHECK(count.scalar() == 1);
        co_await connection.commit();
        co_await connection.close();
        auto session = database.sessions()();
        const auto stored = co_await session.get<Country>("NL");
        CHECK(stored != nullptr);
    });
}

TEST_CASE("subqueryload loads as selectinload does, noload loads nothing", "[parity][loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 2);
        using library::Author, library::Book;
        {
            auto session = database.sessions()();
            auto author = co_await session.get<Author>(1, subqueryload<&Author::books>().selectinload<&Book::reviews>());
            REQUIRE(author->books.size() == 2);
            CHECK(author->books[0].reviews.size() == 2);
        }
        {
            auto session = database.sessions()();
            auto author = co_await session.get<Author>(1, noload<&Author::books>());
            CHECK_THROWS_AS(author->books.size(), NotLoadedError);
            co_await session.load<&Author::books>(author);
            CHECK(author->books.size() == 2);
        }
    });
}

TEST_CASE("a DELETE whose row is gone is a StaleDataError", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 1);
        auto session = database.sessions()();
        auto customer = co_await session.get<Customer>(1, selectinload<&Customer::notes>(), selectinload<&Customer::orders>());
        co_await session.execute(text("DELETE FROM customers"));
        session.remove(customer);
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<StaleDataError>(flush);
        CHECK(failure.find("customers") != std::string::npos);
        co_await session.rollback();
        CHECK(session.state(customer) == ObjectState::persistent);
    });
}

TEST_CASE("a read-only transaction is refused its writes where the database can, and isolation is chosen for one transaction", "[parity][session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await add_customers(database.sessions(), 1);
        auto session = database.sessions()();
        {
            auto transaction = co_await session.begin({.isolation = Isolation::serializable, .read_only = true});
            const auto customer = co_await session.get<Customer>(1);
            CHECK(customer->email == "c1");
            if (!database.kind().sqlite()) {  // whose read_only chooses the lock of BEGIN, no more
                const auto write = [&]() -> awaitable<void> { (void)co_await session.execute(update<Customer>().values(col<&Customer::points> = 1)); };
                const auto refused = co_await failure_of<DatabaseError>(write);
                CHECK(!refused.empty());
            }
            co_await transaction.rollback();
        }
        co_await session.execute(update<Customer>().values(col<&Customer::points> = 2));  // the next transaction is an ordinary one
        co_await session.commit();
    });
}
