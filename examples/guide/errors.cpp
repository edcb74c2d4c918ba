// docs/guide/errors.md: what is thrown, and what an error knows.
#include "guide.hpp"

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select;
using shop::Author, shop::Book;

namespace {

// region: catch
awaitable<bool> register_author(async_sessionmaker async_session, std::string name) {
    auto session = async_session();
    session.add(Author{.name = name});
    try {
        co_await session.commit();
    } catch (const azoth::UniqueViolation& error) {
        expect(error.table() == "authors" && error.column() == "name", "which column");
        co_return false;
    }
    co_return true;
}
// endregion

// region: facts
awaitable<void> facts(async_sessionmaker async_session) {
    auto session = async_session();
    try {
        co_await session.execute(azoth::text("SELECT nonsense"));
    } catch (const azoth::DatabaseError& error) {
        expect(error.statement() == "SELECT nonsense", "the SQL, never the values");
        expect(!error.connection_lost() && !error.retryable(), "what can be done about it");
    }
}
// endregion

// region: bad_calls
awaitable<void> bad_calls(async_sessionmaker async_session) {
    auto session = async_session();
    auto product = select(col<&Author::name>, col<&Book::title>);  // two tables that nothing connects
    bool refused = false;
    try {
        co_await session.execute(product);
    } catch (const azoth::ArgumentError&) {
        refused = true;
    }
    expect(refused, "refused before anything is sent");
}
// endregion

}  // namespace

awaitable<void> errors(azoth::AsyncEngine engine) {
    async_sessionmaker async_session(engine);
    expect(co_await register_author(async_session, "Stanislaw Lem"), "new");
    expect(!co_await register_author(async_session, "Stanislaw Lem"), "taken");
    co_await facts(async_session);
    co_await bad_calls(async_session);
}

}  // namespace guide
