// Bulk UPDATE and DELETE: what loaded objects see of them, and by which statements.
#include <support/database.hpp>
#include <support/session_models.hpp>

#include <algorithm>
#include <optional>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace shop;

namespace {

struct Three {
    std::shared_ptr<Customer> low, middle, high;
};

// Points 10, 20 and 30, loaded; the log is empty.
awaitable<Three> three(Database& database, AsyncSession& session) {
    Three made;
    made.low = session.add(Customer{.email = "low", .points = 10});
    made.middle = session.add(Customer{.email = "middle", .points = 20});
    made.high = session.add(Customer{.email = "high", .points = 30});
    co_await session.flush();
    database.log().clear();
    co_return made;
}

}  // namespace

TEST_CASE("a simple UPDATE is carried out in memory: no SELECT, nothing left to flush", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto made = co_await three(database, session);
        auto result = co_await session.execute(update<Customer>().where(col<&Customer::points> > 10).values(col<&Customer::points> = col<&Customer::points> + 5));
        CHECK(result.rowcount() == 2);
        CHECK(made.low->points == 10);
        CHECK(made.middle->points == 25);
        CHECK(made.high->points == 35);
        CHECK(session.dirty().empty());
        auto met = co_await session.get<Customer>(made.middle->id);
        CHECK(met == made.middle);
        CHECK(database.log().count() == 1);
        co_await session.rollback();

        co_await session.execute(update<Customer>().values(col<&Customer::points> = 1));
        co_await session.commit();
    });
}

TEST_CASE("rollback takes back what a bulk statement did to objects, savepoint by savepoint", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto made = co_await three(database, session);
        co_await session.commit();
        co_await session.execute(select<Customer>());
        co_await session.execute(update<Customer>().where(col<&Customer::id> == made.low->id).values(col<&Customer::points> = 11));
        {
            auto savepoint = co_await session.begin_nested();
            co_await session.execute(update<Customer>().where(col<&Customer::id> == made.low->id).values(col<&Customer::points> = 12));
            co_await session.execute(delete_from<Customer>().where(col<&Customer::points> >= 20));
            CHECK(made.low->points == 12);
            CHECK(session.state(made.high) == ObjectState::deleted);
            CHECK_FALSE(session.contains(made.middle));
            co_await savepoint.rollback();
        }
        CHECK(made.low->points == 11);
        CHECK(session.state(made.high) == ObjectState::persistent);
        auto high = co_await session.get<Customer>(made.high->id);
        CHECK(high == made.high);
        co_await session.rollback();
        CHECK(made.low->points == 10);
        co_await session.execute(select<Customer>());  // of expired objects nothing is known
        co_await session.execute(delete_from<Customer>().where(col<&Customer::points> < 20));
        co_await session.commit();
        CHECK(session.state(made.low) == ObjectState::detached);
    });
}

TEST_CASE("members that were changed and not flushed are not overwritten, and are flushed", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto made = co_await three(database, session);
        {
            const auto scope = session.no_autoflush();
            made.low->points = 99;
            made.low->email = "mine";
            // The row still has 10 points: that is what is compared.
            co_await session.execute(update<Customer>().where(col<&Customer::points> == 10).values(col<&Customer::points> = 0));
            CHECK(made.low->points == 99);
            CHECK(session.history<&Customer::points>(made.low).old_value == 0);
        }
        co_await session.commit();
        auto other = database.sessions()();
        auto stored = co_await other.get_one<Customer>(made.low->id);
        CHECK(stored->points == 99);
        CHECK(stored->email == "mine");
    });
}

