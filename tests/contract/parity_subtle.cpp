// Corners of the unit of work that are easily wrong: what meets in one flush, what a rollback has to put back, what is there twice.
#include <support/database.hpp>
#include <support/library.hpp>
#include <support/session_models.hpp>

#include <cstdint>
#include <string>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

namespace {

template <class T>
awaitable<std::int64_t> rows_of(AsyncSession& session) {
    auto result = co_await session.execute(select(func::count()).select_from(entity<T>));
    co_return result.scalar();
}

}  // namespace

TEST_CASE("a child moved away from a parent that goes stays", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            auto ada = session.add(Customer{.email = "ada"});
            session.add(Customer{.email = "bob"});
            ada->orders.add(Order{});
            ada->notes.add(Note{.text = "n"});
            co_await session.commit();
        }
        {
            auto session = database.sessions()();
            auto from = co_await session.get<Customer>(1, selectinload<&Customer::orders>(), selectinload<&Customer::notes>());
            auto to = co_await session.get<Customer>(2);
            auto order = co_await session.get<Order>(1);
            auto note = co_await session.get<Note>(1);
            order->customer = to;
            note->customer = to;
            session.remove(from);
            co_await session.commit();
            CHECK(order->customer_id == 2);
            CHECK(note->customer_id == std::optional<std::int64_t>(2));
        }
        auto session = database.sessions()();  // the same where nothing of it is loaded, to a parent that is new
        auto from = co_await session.get<Customer>(2);
        auto to = session.add(Customer{.email = "last"});
        auto order = co_await session.get<Order>(1);
        auto note = co_await session.get<Note>(1);
        order->customer = to;
        note->customer = to;
        session.remove(from);
        co_await session.commit();
        CHECK(order->customer_id == to->id);
        CHECK(note->customer_id == std::optional(to->id));
        const auto orders = co_await rows_of<Order>(session);
        CHECK(orders == 1);
    });
}

TEST_CASE("an orphan that was never inserted is never inserted", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto ada = session.add(Customer{.email = "ada"});
        auto order = ada->orders.add(Order{});
        ada->orders.remove(*order);
        auto kept = ada->orders.add(Order{});
        co_await session.commit();
        CHECK(session.state(order) == ObjectState::transient);
        CHECK(session.state(kept) == ObjectState::persistent);
        const auto orders = co_await rows_of<Order>(session);
        CHECK(orders == 1);
    });
}

TEST_CASE("a child taken out and put back, or added twice, is one row and no statement", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto ada = session.add(Customer{.email = "ada"});
        auto order = ada->orders.add(Order{});
        ada->orders.add(order);
        auto note = ada->notes.add(Note{.text = "n"});
        co_await session.commit();
        CHECK(ada->orders.size() == 1);
        database.log().clear();
        ada->orders.remove(*order);
        ada->orders.add(order);
        ada->notes.remove(*note);
        ada->notes.add(note);
        co_await session.commit();
        CHECK(database.log().count("DELETE") == 0);
        CHECK(database.log().count("UPDATE") == 0);
        CHECK(order->customer.get() == ada.get());
        const auto orders = co_await rows_of<Order>(session);
        CHECK(orders == 1);
    });
}

TEST_CASE("a version counts changes of its row, and guards its DELETE", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto account = session.add(Account{.owner = "a", .balance = 1});
        co_await session.commit();
        account->balance = 2;
        account->balance = 1;
        co_await session.commit();
        CHECK(account->version == 1);
        account->balance = 2;
        co_await session.commit();
        CHECK(account->version == 2);

        Account stale = *account;
        stale.version = 1;
        const auto merge = [&]() -> awaitable<void> { (void)co_await session.merge(stale); };
        const auto merged = co_await failure_of<StaleDataError>(merge);
        CHECK(!merged.empty());

        auto again = co_await session.get<Account>(account->id);
        co_await session.execute(text("UPDATE accounts SET version = version + 1"));
        session.remove(again);
        const auto flush = [&] { return session.flush(); };
        const auto removed = co_await failure_of<StaleDataError>(flush);
        CHECK(removed.find("accounts") != std::string::npos);
        co_await session.rollback();
        const auto accounts = co_await rows_of<Account>(session);
        CHECK(accounts == 1);
    });
}

