// selectinload: one further query a relationship and level, whatever the number of parents.
#include <support/database.hpp>
#include <support/library.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using library::Author;
using library::Book;
using library::Review;
using library::Shelf;

TEST_CASE("selectinload of a collection takes one further query", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 3, 4);
        auto session = database.sessions()();
        database.log().clear();
        auto result = co_await session.execute(select<Author>().options(selectinload<&Author::books>()).order_by(col<&Author::id>));
        const auto authors = result.scalars().all();
        CHECK(database.log().count("SELECT") == 2);
        CHECK(database.log().count("IN (") == 1);
        REQUIRE(authors.size() == 3);
        for (const auto& author : authors) {
            REQUIRE(author->books.size() == 4);
            for (const auto& book : author->books) {
                CHECK(book.author_id == author->id);
                CHECK(book.author.get() == author.get());  // the other side costs nothing
                CHECK_FALSE(book.reviews.is_loaded());
            }
        }
        CHECK(session.dirty().empty());
    });
}

TEST_CASE("selectinload: no parents, no query; empty collections are loaded and empty", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto query = select<Author>().options(selectinload<&Author::books>());
        auto none = co_await session.execute(query);
        CHECK(none.scalars().all().empty());
        CHECK(database.log().count("SELECT") == 1);
        co_await session.commit();

        co_await library::fill(database.sessions(), 2, 0);
        auto result = co_await session.execute(query);
        const auto authors = result.scalars().all();
        REQUIRE(authors.size() == 2);
        CHECK(authors[0]->books.is_loaded());
        CHECK(authors[0]->books.empty());
    });
}

TEST_CASE("selectinload in chunks of 500 keys, few shapes of SQL", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1101, 1);
        auto session = database.sessions()();
        database.log().clear();
        auto result = co_await session.execute(select<Author>().options(selectinload<&Author::books>()));
        const auto authors = result.scalars().all();
        REQUIRE(authors.size() == 1101);
        CHECK(database.log().count(" IN (") == 3);
        CHECK(database.log().count("SELECT") == 4);
        std::size_t books = 0;
        for (const auto& author : authors) books += author->books.size() == 1 && author->books[0].title == author->name + "B1" ? 1U : 0U;
        CHECK(books == 1101);
    });
}

TEST_CASE("selectinload of a many-to-one asks the identity map first", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 3, 2);
        {
            auto session = database.sessions()();
            Book orphan;
            orphan.id = 9;
            orphan.title = "Anonymous";
            session.add(std::move(orphan));
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto first = co_await session.get<Author>(1);
        database.log().clear();
        const auto query = select<Book>().options(selectinload<&Book::author>()).order_by(col<&Book::id>);
        auto result = co_await session.execute(query);
        const auto books = result.scalars().all();
        CHECK(database.log().count("SELECT") == 2);
        REQUIRE(books.size() == 7);
        CHECK(books[0]->author.is_loaded());
        CHECK_FALSE(books[0]->author);
        CHECK(books[1]->author.get() == first.get());
        CHECK(books[3]->author->name == "A2");

        auto again = co_await session.execute(query);
        CHECK(again.scalars().all().size() == 7);
        CHECK(database.log().count("SELECT") == 3);  // everything is known by now
    });
}

TEST_CASE("selectinload: a key that leads nowhere is a loaded null", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        {
            // Each database's way around its own check.
            const auto& kind = database.kind();
            const std::string off = kind.sqlite()    ? "PRAGMA foreign_keys=off"
                                    : kind.mariadb() ? "SET foreign_key_checks=0"
                                                     : "ALTER TABLE books DROP CONSTRAINT books_author_id_fkey";
            const std::string on = kind.sqlite() ? "PRAGMA foreign_keys=on" : kind.mariadb() ? "SET foreign_key_checks=1" : "SELECT 1";
            const ExecutionOptions alone{.statement_timeout = {}, .autocommit = true};
            auto connection = co_await database.engine().connect();
            co_await connection.run_text(off, alone);
            co_await connection.run_text("INSERT INTO books (id, title, year, author_id) VALUES (1, 'x', 2000, 4711)", alone);
            co_await connection.run_text(on, alone);
        }
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Book>().options(selectinload<&Book::author>()));
        auto book = result.scalars().one();
        CHECK(book->author.is_loaded());
        CHECK_FALSE(book->author);
    });
}

TEST_CASE("chained and independent loads: one batch a level", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 3);
        auto session = database.sessions()();
        database.log().clear();
        auto result = co_await session.execute(
            select<Author>().options(selectinload<&Author::books>().selectinload<&Book::reviews>(), selectinload<&Author::passport>()).order_by(col<&Author::id>));
        const auto authors = result.scalars().all();
        CHECK(database.log().count("SELECT") == 4);
        const auto sizes = database.log().batch_sizes();
        REQUIRE(sizes.size() == 4);
        CHECK(sizes[1] == 2);  // books and passports travel together
        CHECK(sizes[2] == 2);
        for (const auto& author : authors) {
            CHECK_FALSE(author->passport);
            for (const auto& book : author->books) CHECK(book.reviews.size() == 2);
        }
    });
}