TEST_CASE("criteria in memory: AND, OR, NOT, IN, BETWEEN, NULL", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto customer = session.add(Customer{.email = "a"});
        co_await session.flush();
        std::vector<std::shared_ptr<Note>> notes;
        for (int i = 0; i < 6; ++i) {
            Note note{.text = std::to_string(i)};
            if (i % 2 == 0) note.customer_id = customer->id;
            notes.push_back(session.add(std::move(note)));
        }
        co_await session.flush();
        const std::int64_t first = notes[0]->id;
        const auto none = std::optional<std::int64_t>();
        const auto of = [](const auto& criterion) { return update<Note>().where(criterion).synchronize_session(SynchronizeSession::evaluate); };
        const std::vector<Update<Note>> updates{
            of(col<&Note::customer_id>.is_null()),
            of(col<&Note::customer_id>.is_not_null() && col<&Note::id> > first + 1),
            of(col<&Note::customer_id> == customer->id),
            of(col<&Note::customer_id> != customer->id),  // NULL is not different
            of(not_(col<&Note::customer_id> == customer->id)),
            of(not_(col<&Note::customer_id>.is_distinct_from(none)) || col<&Note::id> == first),
            of(col<&Note::id>.in_(first, first + 3, first + 100)),
            of(col<&Note::id>.not_in(first, first + 3)),
            of(col<&Note::customer_id>.not_in(customer->id)),
            of(col<&Note::id>.between(first + 1, first + 3)),
            of(not_(col<&Note::id>.between(first + 1, first + 3))),
            of(col<&Note::id> * 2 - 1 > first * 2 + 4),
        };
        int step = 0;
        for (const auto& change : updates) {
            INFO(step);
            const std::string mark = "m" + std::to_string(step++);
            auto result = co_await session.execute(change.values(col<&Note::text> = mark));
            const auto marked = std::count_if(notes.begin(), notes.end(), [&](const auto& note) { return note->text == mark; });
            CHECK(marked == result.rowcount());
            database.log().clear();
            auto rows = co_await session.execute(select(col<&Note::id>).where(col<&Note::text> == mark));
            for (const auto& row : rows.all()) CHECK(notes[static_cast<std::size_t>(row.template get<0>() - first)]->text == mark);
            CHECK(database.log().count("UPDATE") == 0);
        }
    });
}

TEST_CASE("what cannot be computed in memory expires the table; evaluate refuses it", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto made = co_await three(database, session);
        const auto by_length = update<Customer>().where(func::length(col<&Customer::email>) == 3).values(col<&Customer::points> = 7);
        const auto strict = by_length.synchronize_session(SynchronizeSession::evaluate);
        const auto refused = co_await failure_of<ArgumentError>([&]() -> awaitable<void> { (void)co_await session.execute(strict); });
        CHECK(refused.find("customers") != std::string::npos);
        CHECK(database.log().count() == 0);

        co_await session.execute(by_length);
        CHECK(made.low->points == 10);  // not read yet
        (void)co_await session.get<Customer>(made.low->id);
        CHECK(made.low->points == 7);
        CHECK(database.log().count("SELECT") == 1);

        // Simple criteria, a value that only the database knows: of the rows that match.
        database.log().clear();
        co_await session.execute(update<Customer>().where(col<&Customer::points> == 20).values(col<&Customer::email> = func::upper(col<&Customer::email>)));
        (void)co_await session.get<Customer>(made.low->id);
        CHECK(database.log().count("SELECT") == 0);
        (void)co_await session.get<Customer>(made.middle->id);
        CHECK(made.middle->email == "MIDDLE");
        CHECK(database.log().count("SELECT") == 1);

        // A value that follows from an assigned column: databases disagree, so it is read.
        database.log().clear();
        co_await session.execute(update<Account>().values(col<&Account::balance> = col<&Account::version>, col<&Account::version> = 5));
    });
}

TEST_CASE("equality of texts is the database's own affair where case may not count", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto made = co_await three(database, session);
        co_await session.execute(update<Customer>().where(col<&Customer::email> == "LOW").values(col<&Customer::points> = 1));
        (void)co_await session.get<Customer>(made.low->id);
        CHECK(made.low->points == (database.kind().mariadb() ? 1 : 10));
        CHECK(database.log().count("SELECT") == (database.kind().mariadb() ? 1U : 0U));
    });
}

