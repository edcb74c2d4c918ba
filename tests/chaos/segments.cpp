// The same work through segments of one byte, and through packets that come together (fault F12). The whole contract goes through segments of one
// byte too: AZOTH_TEST_SEGMENT, tests/CMakeLists.txt.
#include "chaos/chaos.hpp"

namespace {

using namespace azoth::test::chaos;
using azoth::AsyncConnection;
using azoth::AsyncEngine;
using azoth::awaitable;
using namespace azoth::literals;

struct Book;

struct Author {
    std::int64_t id{};
    std::string name{};
    azoth::many<Book> books{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("authors", column<&Author::id>(primary_key), column<&Author::name>(length(50)), relationship<&Author::books>(back_populates("author")));
    }
};

struct Book {
    std::int64_t id{};
    std::string title{};
    std::optional<double> price{};
    std::optional<std::int64_t> author_id{};
    azoth::one<Author> author{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("books", column<&Book::id>(primary_key), column<&Book::title>(length(100), unique), column<&Book::price>(),
                     column<&Book::author_id>(foreign_key<&Author::id>()), relationship<&Book::author>(back_populates<&Author::books>()));
    }
};

const azoth::Metadata& model() {
    static const azoth::Metadata all = azoth::metadata<Author, Book>();
    return all;
}

/// Schema, generated keys, relationships, eager loading, streams beside statements, bulk, errors, savepoints.
awaitable<void> everything(AsyncEngine engine) {
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(model());
        co_await connection.commit();
    }
    auto session = azoth::async_sessionmaker(engine)();
    for (int i = 1; i <= 3; ++i) {
        Author author;
        author.name = "A" + std::to_string(i) + " é漢🙂";
        auto handle = session.add(std::move(author));
        for (int j = 1; j <= 4; ++j) {
            Book book;
            book.title = std::to_string(i) + "/" + std::to_string(j);
            if (j % 2 == 0) book.price = 1.5 * j;
            handle->books.add(std::move(book));
        }
    }
    co_await session.commit();
    {
        const auto query = azoth::select<Author>().options(azoth::selectinload<&Author::books>()).order_by(azoth::col<&Author::id>);
        auto result = co_await session.execute(query);
        std::size_t authors = 0;
        std::size_t books = 0;
        for (const auto& author : result.scalars()) {
            ++authors;
            CHECK(author->name == "A" + std::to_string(authors) + " é漢🙂");
            books += author->books.size();
        }
        CHECK(authors == 3);
        CHECK(books == 12);
        co_await session.rollback();
    }
    {
        auto connection = co_await engine.begin();
        std::vector<Book> many;
        for (int i = 0; i < 200; ++i) {
            Book book;
            book.id = 1000 + i;
            book.title = "bulk " + std::to_string(i);
            many.push_back(std::move(book));
        }
        const auto into = azoth::insert<Book>();
        co_await connection.execute(into, many);
        const auto titles = azoth::select(azoth::col<&Book::id>).order_by(azoth::col<&Book::id>);
        auto rows = co_await connection.stream(titles);
        std::int64_t count = 0;
        for (;;) {
            const auto row = co_await rows.next();
            if (!row) break;
            if (++count % 100 == 0) {  // another statement while the stream is open
                const auto answer = co_await ask(connection, "SELECT 1 AS n");
                CHECK(answer == 1);
            }
        }
        CHECK(count == 212);
        {
            auto savepoint = co_await connection.begin_nested();
            const std::string what = co_await failure(connection.execute(into, many));
            CHECK(what.starts_with("UniqueViolation"));
            co_await savepoint.rollback();
        }
        const auto cheaper = azoth::update<Book>().where(azoth::col<&Book::price> > 3.0).values(azoth::col<&Book::price> = 3.0);
        auto changed = co_await connection.execute(cheaper);
        CHECK(changed.rowcount() == 3);
        co_await connection.commit();
    }
    auto connection = co_await engine.begin();
    co_await connection.drop_all(model());
    co_await connection.commit();
}

}  // namespace

TEST_CASE("everything through segments of one byte, coalesced and late packets", "[chaos][F12]") {
    on_each_server_plain_and_tls([](Stage& stage, bool encrypted) {
        for (const int how : {0, 1, 2}) {
            CAPTURE(how);
            const auto engine = stage.engine(Stage::one_connection(), encrypted);
            if (how == 0) stage.gate.chop(1);
            if (how == 1) stage.gate.coalesce(std::chrono::milliseconds(2));
            if (how == 2) stage.gate.delay(std::chrono::milliseconds(1));
            stage.run(everything(engine));
            stage.gate.pass();
            check_healthy(stage, engine);
            stage.run(engine.dispose());
        }
    });
}
