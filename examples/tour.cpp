// The tour: a small library of books, from CREATE TABLE to streaming, in the order a newcomer meets things.
// Usage: azoth_tour [URL]; default sqlite:///:memory:

#include <azoth/azoth.hpp>
#if __has_include(<azoth/sqlite.hpp>)  // one include for each driver that is linked; here, those that are built
#include <azoth/sqlite.hpp>
#endif
#if __has_include(<azoth/postgresql.hpp>)
#include <azoth/postgresql.hpp>
#endif
#if __has_include(<azoth/mysql.hpp>)
#include <azoth/mysql.hpp>
#endif

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace library {

struct Book;

struct Author {
    std::int64_t id{};
    std::string name{};
    std::optional<int> born{};
    azoth::many<Book> books{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("authors",
            column<&Author::id>(primary_key),
            column<&Author::name>(length(100), unique),
            column<&Author::born>(),
            relationship<&Author::books>(cascade(save_update | remove)));
    }
};

struct Book {
    std::int64_t id{};
    std::string title{};
    int year{};
    azoth::Decimal price{};
    std::int64_t author_id{};
    azoth::one<Author> author{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("books",
            column<&Book::id>(primary_key),
            column<&Book::title>(length(200), indexed),
            column<&Book::year>(),
            column<&Book::price>(numeric(8, 2)),
            column<&Book::author_id>(foreign_key<&Author::id>(), indexed),
            relationship<&Book::author>(back_populates<&Author::books>()));
    }
};

inline const azoth::Metadata metadata = azoth::metadata<Author, Book>();
static_assert(azoth::check<Author, Book>());

}  // namespace library

using azoth::AsyncEngine, azoth::async_sessionmaker, azoth::awaitable, azoth::Decimal;
using azoth::col, azoth::entity, azoth::select, azoth::selectinload, azoth::joinedload;
using library::Author, library::Book;
namespace func = azoth::func;
using namespace azoth::literals;

static void step(const char* what) { std::printf("\n== %s\n", what); }

static awaitable<void> create_schema(AsyncEngine& engine) {
    step("create the tables");
    auto connection = co_await engine.begin();
    co_await connection.drop_all(library::metadata);
    co_await connection.create_all(library::metadata);
    co_await connection.commit();
    std::printf("authors, books\n");
}

static awaitable<void> add_a_graph(async_sessionmaker& async_session) {
    step("add a graph of plain structs");
    auto session = async_session();
    auto le_guin = session.add(Author{.name = "Ursula K. Le Guin", .born = 1929});
    le_guin->books.add(Book{.title = "A Wizard of Earthsea", .year = 1968, .price = Decimal("8.99")});
    le_guin->books.add(Book{.title = "The Dispossessed", .year = 1974, .price = Decimal("10.50")});
    auto lem = session.add(Author{.name = "Stanislaw Lem", .born = 1921});
    lem->books.add(Book{.title = "Solaris", .year = 1961, .price = Decimal("9.95")});
    session.add(Author{.name = "Anonymous"});
    co_await session.commit();
    std::printf("%s has id %lld and %zu books\n", le_guin->name.c_str(), static_cast<long long>(le_guin->id), le_guin->books.size());
}

static awaitable<void> query_with_relationships(async_sessionmaker& async_session) {
    step("load authors with their books: two queries, however many authors");
    auto session = async_session();
    auto authors = co_await session.execute(select<Author>().options(selectinload<&Author::books>()).order_by(col<&Author::name>));
    for (const auto& author : authors.scalars().all()) {
        std::printf("%s:", author->name.c_str());
        for (const Book& book : author->books) std::printf(" \"%s\" (%d)", book.title.c_str(), book.year);
        std::printf("\n");
    }
    step("books before 1970 with their author: one query with a join");
    auto old = co_await session.execute(select<Book>().options(joinedload<&Book::author>()).where(col<&Book::year> < 1970).order_by(col<&Book::year>));
    for (const auto& book : old.scalars().all()) std::printf("%d %s, by %s\n", book->year, book->title.c_str(), book->author->name.c_str());
}

