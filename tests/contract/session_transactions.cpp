// Commit, rollback, savepoints, failed flushes: what stays, what is restored, what is refused.
#include <support/database.hpp>
#include <support/session_models.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

TEST_CASE("commit keeps values; the next query rereads", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a", .points = 1});
        co_await session.commit();
        CHECK(customer->points == 1);
        {
            auto other = database.sessions()();
            (co_await other.get<Customer>(1))->points = 2;
            co_await other.commit();
        }
        customer->email = "edited meanwhile";  // an edit survives the reread, what was not edited is refreshed
        auto result = co_await session.execute(select<Customer>());
        CHECK(result.scalar_one().get() == customer.get());
        CHECK(customer->points == 2);
        CHECK(customer->email == "edited meanwhile");
        co_await session.commit();
        auto other = database.sessions()();
        auto stored = co_await other.get<Customer>(1);
        CHECK(stored->email == "edited meanwhile");
        CHECK(stored->points == 2);
    });
}

TEST_CASE("an insert-only commit is one batch with its COMMIT", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        session.add(Customer{.email = "a"});
        co_await session.commit();
        CHECK_FALSE(session.in_transaction());
        auto other = database.sessions()();
        auto customer = co_await other.get<Customer>(1);
        CHECK(customer != nullptr);
    });
}

TEST_CASE("rollback: added objects are transient again, deleted ones persistent, changes revert", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto kept = session.add(Customer{.email = "kept", .points = 1});
        auto removed = session.add(Customer{.email = "removed"});
        co_await session.commit();

        auto added = session.add(Customer{.email = "added"});
        kept->points = 2;
        session.remove(removed);
        co_await session.flush();
        CHECK(session.state(removed) == ObjectState::deleted);
        CHECK(added->id != 0);
        kept->points = 3;  // not flushed
        co_await session.rollback();

        CHECK(session.state(added) == ObjectState::transient);
        CHECK(added->id == 0);
        CHECK(added->email == "added");
        CHECK(session.state(removed) == ObjectState::persistent);
        CHECK(kept->points == 1);
        CHECK_FALSE(session.is_modified(kept));

        session.add(added);  // and it can be added again
        co_await session.commit();
        auto result = co_await session.execute(select(func::count(col<&Customer::id>)));
        CHECK(result.scalar() == 3);
    });
}

TEST_CASE("rollback restores relationships as they were", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto ada = session.add(Customer{.email = "ada"});
        auto bob = session.add(Customer{.email = "bob"});
        ada->notes.add(Note{.text = "one"});
        ada->notes.add(Note{.text = "two"});
        co_await session.commit();
        auto one = ada->notes.share(0);
        bob->notes.add(one);
        CHECK(ada->notes.size() == 1);
        CHECK(one->customer.get() == bob.get());
        co_await session.flush();
        CHECK(one->customer_id == bob->id);
        auto three = ada->notes.add(Note{.text = "three"});
        co_await session.rollback();
        CHECK(ada->notes.size() == 2);
        CHECK(bob->notes.empty());
        CHECK(one->customer.get() == ada.get());
        CHECK(one->customer_id == ada->id);
        CHECK(session.state(three) == ObjectState::transient);
    });
}

TEST_CASE("a savepoint's rollback undoes what happened inside, and only that", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto outer = session.add(Customer{.email = "outer", .points = 1});
        auto savepoint = co_await session.begin_nested();
        CHECK(session.state(outer) == ObjectState::persistent);  // flushed before the savepoint
        auto inner = session.add(Customer{.email = "inner"});
        outer->points = 2;
        co_await session.flush();
        outer->email = "unflushed";
        co_await savepoint.rollback();
        CHECK_FALSE(savepoint.is_active());
        CHECK(session.state(inner) == ObjectState::transient);
        CHECK(outer->points == 1);
        CHECK(outer->email == "outer");
        CHECK(session.state(outer) == ObjectState::persistent);
        co_await session.commit();
        auto other = database.sessions()();
        auto result = co_await other.execute(select<Customer>());
        const auto customers = result.scalars().all();
        REQUIRE(customers.size() == 1);
        CHECK(customers[0]->points == 1);
    });
}

TEST_CASE("a released savepoint is undone by the outer rollback, nested ones too", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a", .points = 1});
        co_await session.commit();
        auto first = co_await session.begin_nested();
        customer->points = 2;
        {
            auto second = co_await session.begin_nested();
            customer->points = 3;
            co_await second.commit();
        }
        CHECK(customer->points == 3);
        co_await first.commit();
        co_await session.rollback();
        CHECK(customer->points == 1);
        auto result = co_await session.execute(select(col<&Customer::points>));
        CHECK(result.scalar() == 1);
    });
}

