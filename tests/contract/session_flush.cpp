// What a flush writes, in which order, and what it refuses.
#include <support/database.hpp>
#include <support/session_models.hpp>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

namespace {

template <class T>
awaitable<std::int64_t> count_of(async_sessionmaker sessions) {
    auto session = sessions();
    auto result = co_await session.execute(select(func::count()).select_from(entity<T>));
    co_return result.scalar();
}

}  // namespace

TEST_CASE("a graph is written parents first, and children get their keys", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        Order order;
        order.lines.add(Line{.number = 1, .what = "tea"});
        order.lines.add(Line{.number = 2, .what = "cups"});
        Customer value{.email = "ada@example.com"};
        value.orders.add(std::move(order));
        auto customer = session.add(std::move(value));
        CHECK(session.state(customer) == ObjectState::pending);
        co_await session.flush();
        CHECK(session.state(customer) == ObjectState::persistent);
        REQUIRE(customer->orders.size() == 1);
        Order& stored = customer->orders[0];
        CHECK(stored.customer_id == customer->id);
        CHECK(stored.customer.get() == customer.get());
        REQUIRE(stored.lines.size() == 2);
        CHECK(stored.lines[1].order_id == stored.id);
        CHECK(stored.lines[0].order->customer->email == "ada@example.com");
        co_await session.commit();

        auto other = database.sessions()();
        auto line = co_await other.get<Line>(col<&Line::order_id> = stored.id, col<&Line::number> = 2);
        REQUIRE(line != nullptr);
        CHECK(line->what == "cups");
    });
}

TEST_CASE("rows of one shape travel as one batch; order of add decides the order of INSERT", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        std::vector<std::shared_ptr<Customer>> added;
        for (int i = 0; i < 50; ++i) added.push_back(session.add(Customer{.email = std::to_string(i)}));
        co_await session.flush();
        CHECK(database.log().count("INSERT INTO customers") == 1);
        for (std::size_t i = 1; i < added.size(); ++i) CHECK(added[i]->id == added[i - 1]->id + 1);
        database.log().clear();
        co_await session.flush();
        CHECK(database.log().count() == 0);  // nothing to write, nothing sent
    });
}

TEST_CASE("an update writes the changed columns only, and nothing when the value is what it was", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a", .points = 1});
        co_await session.flush();
        database.log().clear();
        customer->points = 2;
        customer->points = 1;
        co_await session.flush();
        CHECK(database.log().count() == 0);
        customer->points = 7;
        CHECK(session.is_modified(customer));
        const auto history = session.history<&Customer::points>(customer);
        CHECK(history.changed);
        CHECK(history.old_value == 1);
        CHECK(history.value == 7);
        co_await session.flush();
        const auto sql = database.log().sql();
        REQUIRE(sql.size() == 1);
        CHECK(sql[0].find("points") != std::string::npos);
        CHECK(sql[0].find("email") == std::string::npos);
        CHECK_FALSE(session.is_modified(customer));
    });
}

TEST_CASE("within one table UPDATE comes before INSERT comes before DELETE", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto first = session.add(Customer{.email = "taken"});
        co_await session.commit();

        first->email = "free";  // a unique value handed from an updated row to a new one works
        session.add(Customer{.email = "taken"});
        co_await session.commit();
        const auto customers = co_await count_of<Customer>(database.sessions());
        CHECK(customers == 2);

        session.remove(first);  // from a deleted row to a new one it does not
        session.add(Customer{.email = "free"});
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<UniqueViolation>(flush);
        CHECK(failure.find("email") != std::string::npos);
        co_await session.rollback();
    });
}

