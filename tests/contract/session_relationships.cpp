// Changing relationships: both sides agree at once, cascades, orphans, foreign keys changed by hand.
#include <support/database.hpp>
#include <support/session_models.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

namespace {

awaitable<void> two_customers(async_sessionmaker sessions) {
    auto session = sessions();
    auto ada = session.add(Customer{.email = "ada"});
    auto bob = session.add(Customer{.email = "bob"});
    ada->notes.add(Note{.text = "one"});
    ada->notes.add(Note{.text = "two"});
    ada->orders.add(Order{});
    co_await session.commit();
}

}  // namespace

TEST_CASE("moving a child between loaded collections is one UPDATE", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await two_customers(database.sessions());
        auto session = database.sessions()();
        auto ada = co_await session.get<Customer>(1, selectinload<&Customer::notes>(), selectinload<&Customer::orders>());
        auto bob = co_await session.get<Customer>(2, selectinload<&Customer::notes>(), selectinload<&Customer::orders>());
        database.log().clear();
        bob->notes.add(ada->notes[0]);
        bob->orders.add(ada->orders[0]);  // delete_orphan: moved, not orphaned
        CHECK(ada->notes.size() == 1);
        CHECK(bob->notes.size() == 1);
        CHECK(bob->notes[0].customer->email == "bob");
        co_await session.commit();
        CHECK(database.log().count("UPDATE notes") == 1);
        CHECK(database.log().count("UPDATE orders") == 1);
        CHECK(database.log().count("DELETE") == 0);
        CHECK(bob->notes[0].customer_id == bob->id);
    });
}

TEST_CASE("taking a child out sets its key NULL, or deletes the orphan, or is refused", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await two_customers(database.sessions());
        auto session = database.sessions()();
        auto ada = co_await session.get<Customer>(1, selectinload<&Customer::notes>(), selectinload<&Customer::orders>());
        auto note = ada->notes.share(0);
        ada->notes.remove(*note);
        CHECK_FALSE(static_cast<bool>(note->customer));
        ada->orders.remove(ada->orders[0]);
        co_await session.commit();
        CHECK_FALSE(note->customer_id.has_value());
        auto orders = co_await session.execute(select(func::count(col<&Order::id>)));
        CHECK(orders.scalar() == 0);
        const auto twice = [&]() -> awaitable<void> {
            ada->notes.remove(*note);
            co_return;
        };
        const auto refused = co_await failure_of<ArgumentError>(twice);
        CHECK(refused.find("Customer.notes") != std::string::npos);
    });
}

TEST_CASE("removing a parent: the cascade takes children, without it their key becomes NULL", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await two_customers(database.sessions());
        {
            auto session = database.sessions()();
            auto order = co_await session.get<Order>(1);
            session.add(Line{.order_id = order->id, .number = 1, .what = "tea"});
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto ada = co_await session.get<Customer>(1);  // nothing loaded: the flush looks for the children itself
        session.remove(ada);
        co_await session.commit();
        CHECK(session.state(ada) == ObjectState::detached);
        auto orders = co_await session.execute(select(func::count(col<&Order::id>)));
        CHECK(orders.scalar() == 0);
        auto lines = co_await session.execute(select(func::count(col<&Line::number>)));
        CHECK(lines.scalar() == 0);
        auto notes = co_await session.execute(select(func::count(col<&Note::id>)).where(col<&Note::customer_id>.is_null()));
        CHECK(notes.scalar() == 2);
    });
}

TEST_CASE("a key that cannot be NULL is refused before anything is sent", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await two_customers(database.sessions());
        auto session = database.sessions()();
        auto order = co_await session.get<Order>(1);
        auto line = session.add(Line{.number = 1, .what = "tea"});
        line->order = order;
        co_await session.commit();
        line->order = nullptr;  // Order.lines does not delete orphans
        database.log().clear();
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<NotNullViolation>(flush);
        CHECK(failure.find("order_id") != std::string::npos);
        CHECK(failure.find("cascade(remove)") != std::string::npos);
        CHECK(database.log().count("UPDATE") == 0);
        co_await session.rollback();
        CHECK(line->order.get() == order.get());
    });
}