TEST_CASE("a savepoint's rollback brings back deleted rows and old keys", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto uk = session.add(Country{.code = "UK", .name = "United Kingdom"});
        auto nl = session.add(Country{.code = "NL", .name = "Netherlands"});
        co_await session.commit();
        auto savepoint = co_await session.begin_nested();
        uk->code = "GB";
        session.remove(nl);
        co_await session.flush();
        auto moved = co_await session.get<Country>("GB");
        CHECK(moved.get() == uk.get());
        co_await savepoint.rollback();
        CHECK(uk->code == "UK");
        CHECK(session.state(nl) == ObjectState::persistent);
        auto gb = co_await session.get<Country>("GB");
        CHECK(gb == nullptr);
        auto back = co_await session.get<Country>("UK");
        CHECK(back.get() == uk.get());
        nl->name = "Holland";
        co_await session.commit();
        auto other = database.sessions()();
        auto stored = co_await other.get<Country>("NL");
        CHECK(stored->name == "Holland");
    });
}

TEST_CASE("two natural keys change places by way of a third", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto a = session.add(Country{.code = "AA", .name = "a"});
        auto b = session.add(Country{.code = "BB", .name = "b"});
        co_await session.commit();
        a->code = "XX";
        co_await session.flush();
        b->code = "AA";
        co_await session.flush();
        a->code = "BB";
        co_await session.flush();
        auto aa = co_await session.get<Country>("AA");
        CHECK(aa.get() == b.get());
        co_await session.rollback();
        CHECK(a->code == "AA");
        CHECK(b->code == "BB");
        aa = co_await session.get<Country>("AA");
        CHECK(aa.get() == a.get());
        CHECK(aa->name == "a");
    });
}

TEST_CASE("a row of a tree deleted and added in one flush is still there", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto root = session.add(Folder{.name = "root"});
        co_await session.flush();
        auto leaf = session.add(Folder{.id = 70, .name = "old", .parent_id = root->id});
        co_await session.commit();
        session.remove(leaf);
        Folder fresh{.id = 70, .name = "new"};
        auto added = session.add(std::move(fresh));
        added->parent = root;
        co_await session.commit();
        auto other = database.sessions()();
        auto stored = co_await other.get<Folder>(70);
        REQUIRE(stored != nullptr);
        CHECK(stored->name == "new");
        CHECK(stored->parent_id == std::optional(root->id));
    });
}

TEST_CASE("a bulk DELETE rolled back: loaded objects are objects of the session again", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a", .points = 1});
        co_await session.commit();
        co_await session.execute(update<Customer>().values(col<&Customer::points> = 2));
        co_await session.get<Customer>(1);
        CHECK(customer->points == 2);
        co_await session.execute(delete_from<Customer>());
        const auto gone = co_await session.get<Customer>(1);
        CHECK(gone == nullptr);
        co_await session.rollback();
        const auto back = co_await session.get<Customer>(1);
        CHECK(back.get() == customer.get());
        CHECK(back->points == 1);
        back->points = 5;
        co_await session.commit();
        auto other = database.sessions()();
        const auto stored = co_await other.get<Customer>(1);
        CHECK(stored->points == 5);
    });
}

TEST_CASE("an outer join without a partner gives a null handle, not a missing row", "[parity][subtle]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1, 1);
        using library::Author, library::Book;
        auto session = database.sessions()();
        session.add(Author{.id = 9, .name = "none"});
        co_await session.flush();
        auto result = co_await session.execute(select(entity<Author>, entity<Book>).outerjoin<&Author::books>().order_by(col<&Author::id>));
        const auto rows = result.all();
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].get<1>()->title == "A1B1");
        CHECK(rows[1].get<0>()->name == "none");
        CHECK(rows[1].get<1>() == nullptr);
    });
}

TEST_CASE("a get that misses the map flushes first", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        session.add(Country{.code = "NL", .name = "Netherlands"});
        const auto found = co_await session.get<Country>("NL");
        REQUIRE(found != nullptr);
        CHECK(found->name == "Netherlands");
    });
}

TEST_CASE("children of both kinds go with a parent, new ones too", "[parity][subtle]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto ada = session.add(Customer{.email = "ada"});
        ada->orders.add(Order{});
        co_await session.commit();
        auto fresh = ada->orders.add(Order{});
        session.remove(ada);
        co_await session.commit();
        CHECK(session.state(fresh) == ObjectState::transient);
        const auto orders = co_await rows_of<Order>(session);
        CHECK(orders == 0);
        const auto customers = co_await rows_of<Customer>(session);
        CHECK(customers == 0);
    });
}