TEST_CASE("delete and add of one key in one flush becomes an UPDATE", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto old = session.add(Country{.code = "NL", .name = "Holland"});
        co_await session.commit();
        database.log().clear();
        session.remove(old);
        auto fresh = session.add(Country{.code = "NL", .name = "The Netherlands"});
        co_await session.commit();
        CHECK(database.log().count("DELETE") == 0);
        CHECK(database.log().count("INSERT") == 0);
        CHECK(database.log().count("UPDATE") == 1);
        auto result = co_await session.execute(select<Country>());
        const auto countries = result.scalars().all();
        REQUIRE(countries.size() == 1);
        CHECK(countries[0].get() == fresh.get());
        CHECK(countries[0]->name == "The Netherlands");
    });
}

TEST_CASE("rows of a self-reference are sorted, whatever the order of add", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto leaf = session.add(Folder{.name = "leaf"});
        auto middle = session.add(Folder{.name = "middle"});
        auto root = session.add(Folder{.name = "root"});
        leaf->parent = middle;
        middle->parent = root;
        co_await session.commit();
        CHECK(leaf->parent_id == middle->id);
        CHECK(middle->parent_id == root->id);
        CHECK_FALSE(root->parent_id.has_value());
        CHECK(root->children.contains(*middle));

        session.remove(root);  // the whole tree goes, children first
        co_await session.commit();
        const auto folders = co_await count_of<Folder>(database.sessions());
        CHECK(folders == 0);
    });
}

TEST_CASE("a circle of rows that cannot be ordered is refused by name", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto a = session.add(Folder{.name = "a"});
        auto b = session.add(Folder{.name = "b"});
        a->parent = b;
        b->parent = a;
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<ArgumentError>(flush);
        CHECK(failure.find("Folder") != std::string::npos);
        co_await session.rollback();
    });
}

TEST_CASE("server defaults come back without a refresh; flag_modified writes the very value", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto plain = session.add(Account{.owner = "a"});
        auto set = session.add(Account{.owner = "b", .status = "vip"});
        auto forced = session.add(Account{.owner = "c"});
        session.flag_modified<&Account::status>(forced);
        co_await session.flush();
        CHECK(plain->status == "new");
        CHECK(set->status == "vip");
        CHECK(forced->status.empty());
        CHECK(plain->version == 1);
    });
}

TEST_CASE("optimistic locking: a stale version is a StaleDataError, row by row", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto account = session.add(Account{.owner = "a", .balance = 10});
        co_await session.commit();
        auto mine = co_await session.get<Account>(account->id);
        co_await session.commit();
        {
            auto other = database.sessions()();
            (co_await other.get<Account>(account->id))->balance = 20;
            co_await other.commit();
        }
        mine->balance = 30;
        const auto commit = [&] { return session.commit(); };
        const auto failure = co_await failure_of<StaleDataError>(commit);
        CHECK_FALSE(failure.empty());
        co_await session.rollback();
        mine = co_await session.get<Account>(account->id);
        CHECK(mine->balance == 20);
        CHECK(mine->version == 2);
    });
}

TEST_CASE("a row that vanished is a StaleDataError on UPDATE and DELETE", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a"});
        co_await session.flush();
        auto bare = delete_from<Customer>().where(col<&Customer::id> == customer->id).synchronize_session(SynchronizeSession::none);
        {
            const auto guard = session.no_autoflush();
            co_await session.execute(bare);
            customer->points = 5;
        }
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<StaleDataError>(flush);
        CHECK(failure.find("customers") != std::string::npos);
        co_await session.rollback();
    });
}

TEST_CASE("a changed generated key is refused; a natural key may change", "[session][flush]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a"});
        auto country = session.add(Country{.code = "UK", .name = "United Kingdom"});
        co_await session.commit();
        country->code = "GB";
        co_await session.commit();
        auto found = co_await session.get<Country>("GB");
        CHECK(found.get() == country.get());
        auto gone = co_await session.get<Country>("UK");
        CHECK(gone == nullptr);
        customer->id = 99;
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<ArgumentError>(flush);
        CHECK(failure.find("Customer.id") != std::string::npos);
        co_await session.rollback();
        CHECK(customer->id == 1);
    });
}
