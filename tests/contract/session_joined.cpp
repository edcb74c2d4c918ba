// Sessions inside a connection's transaction: what tests of a service do with its sessions, undone by one rollback.
#include <support/database.hpp>
#include <support/session_models.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

namespace {

awaitable<void> check_customers(async_sessionmaker sessions, std::int64_t expected) {
    auto session = sessions();
    auto result = co_await session.execute(select(func::count()).select_from(entity<Customer>));
    CHECK(result.scalar() == expected);
}

Customer customer(std::string email) {
    Customer customer;
    customer.email = std::move(email);
    return customer;
}

// Code under test: knows nothing of connections.
awaitable<void> service(async_sessionmaker sessions) {
    auto session = sessions();
    session.add(customer("kept"));
    co_await session.commit();
    session.add(customer("undone"));
    co_await session.flush();
    co_await session.rollback();
    session.add(customer("also kept"));
    co_await session.commit();
}

}  // namespace

TEST_CASE("sessions inside a connection: their commits are savepoints, its rollback undoes them all", "[session][joined]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().begin();
        const async_sessionmaker sessions(connection);
        co_await service(sessions);
        co_await check_customers(sessions, 2);
        CHECK(connection.in_transaction());
        co_await connection.rollback();

        // A connection that has not begun does so, and its commit keeps what sessions committed.
        co_await check_customers(sessions, 0);
        CHECK(connection.in_transaction());
        co_await connection.rollback();
        co_await service(sessions);
        co_await connection.commit();
        co_await connection.close();
        co_await check_customers(database.sessions(), 2);
    });
}

TEST_CASE("sessions inside a connection: savepoints, failures and sessions that are dropped leave its transaction alone", "[session][joined]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().begin();
        const async_sessionmaker sessions(connection);
        {
            auto session = sessions();
            const auto ada = session.add(customer("ada"));
            co_await session.flush();
            auto savepoint = co_await session.begin_nested();
            ada->points = 5;
            co_await session.flush();
            co_await savepoint.rollback();
            CHECK(ada->points == 0);
            co_await session.commit();
            session.add(customer("ada"));  // unique
            const auto commit = [&] { return session.commit(); };
            const auto failure = co_await failure_of<UniqueViolation>(commit);
            CHECK_FALSE(failure.empty());
            const auto pending = co_await failure_of<PendingRollbackError>(commit);
            CHECK_FALSE(pending.empty());
            co_await session.rollback();
            session.add(customer("grace"));
            co_await session.commit();
            session.add(customer("dropped"));
            co_await session.flush();
        }
        co_await check_customers(sessions, 2);
        {
            auto session = sessions();
            auto transaction = co_await session.begin();
            session.add(customer("linus"));
            co_await transaction.commit();
            CHECK_FALSE(session.in_transaction());
            TransactionOptions options;
            options.isolation = Isolation::serializable;
            const auto begin = [&] { return session.begin(options); };
            const auto refused = co_await failure_of<InvalidRequestError>(begin);
            CHECK(refused.find("connection") != std::string::npos);
            auto other = co_await session.begin();
            session.add(customer("ken"));
            co_await session.flush();
            co_await other.rollback();
            co_await session.close();
        }
        co_await check_customers(sessions, 3);
        co_await connection.commit();
        co_await connection.close();
        co_await check_customers(database.sessions(), 3);
    });
}

TEST_CASE("sessions inside a connection: one whose transaction was ended outside says so", "[session][joined]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().begin();
        const async_sessionmaker sessions(connection);
        auto session = sessions();
        const auto ada = session.add(customer("ada"));
        co_await session.flush();
        co_await connection.rollback();
        const auto commit = [&] { return session.commit(); };
        const auto failure = co_await failure_of<InvalidRequestError>(commit);
        CHECK_FALSE(failure.empty());
        co_await session.rollback();
        CHECK(session.state(ada) == ObjectState::transient);
        session.add(customer("grace"));
        co_await session.commit();
        co_await check_customers(sessions, 1);
        co_await connection.rollback();
    });
}

TEST_CASE("sessions inside a connection: a statement that fails, and a stream that is open, end with the session's rollback", "[session][joined]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            for (int i = 0; i < 5; ++i) session.add(customer(std::to_string(i)));
            co_await session.commit();
        }
        auto connection = co_await database.engine().begin();
        const async_sessionmaker sessions(connection);
        {
            auto session = sessions();
            const std::vector<Customer> again{customer("1")};
            const auto insert_again = insert<Customer>();
            const auto fails = [&] { return session.execute(insert_again, again); };
            const auto failure = co_await failure_of<UniqueViolation>(fails);
            CHECK_FALSE(failure.empty());
            co_await session.rollback();
            co_await check_customers(sessions, 5);
            const auto once_more = co_await failure_of<UniqueViolation>(fails);
            CHECK_FALSE(once_more.empty());
        }  // dropped as it is
        co_await check_customers(sessions, 5);
        auto session = sessions();
        {
            auto stream = co_await session.stream(select<Customer>().order_by(col<&Customer::id>));
            (void)co_await stream.next();
            co_await session.rollback();
        }
        const auto change = update<Customer>().values(col<&Customer::points> = 7);
        auto changed = co_await session.execute(change);
        CHECK(changed.rowcount() == 5);
        co_await session.commit();
        auto points = co_await session.execute(select(func::count()).select_from(entity<Customer>).where(col<&Customer::points> == 7));
        CHECK(points.scalar() == 5);
        co_await session.close();
        co_await connection.rollback();
    });
}

TEST_CASE("sessions inside a connection: one that goes on after the connection's commit is refused until it rolls back", "[session][joined]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().begin();
        const async_sessionmaker sessions(connection);
        auto session = sessions();
        session.add(customer("ada"));
        co_await session.flush();
        co_await connection.commit();
        session.add(customer("grace"));
        const auto flush = [&] { return session.flush(); };
        const auto refused = co_await failure_of<InvalidRequestError>(flush);
        CHECK(refused.find("connection's transaction") != std::string::npos);
        co_await session.rollback();
        session.add(customer("grace"));
        co_await session.commit();
        co_await check_customers(sessions, 2);
        co_await connection.rollback();
    });
}