TEST_CASE("fetch asks the database which rows it met", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto made = co_await three(database, session);
        const auto shorter = func::length(col<&Customer::email>) < 5;
        auto changed = co_await session.execute(update<Customer>().where(shorter).values(col<&Customer::points> = col<&Customer::points> + 1).synchronize_session(SynchronizeSession::fetch));
        CHECK(changed.rowcount() == 2);
        CHECK(made.low->points == 11);
        CHECK(made.middle->points == 20);
        CHECK(made.high->points == 31);
        CHECK(session.dirty().empty());
        const bool selects = database.kind().mariadb();  // which has RETURNING for INSERT and DELETE
        CHECK(database.log().count() == (selects ? 2U : 1U));
        CHECK(database.log().count("SELECT") == (selects ? 1U : 0U));

        database.log().clear();
        const auto of_subquery = col<&Customer::id>.in_(select(col<&Note::customer_id>).where(col<&Note::text> == "t"));
        session.add(Note{.text = "t", .customer_id = made.high->id});
        auto none = co_await session.execute(update<Customer>().where(of_subquery, col<&Customer::points> > 100).values(col<&Customer::points> = 0).synchronize_session(SynchronizeSession::fetch));
        CHECK(none.rowcount() == 0);
        auto some = co_await session.execute(update<Customer>().where(of_subquery, col<&Customer::points> < 100).values(col<&Customer::points> = 0).synchronize_session(SynchronizeSession::fetch));
        CHECK(some.rowcount() == 1);
        CHECK(made.high->points == 0);

        co_await session.execute(delete_from<Note>());
        database.log().clear();
        auto removed = co_await session.execute(delete_from<Customer>().where(shorter).synchronize_session(SynchronizeSession::fetch));
        CHECK(removed.rowcount() == 2);
        CHECK(session.state(made.low) == ObjectState::deleted);
        CHECK(session.state(made.middle) == ObjectState::persistent);
        CHECK(database.log().count() == 1);
        co_await session.rollback();
    });
}

TEST_CASE("none leaves objects alone", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto made = co_await three(database, session);
        co_await session.execute(update<Customer>().values(col<&Customer::points> = 1).synchronize_session(SynchronizeSession::none));
        co_await session.execute(delete_from<Customer>().where(col<&Customer::email> == "high").synchronize_session(SynchronizeSession::none));
        (void)co_await session.get<Customer>(made.high->id);
        CHECK(made.high->points == 30);
        CHECK(session.contains(made.high));
        CHECK(database.log().count("SELECT") == 0);
    });
}

TEST_CASE("a bulk DELETE: objects leave the session, and their handles stay readable", "[query][synchronize]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto made = co_await three(database, session);
        const auto gone = delete_from<Customer>().where(col<&Customer::points> < 15 || col<&Customer::points> == 30);
        auto result = co_await session.execute(gone);
        CHECK(result.rowcount() == 2);
        CHECK(session.state(made.low) == ObjectState::deleted);
        CHECK(session.state(made.high) == ObjectState::deleted);
        CHECK(made.low->email == "low");
        auto missing = co_await session.get<Customer>(made.low->id);
        CHECK(missing == nullptr);
        co_await session.rollback();
        CHECK(session.state(made.low) == ObjectState::transient);  // it was added in this transaction

        // With RETURNING the objects that come back are those that were loaded.
        auto country = session.add(Country{.code = "NL", .name = "Holland"});
        co_await session.flush();
        auto returned = co_await session.execute(delete_from<Country>().where(col<&Country::name> == "Holland").returning(entity<Country>));
        CHECK(returned.scalars().one() == country);
        CHECK(session.state(country) == ObjectState::deleted);
        co_await session.rollback();
    });
}
