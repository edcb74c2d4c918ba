// docs/guide/sessions.md: states of an object, the identity map, lifetimes of handles.
#include "guide.hpp"

#include <cstdint>
#include <vector>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::ObjectState, azoth::select;
using shop::Author, shop::Book;

namespace {

// region: states
awaitable<void> states(async_sessionmaker async_session) {
    auto session = async_session();
    auto author = session.add(Author{.name = "Anonymous"});
    expect(session.state(author) == ObjectState::pending, "added, not yet inserted");

    co_await session.flush();
    expect(session.state(author) == ObjectState::persistent && author->id != 0, "inserted; the key came back");

    session.remove(author);
    co_await session.flush();
    expect(session.state(author) == ObjectState::deleted, "its DELETE was sent, the transaction is open");

    co_await session.rollback();
    expect(session.state(author) == ObjectState::transient && author->id == 0, "nothing of it happened");
}
// endregion

// region: identity
awaitable<void> identity(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    auto one = co_await session.get<Author>(id);
    auto result = co_await session.execute(select<Author>().where(col<&Author::id> == id));
    expect(one == result.scalar_one(), "one row is one object");

    one->born = 1922;  // not flushed yet
    auto query = select<Author>().where(col<&Author::born> == 1922);
    auto again = co_await session.execute(query);  // writes the change first, because the query reads authors
    expect(again.scalar_one() == one, "a query sees what the session holds");
    co_await session.rollback();
    expect(one->born == 1921, "rollback restores the members");
}
// endregion

// region: handles
awaitable<std::shared_ptr<Author>> find(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    co_return co_await session.get<Author>(id, azoth::selectinload<&Author::books>());
}

awaitable<void> handles(async_sessionmaker async_session, std::int64_t id) {
    auto author = co_await find(async_session, id);  // the session is gone, the author is not
    std::shared_ptr<Book> book = author->books.share(0);
    author.reset();
    expect(book->author->name == "Stanislaw Lem", "any handle keeps the whole graph");
}
// endregion

// region: merge
awaitable<void> merge(async_sessionmaker async_session, std::int64_t id) {
    auto author = co_await find(async_session, id);
    author->born = 1923;  // no session sees this

    auto session = async_session();
    auto mine = co_await session.merge(author);  // copies the members onto this session's own object
    expect(mine != author && mine->born == 1923, "merge copies");
    co_await session.commit();
}
// endregion

// region: expire
awaitable<void> expire(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    auto author = co_await session.get_one<Author>(id);
    co_await session.commit();
    expect(author->name == "Stanislaw Lem", "commit takes no values away");

    co_await session.get<Author>(id);  // rereads: what was loaded before the commit may be old
    co_await session.get<Author>(id);  // no SQL: loaded in this transaction
    co_await session.refresh(author);  // rereads at once, gives up edits
}
// endregion

// region: bulk
awaitable<void> bulk(async_sessionmaker async_session) {
    auto session = async_session();
    auto book = session.add(Book{.title = "Fiasco", .year = 1986, .price = azoth::Decimal("9.90"), .author_id = 1});
    co_await session.flush();

    co_await session.execute(azoth::update<Book>().where(col<&Book::year> > 1980).values(col<&Book::price> = azoth::Decimal("5.00")));
    expect(book->price == azoth::Decimal("5.00"), "the loaded object knows, without a query");

    auto short_titles = azoth::delete_from<Book>().where(azoth::func::length(col<&Book::title>) < 7);
    co_await session.execute(short_titles.synchronize_session(azoth::SynchronizeSession::fetch));
    expect(session.state(book) == ObjectState::deleted, "the database said which rows it met");

    co_await session.rollback();
}
// endregion

// region: untracked
awaitable<void> untracked(async_sessionmaker async_session) {
    auto session = async_session();
    auto result = co_await session.execute(select<Author>().order_by(col<&Author::id>).untracked());
    std::vector<Author> authors = result.scalars().all();  // values, not handles
    expect(authors.front().name == "Stanislaw Lem", "plain structs");
}
// endregion

}  // namespace

awaitable<void> sessions(azoth::AsyncEngine engine) {
    async_sessionmaker async_session(engine);
    std::int64_t id = 0;
    {
        auto session = async_session();
        auto lem = session.add(Author{.name = "Stanislaw Lem", .born = 1921});
        lem->books.add(Book{.title = "Solaris", .year = 1961});
        co_await session.commit();
        id = lem->id;
    }
    co_await states(async_session);
    co_await identity(async_session, id);
    co_await handles(async_session, id);
    co_await merge(async_session, id);
    co_await expire(async_session, id);
    co_await bulk(async_session);
    co_await untracked(async_session);
}

}  // namespace guide
