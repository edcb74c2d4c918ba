// docs/guide/transactions.md: sessions and connections, savepoints, isolation, retries, versions.
#include "guide.hpp"

#include <cstdint>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select;
using shop::Author;

// Not in an unnamed namespace: docs/guide/compilers.md says why.
namespace bank {

// region: version
struct Account {
    std::int64_t id{};
    int balance{};
    int version{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("accounts", column<&Account::id>(primary_key), column<&Account::balance>(), column<&Account::version>(version_id));
    }
};
// endregion

}  // namespace bank

using bank::Account;

namespace {

// region: autobegin
awaitable<void> autobegin(async_sessionmaker async_session) {
    auto session = async_session();
    expect(!session.in_transaction(), "nothing has begun");
    session.add(Author{.name = "Stanislaw Lem"});
    co_await session.flush();
    expect(session.in_transaction(), "the first statement began a transaction");
    co_await session.commit();
    expect(!session.in_transaction(), "and the connection went back to the pool");
}
// endregion

// region: guard
awaitable<void> guard(async_sessionmaker async_session) {
    auto session = async_session();
    {
        auto transaction = co_await session.begin();
        auto author = co_await session.get_one<Author>(1);
        author->born = 1900;
        co_await session.flush();
    }  // no commit(): undone in memory now, in the database with the next statement
    auto author = co_await session.get_one<Author>(1);
    expect(!author->born, "rolled back");
}
// endregion

// region: nested
awaitable<void> nested(async_sessionmaker async_session) {
    auto session = async_session();
    auto outer = session.add(Author{.name = "Ursula K. Le Guin"});
    auto savepoint = co_await session.begin_nested();
    auto inner = session.add(Author{.name = "Anonymous"});
    outer->born = 1929;
    co_await savepoint.rollback();
    expect(session.state(inner) == azoth::ObjectState::transient, "added inside: as if it had never been");
    expect(session.state(outer) == azoth::ObjectState::persistent && !outer->born, "only what changed inside");
    co_await session.commit();
}
// endregion

// region: failed_flush
awaitable<void> failed_flush(async_sessionmaker async_session) {
    auto session = async_session();
    session.add(Author{.name = "Stanislaw Lem"});
    bool failed = false;
    try {
        co_await session.flush();
    } catch (const azoth::UniqueViolation&) {
        failed = true;  // the transaction is rolled back already
    }
    expect(failed && !session.is_active(), "the session refuses work until it is told to go on");
    co_await session.rollback();
    expect((co_await session.execute(select<Author>())).all().size() == 2, "and then goes on");
}
// endregion

// region: connection
awaitable<void> connection(azoth::AsyncEngine engine) {
    auto connection = co_await engine.begin({.isolation = azoth::Isolation::serializable});
    auto rename = azoth::update<Author>().where(col<&Author::name> == "Stanislaw Lem").values(col<&Author::name> = "S. Lem");
    auto result = co_await connection.execute(rename);
    expect(result.rowcount() == 1, "rows matched");
    {
        auto savepoint = co_await connection.begin_nested();
        co_await connection.execute(azoth::delete_from<Author>());
    }  // left without commit(): the savepoint is rolled back
    co_await connection.commit();
    co_await connection.close();
}
// endregion

// region: retry
struct Birthday {
    std::int64_t author;
    int runs = 0;

    awaitable<int> operator()(azoth::AsyncSession& session) {
        ++runs;
        auto found = co_await session.get_one<Author>(author);  // read again in each run: it may have changed
        found->born = 1921;
        co_await session.flush();
        if (runs == 1) throw azoth::SerializationFailure("another transaction came first");
        co_return *found->born;
    }
};

awaitable<void> retry(async_sessionmaker async_session) {
    Birthday birthday{.author = 1};
    const int born = co_await async_session.transact(birthday, azoth::Retry{.attempts = 3});  // commits
    expect(born == 1921 && birthday.runs == 2, "run again once");
}
// endregion

// region: stale
awaitable<void> stale(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    auto account = co_await session.get_one<Account>(id);
    auto behind_our_back = azoth::update<Account>().values(col<&Account::version> = col<&Account::version> + 1).synchronize_session(azoth::SynchronizeSession::none);
    const auto scope = session.no_autoflush();
    account->balance = 5;
    co_await session.execute(behind_our_back);
    bool stale = false;
    try {
        co_await session.flush();  // UPDATE accounts SET balance = ?, version = ? WHERE id = ? AND version = ?
    } catch (const azoth::StaleDataError&) {
        stale = true;
    }
    expect(stale, "the row is not the one that was read");
}
// endregion

// region: joined
awaitable<void> sign_up(async_sessionmaker async_session, std::string name) {  // code to be tested
    auto session = async_session();
    session.add(Author{.name = name});
    co_await session.commit();
}

awaitable<void> test_sign_up(azoth::AsyncEngine engine) {
    auto connection = co_await engine.begin();
    async_sessionmaker async_session(connection);
    co_await sign_up(async_session, "Karel Capek");
    auto session = async_session();
    auto query = azoth::select<Author>().where(col<&Author::name> == "Karel Capek");
    auto found = co_await session.execute(query);
    expect(found.scalar_one()->id > 0, "committed, as far as sessions of this maker can see");
    co_await connection.rollback();  // and gone
}
// endregion

}  // namespace

awaitable<void> transactions(azoth::AsyncEngine engine) {
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(azoth::metadata<Account>());
        co_await connection.commit();
    }
    async_sessionmaker async_session(engine);
    co_await autobegin(async_session);
    co_await guard(async_session);
    co_await nested(async_session);
    co_await failed_flush(async_session);
    co_await connection(engine);
    co_await retry(async_session);
    std::int64_t id = 0;
    {
        auto session = async_session();
        auto account = session.add(Account{.balance = 1});
        co_await session.commit();
        id = account->id;
    }
    co_await stale(async_session, id);
    co_await test_sign_up(engine);
}

}  // namespace guide