TEST_CASE("criteria and order of an option; values belong to the execution, not to the shape", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 5);
        for (const int year : {2003, 2005}) {
            auto session = database.sessions()();
            auto result = co_await session.execute(select<Author>()
                                                       .where(col<&Author::id> == 1)
                                                       .options(selectinload<&Author::books>().where(col<&Book::year> <= year).order_by(col<&Book::year>.desc())));
            auto author = result.scalars().one();
            REQUIRE(author->books.size() == static_cast<std::size_t>(year - 2000));
            CHECK(author->books.front().year == year);
            CHECK(author->books.back().year == 2001);
        }
        // with a subquery among the criteria
        for (const int stars : {1, 3}) {
            auto session = database.sessions()();
            auto rated = select(col<&Review::book_id>).where(col<&Review::stars> >= stars).subquery();
            auto result = co_await session.execute(
                select<Author>().where(col<&Author::id> == 2).options(selectinload<&Author::books>().where(col<&Book::id>.in_(select(rated[col<&Review::book_id>])))));
            CHECK(result.scalars().one()->books.size() == (stars == 1 ? 5U : 0U));
        }
    });
}

TEST_CASE("what is loaded already is left alone, deeper levels are still loaded onto it", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1, 3);
        auto session = database.sessions()();
        auto author = co_await session.get<Author>(1, selectinload<&Author::books>());
        author->books.sort([](const Book& a, const Book& b) { return a.year > b.year; });
        database.log().clear();
        (void)co_await session.execute(select<Author>().options(selectinload<&Author::books>().selectinload<&Book::reviews>()));
        CHECK(database.log().count("SELECT") == 2);  // the query itself and the reviews
        CHECK(author->books.front().year == 2003);
        CHECK(author->books.front().reviews.size() == 2);

        (void)co_await session.execute(select<Author>().options(selectinload<&Author::books>().order_by(col<&Book::year>)).populate_existing());
        CHECK(author->books.front().year == 2001);
    });
}

TEST_CASE("members added before the collection was loaded are in it afterwards", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1, 2);
        auto session = database.sessions()();
        auto author = co_await session.get<Author>(1);
        Book fresh;
        fresh.title = "Fresh";
        auto handle = author->books.add(std::move(fresh));
        {
            auto quiet = session.no_autoflush();
            co_await session.load<&Author::books>(author);
        }
        CHECK(author->books.size() == 3);
        CHECK(author->books.contains(*handle));
        co_await session.commit();
        CHECK(handle->author_id == 1);
        auto other = database.sessions()();
        const auto stored = co_await other.get<Author>(1, selectinload<&Author::books>());
        CHECK(stored->books.size() == 3);
    });
}

TEST_CASE("a relationship from a struct to itself, level by level", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            for (int i = 1; i <= 5; ++i) {  // 1 > 2 > 3 > 4 > 5
                Shelf shelf;
                shelf.id = i;
                shelf.label = "S" + std::to_string(i);
                if (i > 1) shelf.parent_id = i - 1;
                session.add(std::move(shelf));
            }
            co_await session.commit();
        }
        const auto depth_loaded = [](const Shelf& root) {
            int depth = 0;
            for (const Shelf* at = &root; at->parts.is_loaded() && !at->parts.empty(); at = &at->parts[0]) ++depth;
            return depth;
        };
        {
            auto session = database.sessions()();
            auto root = co_await session.get<Shelf>(1, selectinload<&Shelf::parts>());
            CHECK(depth_loaded(*root) == 1);
        }
        {
            auto session = database.sessions()();
            auto root = co_await session.get<Shelf>(1, selectinload<&Shelf::parts>().recursion_depth(1));
            CHECK(depth_loaded(*root) == 2);
            CHECK_FALSE(root->parts[0].parts[0].parts.is_loaded());
        }
        {
            auto session = database.sessions()();
            auto root = co_await session.get<Shelf>(1, selectinload<&Shelf::parts>().recursion_depth(-1));
            CHECK(depth_loaded(*root) == 4);
            CHECK(root->parts[0].parent.get() == root.get());
        }
        {
            auto session = database.sessions()();
            co_await session.execute(update<Shelf>().where(col<&Shelf::id> == 1).values(col<&Shelf::parent_id> = 5));  // a circle
            auto root = co_await session.get<Shelf>(1, selectinload<&Shelf::parts>().recursion_depth(-1));
            CHECK(root->parts[0].parts[0].parts[0].parts[0].parts[0].id == 1);
        }
    });
}

TEST_CASE("load on demand: one object, a range, and only what is missing", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 3, 2);
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Author>().order_by(col<&Author::id>));
        const auto authors = result.scalars().all();
        database.log().clear();
        co_await session.load<&Author::books>(authors[0]);
        CHECK(database.log().count("SELECT") == 1);
        CHECK(authors[0]->books.size() == 2);
        CHECK_FALSE(authors[1]->books.is_loaded());
        co_await session.load<&Author::books>(authors);
        CHECK(database.log().count("SELECT") == 2);
        CHECK(authors[2]->books.size() == 2);
        co_await session.load<&Author::books>(authors);
        CHECK(database.log().count("SELECT") == 2);

        auto loose = std::make_shared<Author>();
        const std::string outside = co_await failure_of<InvalidRequestError>([&] { return session.load<&Author::books>(loose); });
        CHECK(outside.find("not in the session") != std::string::npos);
        session.expunge(authors[1]);
        const std::string detached = co_await failure_of<DetachedInstanceError>([&] { return session.load<&Author::books>(authors[1]); });
        CHECK(detached.find("is detached") != std::string::npos);
    });
}

TEST_CASE("options that fit nothing are refused by name", "[loading]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const std::string none = co_await failure_of<ArgumentError>([&] { return session.execute(select(col<&Author::id>).options(raiseload_all())); });
        CHECK(none.empty());
        const std::string text = co_await failure_of<ArgumentError>([&] { return session.execute(select<Author>().options(selectinload<&Book::reviews>())); });
        CHECK(text.find("Book.reviews") != std::string::npos);
        CHECK(text.find("selects no Book") != std::string::npos);
    });
}