TEST_CASE("an orphan is deleted, whichever side it was let go of", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await two_customers(database.sessions());
        auto session = database.sessions()();
        auto order = co_await session.get<Order>(1);  // Customer.orders deletes orphans, and is not loaded
        order->customer = nullptr;
        co_await session.flush();
        CHECK(session.state(order) == ObjectState::deleted);
        co_await session.rollback();
        CHECK(session.state(order) == ObjectState::persistent);
        order->customer = nullptr;
        order->customer = co_await session.get<Customer>(2);  // taken in by another before the flush
        co_await session.commit();
        CHECK(session.state(order) == ObjectState::persistent);
        CHECK(order->customer_id == 2);
    });
}

TEST_CASE("the relationship decides the key; the key alone relinks; both disagreeing is refused", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await two_customers(database.sessions());
        auto session = database.sessions()();
        auto ada = co_await session.get<Customer>(1, selectinload<&Customer::notes>());
        auto bob = co_await session.get<Customer>(2, selectinload<&Customer::notes>());
        auto note = ada->notes.share(0);
        note->customer_id = bob->id;
        co_await session.flush();
        CHECK(note->customer.get() == bob.get());
        CHECK(bob->notes.contains(*note));
        CHECK_FALSE(ada->notes.contains(*note));

        note->customer_id = 4711;
        note->customer = ada;
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<ArgumentError>(flush);
        CHECK(failure.find("disagree") != std::string::npos);
        co_await session.rollback();
    });
}

TEST_CASE("entities enter as values or handles; other sessions' entities are refused", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto shared = std::make_shared<Customer>(Customer{.email = "shared"});
        auto handle = session.add(shared);
        CHECK(handle.get() == shared.get());
        CHECK(session.contains(shared));
        Note note{.text = "from a value"};
        note.customer = shared;
        auto added = session.add(std::move(note));
        CHECK(added->customer.get() == shared.get());
        CHECK(shared->notes.size() == 1);
        co_await session.commit();
        CHECK(added->customer_id == shared->id);

        auto other = database.sessions()();
        std::string refused;
        try {
            other.add(added);
        } catch (const ArgumentError& error) {
            refused = error.message();
        }
        CHECK(refused.find("another session") != std::string::npos);
        Customer free{.email = "free"};
        refused.clear();
        try {
            added->customer = free;
        } catch (const ArgumentError& error) {
            refused = error.message();
        }
        CHECK(refused.find("Customer") != std::string::npos);
        CHECK(added->customer.get() == shared.get());
    });
}

TEST_CASE("merge copies values onto the session's entity and follows what was given", "[session][merge]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await two_customers(database.sessions());
        std::shared_ptr<Customer> detached;
        {
            auto session = database.sessions()();
            detached = co_await session.get<Customer>(1, selectinload<&Customer::notes>());
        }
        CHECK(detached->notes.size() == 2);
        detached->points = 42;
        auto session = database.sessions()();
        auto mine = co_await session.merge(detached);
        CHECK(mine.get() != detached.get());
        CHECK(mine->points == 42);
        CHECK(mine->notes.size() == 2);
        const Customer fresh{.email = "fresh"};
        auto added = co_await session.merge(fresh);
        CHECK(session.state(added) == ObjectState::pending);
        co_await session.commit();
        CHECK(added->id == 3);
        auto other = database.sessions()();
        CHECK((co_await other.get<Customer>(1))->points == 42);
    });
}

TEST_CASE("states: expunge, add again, remove taken back, use of a foreign session", "[session][states]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto pending = session.add(Customer{.email = "pending"});
        CHECK(session.new_objects().size() == 1);
        session.expunge(pending);
        CHECK(session.state(pending) == ObjectState::transient);
        auto customer = session.add(Customer{.email = "a"});
        co_await session.commit();
        session.remove(customer);
        CHECK(session.deleted().size() == 1);
        session.add(customer);
        CHECK(session.deleted().empty());
        customer->points = 1;
        CHECK(session.dirty().size() == 1);
        co_await session.commit();
        session.expunge(customer);
        CHECK(session.state(customer) == ObjectState::detached);
        auto again = co_await session.get<Customer>(customer->id);
        CHECK(again.get() != customer.get());
        CHECK(again->points == 1);
        session.expunge_all();
        CHECK(session.state(again) == ObjectState::detached);
        CHECK(again->email == "a");
    });
}
