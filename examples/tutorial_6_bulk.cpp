// Tutorial, step 6: many rows in, many rows out.
#include "tutorial.hpp"

#include <cstdint>
#include <string>
#include <vector>

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::Decimal, azoth::select;
using shop::Author, shop::Book;

// region: insert
awaitable<void> insert(async_sessionmaker async_session) {
    auto session = async_session();
    auto anonymous = session.add(Author{.name = "Anonymous"});
    co_await session.flush();
    std::vector<Book> books;
    for (int i = 0; i < 5000; ++i) {
        books.push_back(Book{.title = "Volume " + std::to_string(i), .year = 1900 + i % 100, .price = Decimal("1.00"), .author_id = anonymous->id});
    }
    auto result = co_await session.execute(azoth::insert<Book>(), books);  // no unit of work: the fastest way in
    co_await session.commit();
    std::printf("%d inserted\n", static_cast<int>(result.rowcount()));
}
// endregion

// region: update
awaitable<void> update(async_sessionmaker async_session) {
    auto session = async_session();
    auto change = azoth::update<Book>().where(col<&Book::year> < 1950).values(col<&Book::price> = Decimal("2.00"));
    auto result = co_await session.execute(change);
    co_await session.commit();
    std::printf("%d updated\n", static_cast<int>(result.rowcount()));
}
// endregion

// region: stream
awaitable<void> stream(async_sessionmaker async_session) {
    auto session = async_session();
    auto books = co_await session.stream(select<Book>().order_by(col<&Book::id>));
    Decimal total;
    while (auto book = co_await books.next()) total += book->price;
    std::printf("worth %s\n", total.to_string().c_str());
}
// endregion

awaitable<void> run(azoth::AsyncEngine engine) {
    co_await create_tables(engine);
    async_sessionmaker async_session(engine);
    co_await insert(async_session);
    co_await update(async_session);
    co_await stream(async_session);
}

int main() { return run_program(run); }