static awaitable<void> change(async_sessionmaker& async_session) {
    step("change a member; the session writes that column");
    auto session = async_session();
    auto result = co_await session.execute(select<Book>().where(col<&Book::title> == "Solaris"));
    auto solaris = result.scalar_one_or_none();
    solaris->price = solaris->price + Decimal("1.05");
    co_await session.commit();
    std::printf("Solaris now costs %s\n", solaris->price.to_string().c_str());
}

static awaitable<void> savepoint(async_sessionmaker& async_session) {
    step("a savepoint: the inside fails, the outside stays");
    auto session = async_session();
    session.add(Author{.name = "Octavia E. Butler", .born = 1947});
    auto inner = co_await session.begin_nested();
    bool refused = false;
    try {
        session.add(Author{.name = "Stanislaw Lem"});
        co_await session.flush();
    } catch (const azoth::UniqueViolation& error) {
        std::printf("refused: %s\n", error.message().c_str());
        refused = true;
    }
    if (refused) co_await inner.rollback();
    co_await session.commit();
    auto count = co_await session.execute(select(func::count(col<&Author::id>)));
    std::printf("%lld authors\n", static_cast<long long>(count.scalar()));
}

static awaitable<void> report(async_sessionmaker& async_session) {
    step("aggregate: typed rows, labels checked by the compiler");
    auto session = async_session();
    auto rows = co_await session.execute(
        select(col<&Author::name>, func::count(col<&Book::id>).label("books"_c), func::coalesce(func::sum(col<&Book::price>), Decimal("0")).label("value"_c))
            .outerjoin<&Author::books>()
            .group_by(col<&Author::name>)
            .order_by("books"_c.desc(), col<&Author::name>));
    for (const auto& row : rows) {
        std::printf("%-20s %lld books, %s\n", row[col<&Author::name>].c_str(), static_cast<long long>(row["books"_c]), row["value"_c].round(2).to_string().c_str());
    }
}

static awaitable<void> bulk_and_stream(async_sessionmaker& async_session) {
    step("ten thousand rows in, streamed out in constant memory");
    auto session = async_session();
    std::vector<Book> books;
    for (int i = 0; i < 10000; ++i) books.push_back(Book{.title = "Volume " + std::to_string(i), .year = 2000, .price = Decimal("1.00"), .author_id = 1});
    co_await session.execute(azoth::insert<Book>(), books);
    co_await session.commit();
    std::int64_t seen = 0;
    auto stream = co_await session.stream(select<Book>().order_by(col<&Book::id>));
    while (auto book = co_await stream.next()) ++seen;
    std::printf("%lld books streamed\n", static_cast<long long>(seen));
}

static awaitable<void> remove(async_sessionmaker& async_session) {
    step("remove an author; the cascade takes the books along");
    auto session = async_session();
    auto author = co_await session.get_one<Author>(1);
    session.remove(author);
    co_await session.commit();
    auto left = co_await session.execute(select(func::count(col<&Book::id>)));
    std::printf("%lld books left\n", static_cast<long long>(left.scalar()));
}

static awaitable<void> tour(std::string url) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto engine = azoth::create_async_engine(executor, url);
    auto async_session = async_sessionmaker(engine);
    co_await create_schema(engine);
    co_await add_a_graph(async_session);
    co_await query_with_relationships(async_session);
    co_await change(async_session);
    co_await savepoint(async_session);
    co_await report(async_session);
    co_await bulk_and_stream(async_session);
    co_await remove(async_session);
    co_await engine.dispose();
}

int main(int argc, char** argv) {
    boost::asio::io_context context;
    int status = 0;
    boost::asio::co_spawn(context, tour(argc > 1 ? argv[1] : "sqlite:///:memory:"), [&](std::exception_ptr error) {
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& failure) {
            std::fprintf(stderr, "tour: %s\n", failure.what());
            status = 1;
        }
    });
    context.run();
    if (status == 0) std::printf("\nok\n");
    return status;
}