TEST_CASE("a guard left without commit undoes its work in memory at once", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a", .points = 1});
        co_await session.commit();
        {
            auto transaction = co_await session.begin();
            customer->points = 2;
            co_await session.flush();
            {
                auto savepoint = co_await session.begin_nested();
                customer->points = 3;
                co_await session.flush();
            }
            CHECK(customer->points == 2);
        }
        CHECK(customer->points == 1);
        CHECK_FALSE(session.in_transaction());
        auto result = co_await session.execute(select(col<&Customer::points>));
        CHECK(result.scalar() == 1);
    });
}

TEST_CASE("commit inside a savepoint commits everything; begin after work is refused", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a"});
        auto savepoint = co_await session.begin_nested();
        customer->points = 5;
        const auto begin = [&]() -> awaitable<void> { auto transaction = co_await session.begin(); };
        const auto refused = co_await failure_of<InvalidRequestError>(begin);
        CHECK_FALSE(refused.empty());
        co_await session.commit();
        CHECK_FALSE(savepoint.is_active());
        const auto again = [&] { return savepoint.commit(); };
        const auto ended = co_await failure_of<InvalidRequestError>(again);
        CHECK_FALSE(ended.empty());
        auto other = database.sessions()();
        CHECK((co_await other.get<Customer>(1))->points == 5);
    });
}

TEST_CASE("after a failed flush the session refuses work until rollback", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        session.add(Customer{.email = "a"});
        co_await session.commit();
        auto good = session.add(Customer{.email = "b"});
        auto duplicate = session.add(Customer{.email = "a"});
        const auto flush = [&] { return session.flush(); };
        const auto commit = [&] { return session.commit(); };
        const auto query = [&]() -> awaitable<void> { (void)co_await session.execute(select<Customer>()); };
        auto failure = co_await failure_of<UniqueViolation>(flush);
        CHECK(failure.find("email") != std::string::npos);
        CHECK_FALSE(session.is_active());
        CHECK(session.state(good) == ObjectState::transient);  // at once
        failure = co_await failure_of<PendingRollbackError>(commit);
        CHECK(failure.find("email") != std::string::npos);
        failure = co_await failure_of<PendingRollbackError>(query);
        CHECK_FALSE(failure.empty());
        co_await session.rollback();
        CHECK(session.is_active());
        CHECK(duplicate->email == "a");
        session.add(good);
        co_await session.commit();
        auto result = co_await session.execute(select(func::count(col<&Customer::id>)));
        CHECK(result.scalar() == 2);
    });
}

TEST_CASE("a flush that fails inside a savepoint leaves the outside usable", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto outer = session.add(Customer{.email = "a"});
        auto savepoint = co_await session.begin_nested();
        session.add(Customer{.email = "a"});
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<IntegrityError>(flush);
        CHECK_FALSE(failure.empty());
        co_await savepoint.rollback();
        outer->points = 9;
        co_await session.commit();
        auto other = database.sessions()();
        CHECK((co_await other.get<Customer>(1))->points == 9);
    });
}

TEST_CASE("a session dropped in mid-transaction commits nothing and frees its connection", "[session][transaction]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        std::shared_ptr<Customer> customer;
        {
            auto session = database.sessions()();
            customer = session.add(Customer{.email = "a"});
            co_await session.flush();
        }
        CHECK(customer->email == "a");  // the handle keeps the graph
        auto other = database.sessions()();
        auto result = co_await other.execute(select(func::count(col<&Customer::id>)));
        CHECK(result.scalar() == 0);
        co_await other.close();
        const auto after = [&] { return other.flush(); };
        const auto refused = co_await failure_of<InvalidRequestError>(after);
        CHECK_FALSE(refused.empty());
    });
}

TEST_CASE("a savepoint's rollback undoes a statement that failed, and the transaction goes on", "[session][transactions]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto ada = session.add(Customer{.email = "ada"});
        co_await session.flush();
        {
            auto savepoint = co_await session.begin_nested();
            const std::vector<Customer> again{Customer{.email = "ada"}};
            const auto statement = insert<Customer>();
            const auto fails = [&] { return session.execute(statement, again); };
            const auto failure = co_await failure_of<UniqueViolation>(fails);
            CHECK_FALSE(failure.empty());
            co_await savepoint.rollback();
        }
        ada->points = 3;
        co_await session.commit();
        auto other = database.sessions()();
        const auto stored = co_await other.get<Customer>(ada->id);
        CHECK(stored->points == 3);
    });
}
