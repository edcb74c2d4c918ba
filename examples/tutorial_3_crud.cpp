// Tutorial, step 3: add, query, update, delete.
#include "tutorial.hpp"

#include <cstdint>
#include <string>

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select;
using shop::Author;

// region: add
awaitable<std::int64_t> add(async_sessionmaker async_session) {
    auto session = async_session();
    auto lem = session.add(Author{.name = "Stanislaw Lem", .born = 1921});
    session.add(Author{.name = "Ursula K. Le Guin"});
    co_await session.commit();
    co_return lem->id;  // made by the database
}
// endregion

// region: query
awaitable<void> query(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    auto lem = co_await session.get<Author>(id);  // null when there is no such row
    std::printf("%s\n", lem->name.c_str());

    auto named = select<Author>().where(col<&Author::name>.contains("Guin")).order_by(col<&Author::name>);
    auto result = co_await session.execute(named);
    for (const auto& author : result.scalars().all()) std::printf("%s\n", author->name.c_str());

    auto columns = co_await session.execute(select(col<&Author::name>, col<&Author::born>).order_by(col<&Author::name>));
    for (const auto& [name, born] : columns) std::printf("%s, born %s\n", name.c_str(), born ? std::to_string(*born).c_str() : "?");
}
// endregion

// region: update
awaitable<void> update(async_sessionmaker async_session) {
    auto session = async_session();
    auto result = co_await session.execute(select<Author>().where(col<&Author::name> == "Ursula K. Le Guin"));
    auto le_guin = result.scalar_one();  // exactly one row, or an exception
    le_guin->born = 1929;
    co_await session.commit();  // UPDATE authors SET born = ? WHERE id = ?
}
// endregion

// region: delete
awaitable<void> remove(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    session.remove(co_await session.get_one<Author>(id));
    co_await session.commit();
    auto count = co_await session.scalar(select(azoth::func::count(col<&Author::id>)));
    std::printf("%d left\n", static_cast<int>(count));
}
// endregion

azoth::awaitable<void> run(azoth::AsyncEngine engine) {
    co_await create_tables(engine);
    async_sessionmaker async_session(engine);
    const auto id = co_await add(async_session);
    co_await update(async_session);
    co_await query(async_session, id);
    co_await remove(async_session, id);
}

int main() { return run_program(run); }
