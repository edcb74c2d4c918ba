// The example of README.md, whole.
// region: example
#include <azoth/azoth.hpp>
#include <azoth/sqlite.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdio>
#include <string>

struct Book {
    std::int64_t id{};
    std::string title{};
    int year{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("books", column<&Book::id>(primary_key), column<&Book::title>(length(200)), column<&Book::year>());
    }
};

azoth::awaitable<void> run(azoth::AsyncEngine engine) {
    using azoth::col, azoth::select;
    auto connection = co_await engine.begin();
    co_await connection.create_all(azoth::metadata<Book>());
    co_await connection.commit();
    co_await connection.close();

    auto session = azoth::async_sessionmaker(engine)();
    auto dune = session.add(Book{.title = "Dune", .year = 1956});
    session.add(Book{.title = "Solaris", .year = 1961});
    dune->year = 1965;  // a plain member; the session notices
    co_await session.commit();

    auto result = co_await session.execute(select<Book>().where(col<&Book::year> > 1960).order_by(col<&Book::year>.desc()));
    for (const auto& book : result.scalars().all()) std::printf("%d %s\n", book->year, book->title.c_str());
}

int main() {
    boost::asio::io_context context;
    auto engine = azoth::create_async_engine(context.get_executor(), "sqlite:///:memory:");
    boost::asio::co_spawn(context, run(engine), [](std::exception_ptr error) { if (error) std::rethrow_exception(error); });
    context.run();
}
// endregion
