// docs/guide/compilers.md: what g++ 12 gets wrong inside co_await, and how to write it.
#include "guide.hpp"

#include <vector>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select;
using shop::Author;

namespace {

// region: struct
awaitable<void> structs(async_sessionmaker async_session) {
    auto session = async_session();
    Author author{.id = 1, .name = "Stanislaw Lem"};  // a statement of its own ...
    auto merged = co_await session.merge(author);     // ... before the await
    session.add(Author{.name = "Anonymous"});         // add() is not awaited: fine as it is
    co_await session.commit();
    expect(merged->id == 1, "merged");
}
// endregion

// region: list
awaitable<void> lists(async_sessionmaker async_session) {
    auto session = async_session();
    const std::vector<std::int64_t> ids{1, 2};  // a braced list, named first
    auto some = co_await session.execute(select<Author>().where(col<&Author::id>.in_(ids)));
    auto same = co_await session.execute(select<Author>().where(col<&Author::id>.in_(1, 2)));  // no braces: fine
    expect(some.all().size() == same.all().size(), "the same");
}
// endregion

}  // namespace

awaitable<void> compilers(azoth::AsyncEngine engine) {
    async_sessionmaker async_session(engine);
    co_await structs(async_session);
    co_await lists(async_session);
}

}  // namespace guide
