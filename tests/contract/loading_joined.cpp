// joinedload and contains_eager: related rows in the query's own rows, without changing what the query means.
#include <support/database.hpp>
#include <support/library.hpp>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using library::Author;
using library::Book;
using library::Review;
using library::Shelf;

TEST_CASE("joinedload of a many-to-one: one statement, an alias of its own", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 3, 2);
        auto session = database.sessions()();
        database.log().clear();
        auto result = co_await session.execute(select<Book>().options(joinedload<&Book::author>()).order_by(col<&Book::id>));
        const auto books = result.scalars().all();
        CHECK(database.log().count("SELECT") == 1);
        CHECK(database.log().count("LEFT OUTER JOIN") == 1);
        REQUIRE(books.size() == 6);
        CHECK(books[0]->author->name == "A1");
        CHECK(books[0]->author.get() == books[1]->author.get());
        CHECK(books[5]->author->name == "A3");
    });
}

TEST_CASE("joinedload does not meddle with the query's own joins, conditions and limits", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 3, 2);
        auto session = database.sessions()();
        database.log().clear();
        auto result = co_await session.execute(select<Book>()
                                                   .join<&Book::author>()
                                                   .where(col<&Author::name> == "A2")
                                                   .options(joinedload<&Book::author>().innerjoin())
                                                   .order_by(col<&Book::id>.desc())
                                                   .limit(1));
        const auto books = result.scalars().all();
        CHECK(database.log().count("SELECT") == 1);
        REQUIRE(books.size() == 1);
        CHECK(books[0]->title == "A2B2");
        CHECK(books[0]->author->name == "A2");
    });
}

TEST_CASE("joinedload of a collection: rows repeat in SQL, not in the result", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 3, 4);
        {
            auto session = database.sessions()();
            Author lonely;
            lonely.id = 99;
            lonely.name = "Lonely";
            session.add(std::move(lonely));
            co_await session.commit();
        }
        auto session = database.sessions()();
        database.log().clear();
        auto result = co_await session.execute(select<Author>().options(joinedload<&Author::books>().order_by(col<&Book::year>.desc())).order_by(col<&Author::id>));
        const auto authors = result.scalars().all();
        CHECK(database.log().count("SELECT") == 1);
        REQUIRE(authors.size() == 4);
        for (std::size_t i = 0; i < 3; ++i) {
            REQUIRE(authors[i]->books.size() == 4);
            CHECK(authors[i]->books[0].year == 2004);
            CHECK(authors[i]->books[0].author.get() == authors[i].get());
        }
        CHECK(authors[3]->books.is_loaded());
        CHECK(authors[3]->books.empty());
    });
}

TEST_CASE("a collection is joined only where that keeps the meaning: LIMIT, DISTINCT, a second collection go by keys", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 3, 4);
        const auto option = joinedload<&Author::books>();
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(select<Author>().options(option).order_by(col<&Author::id>).limit(2));
            const auto authors = result.scalars().all();
            CHECK(database.log().count("SELECT") == 2);
            REQUIRE(authors.size() == 2);
            CHECK(authors[1]->books.size() == 4);
        }
        {
            auto session = database.sessions()();
            auto result = co_await session.execute(select<Author>().options(option).distinct().join<&Author::books>().order_by(col<&Author::id>));
            const auto authors = result.scalars().all();
            REQUIRE(authors.size() == 3);
            CHECK(authors[2]->books.size() == 4);
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(
                select<Book>().options(joinedload<&Book::author>().joinedload<&Author::books>(), joinedload<&Book::reviews>()).where(col<&Book::id> == 1001));
            auto book = result.scalars().one();
            CHECK(book->author->books.size() == 4);
            CHECK(book->reviews.size() == 2);
            CHECK(database.log().count("SELECT") == 2);
        }
    });
}

TEST_CASE("chained joins, one-to-one, and joins below keys", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 2);
        {
            auto session = database.sessions()();
            library::Passport passport;
            passport.number = "P1";
            passport.author_id = 1;
            session.add(std::move(passport));
            co_await session.commit();
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(
                select<Review>().options(joinedload<&Review::book>().joinedload<&Book::author>().joinedload<&Author::passport>()).order_by(col<&Review::id>));
            const auto reviews = result.scalars().all();
            CHECK(database.log().count("SELECT") == 1);
            REQUIRE(reviews.size() == 8);
            CHECK(reviews[0]->book->author->passport->number == "P1");
            CHECK(reviews[0]->book->author->passport->holder.get() == reviews[0]->book->author.get());
            CHECK(reviews[7]->book->author->passport.is_loaded());
            CHECK_FALSE(reviews[7]->book->author->passport);
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(select<Author>().options(selectinload<&Author::books>().joinedload<&Book::reviews>()));
            for (const auto& author : result.scalars()) {
                REQUIRE(author->books.size() == 2);
                CHECK(author->books[1].reviews.size() == 2);
            }
            CHECK(database.log().count("SELECT") == 2);
        }
    });
}

TEST_CASE("joinedload of a struct to itself stands under an alias", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            Shelf root;
            root.id = 1;
            root.label = "root";
            Shelf part;
            part.id = 2;
            part.label = "part";
            part.parent_id = 1;
            session.add(std::move(root));
            session.add(std::move(part));
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Shelf>().where(col<&Shelf::label> == "part").options(joinedload<&Shelf::parent>()));
        auto part = result.scalars().one();
        CHECK(part->parent->label == "root");
    });
}

TEST_CASE("joinedload with criteria: the rows stay, the collection is partial", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 3);
        for (const int year : {2002, 2003}) {
            auto session = database.sessions()();
            auto result = co_await session.execute(
                select<Author>().where(col<&Author::id> <= 2).options(joinedload<&Author::books>().where(col<&Book::year> >= year)).order_by(col<&Author::id>));
            const auto authors = result.scalars().all();
            REQUIRE(authors.size() == 2);
            CHECK(authors[0]->books.size() == static_cast<std::size_t>(2004 - year));
        }
    });
}

TEST_CASE("contains_eager: the query's own join fills the relationship", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 3);
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(
                select<Book>().join<&Book::author>().where(col<&Author::name> == "A2").options(contains_eager<&Book::author>()).order_by(col<&Book::id>));
            const auto books = result.scalars().all();
            CHECK(database.log().count("SELECT") == 1);
            REQUIRE(books.size() == 3);
            CHECK(books[0]->author->name == "A2");
        }
        {
            auto session = database.sessions()();
            auto result = co_await session.execute(
                select<Author>().join<&Author::books>().where(col<&Book::year> > 2001).options(contains_eager<&Author::books>()).order_by(col<&Author::id>, col<&Book::id>));
            const auto authors = result.scalars().all();
            REQUIRE(authors.size() == 2);
            CHECK(authors[0]->books.size() == 2);
        }
        {
            auto session = database.sessions()();
            const std::string text = co_await failure_of<ArgumentError>([&] { return session.execute(select<Book>().options(contains_eager<&Book::author>())); });
            CHECK(text.find("does not join Author") != std::string::npos);
        }
    });
}

TEST_CASE("an entity beside values keeps every row", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 3);
        auto session = database.sessions()();
        auto result = co_await session.execute(
            select(entity<Author>, col<&Book::title>).join<&Author::books>().options(joinedload<&Author::books>()).order_by(col<&Book::id>));
        std::size_t rows = 0;
        for (const auto& [author, title] : result) {
            CHECK(author->books.size() == 3);
            CHECK(title.starts_with(author->name));
            ++rows;
        }
        CHECK(rows == 6);
    });
}
