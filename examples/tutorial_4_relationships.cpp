// Tutorial, step 4: relationships and eager loading.
#include "tutorial.hpp"

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::Decimal, azoth::select;
using shop::Author, shop::Book;

// region: add
awaitable<void> add(async_sessionmaker async_session) {
    auto session = async_session();
    auto le_guin = session.add(Author{.name = "Ursula K. Le Guin"});
    le_guin->books.add(Book{.title = "The Dispossessed", .year = 1974, .price = Decimal("10.50")});
    le_guin->books.add(Book{.title = "A Wizard of Earthsea", .year = 1968, .price = Decimal("8.99")});
    session.add(Author{.name = "Stanislaw Lem", .books = {Book{.title = "Solaris", .year = 1961, .price = Decimal("9.95")}}});
    co_await session.commit();
    std::printf("%s is by %s\n", le_guin->books[0].title.c_str(), le_guin->books[0].author->name.c_str());
}
// endregion

// region: selectin
awaitable<void> authors_with_books(async_sessionmaker async_session) {
    auto session = async_session();
    auto query = select<Author>().options(azoth::selectinload<&Author::books>()).order_by(col<&Author::name>);
    auto result = co_await session.execute(query);
    for (const auto& author : result.scalars().all()) {
        std::printf("%s:", author->name.c_str());
        for (const Book& book : author->books) std::printf(" %s.", book.title.c_str());
        std::printf("\n");
    }
}
// endregion

// region: joined
awaitable<void> books_with_author(async_sessionmaker async_session) {
    auto session = async_session();
    auto query = select<Book>().options(azoth::joinedload<&Book::author>()).order_by(col<&Book::year>);
    auto result = co_await session.execute(query);
    for (const auto& book : result.scalars().all()) std::printf("%d %s, %s\n", book->year, book->title.c_str(), book->author->name.c_str());
}
// endregion

// region: load
awaitable<void> load_on_demand(async_sessionmaker async_session) {
    auto session = async_session();
    auto author = (co_await session.execute(select<Author>().where(col<&Author::name> == "Stanislaw Lem"))).scalar_one();
    try {
        (void)author->books.size();
    } catch (const azoth::NotLoadedError& error) {
        std::printf("%s\n", error.what());  // a relationship never reads as empty by mistake
    }
    co_await session.load<&Author::books>(author);
    std::printf("%zu book\n", author->books.size());
}
// endregion

awaitable<void> run(azoth::AsyncEngine engine) {
    co_await create_tables(engine);
    async_sessionmaker async_session(engine);
    co_await add(async_session);
    co_await authors_with_books(async_session);
    co_await books_with_author(async_session);
    co_await load_on_demand(async_session);
}

int main() { return run_program(run); }
