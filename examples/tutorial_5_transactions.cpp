// Tutorial, step 5: transactions and savepoints.
#include "tutorial.hpp"

#include <stdexcept>

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select;
using shop::Author;

// region: transaction
awaitable<void> rename(async_sessionmaker async_session, bool fail) {
    auto session = async_session();
    auto transaction = co_await session.begin();  // leaving the scope without commit() rolls back
    auto author = co_await session.get_one<Author>(1);
    author->name = "S. Lem";
    co_await session.flush();
    if (fail) throw std::runtime_error("something went wrong");
    co_await transaction.commit();
}
// endregion

// region: savepoint
awaitable<void> add_unless_there(async_sessionmaker async_session) {
    auto session = async_session();
    auto butler = session.add(Author{.name = "Octavia E. Butler"});
    auto savepoint = co_await session.begin_nested();  // flushes first
    bool refused = false;
    try {
        session.add(Author{.name = "Stanislaw Lem"});
        co_await session.flush();
    } catch (const azoth::UniqueViolation& error) {
        std::printf("%s\n", error.message().c_str());
        refused = true;
    }
    if (refused) {
        co_await savepoint.rollback();  // undoes the inside; butler stays
    } else {
        co_await savepoint.commit();
    }
    butler->born = 1947;
    co_await session.commit();
}
// endregion

awaitable<void> show(async_sessionmaker async_session) {
    auto session = async_session();
    auto result = co_await session.execute(select<Author>().order_by(col<&Author::id>));
    for (const auto& author : result.scalars().all()) std::printf("%s, %d\n", author->name.c_str(), author->born.value_or(0));
}

awaitable<void> run(azoth::AsyncEngine engine) {
    co_await create_tables(engine);
    async_sessionmaker async_session(engine);
    {
        auto session = async_session();
        session.add(Author{.name = "Stanislaw Lem", .born = 1921});
        co_await session.commit();
    }
    try {
        co_await rename(async_session, true);
    } catch (const std::runtime_error& error) {
        std::printf("rolled back: %s\n", error.what());
    }
    co_await add_unless_there(async_session);
    co_await rename(async_session, false);
    co_await show(async_session);
}

int main() { return run_program(run); }
