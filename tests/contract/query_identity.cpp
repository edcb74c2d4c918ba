// What a session's queries, get and refresh do with objects that are loaded already.
#include <support/database.hpp>
#include <support/library.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using library::Author;
using library::Book;
using library::Passport;

TEST_CASE("one object a row; a query leaves unflushed changes alone, populate_existing does not", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 0);
        auto session = database.sessions()({.autoflush = false});
        auto result = co_await session.execute(select<Author>().order_by(col<&Author::id>));
        const auto authors = result.scalars().all();
        auto one = co_await session.get<Author>(1);
        CHECK(one.get() == authors[0].get());
        one->name = "changed";
        (void)co_await session.execute(select<Author>());
        CHECK(one->name == "changed");
        (void)co_await session.execute(select<Author>().populate_existing());
        CHECK(one->name == "A1");
        CHECK_FALSE(session.is_modified(one));
    });
}

TEST_CASE("get answers from the map without SQL, rereads what expired, and forgets what is gone", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2, 0);
        auto session = database.sessions()();
        auto author = co_await session.get<Author>(1);
        database.log().clear();
        auto met = co_await session.get<Author>(1);
        CHECK(met.get() == author.get());
        CHECK(database.log().count() == 0);
        met = co_await session.get<Author>(4711);
        CHECK(met == nullptr);
        CHECK(database.log().count("SELECT") == 1);

        co_await session.commit();
        {
            auto other = database.sessions()();
            (co_await other.get<Author>(1))->name = "elsewhere";
            co_await other.commit();
        }
        CHECK(author->name == "A1");  // plain members keep what was committed
        database.log().clear();
        met = co_await session.get<Author>(1);
        CHECK(met.get() == author.get());
        CHECK(database.log().count("SELECT") == 1);
        CHECK(author->name == "elsewhere");

        co_await session.execute(delete_from<Author>().where(col<&Author::id> == 1));
        met = co_await session.get<Author>(1);
        CHECK(met == nullptr);
        CHECK_FALSE(session.contains(author));
        co_await session.rollback();
        met = co_await session.get<Author>(1);
        CHECK(met.get() == author.get());
    });
}

TEST_CASE("get: keys that cannot be", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const std::string text = co_await failure_of<ArgumentError>([&] { return session.get<Author>(std::optional<std::int64_t>()); });
        CHECK(text.find("never NULL") != std::string::npos);
    });
}

TEST_CASE("an edit made while expired survives the reread and is flushed", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1, 1);
        auto session = database.sessions()();
        auto book = co_await session.get<Book>(1001);
        co_await session.commit();
        {
            auto other = database.sessions()();
            co_await other.execute(update<Book>().values(col<&Book::year> = 1999, col<&Book::title> = "theirs"));
            co_await other.commit();
        }
        book->title = "mine";
        (void)co_await session.get<Book>(1001);
        CHECK(book->title == "mine");
        CHECK(book->year == 1999);
        co_await session.commit();
        auto check = database.sessions()();
        const auto stored = co_await check.get<Book>(1001);
        CHECK(stored->title == "mine");
    });
}

TEST_CASE("autoflush before queries that read what has changed, eager loads included", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1, 1);
        auto session = database.sessions()();
        auto book = co_await session.get<Book>(1001);
        auto author = co_await session.get<Author>(1);
        book->year = 1900;
        database.log().clear();
        (void)co_await session.execute(select<Author>());
        CHECK(database.log().count("UPDATE") == 0);
        (void)co_await session.execute(select<Author>().options(selectinload<&Author::books>().where(col<&Book::year> == 1900)));
        CHECK(database.log().count("UPDATE") == 1);
        CHECK(author->books.size() == 1);
        book->year = 1901;
        (void)co_await session.execute(text("SELECT 1"));
        CHECK(database.log().count("UPDATE") == 2);
    });
}

TEST_CASE("bulk UPDATE and DELETE: loaded objects follow", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1, 3);
        auto session = database.sessions()();
        auto book = co_await session.get<Book>(1001);
        auto changed = co_await session.execute(update<Book>().where(col<&Book::id> == 1001).values(col<&Book::year> = 1950));
        CHECK(changed.rowcount() == 1);
        const auto met = co_await session.get<Book>(1001);
        CHECK(met.get() == book.get());
        CHECK(book->year == 1950);
    });
}

TEST_CASE("RETURNING entities refreshes what is loaded", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1, 3);
        auto session = database.sessions()();
        auto book = co_await session.get<Book>(1001);
        const auto change = update<Book>().where(col<&Book::id> <= 1002).values(col<&Book::year> = 1950).returning(entity<Book>);
        if (database.kind().mariadb()) {  // which has RETURNING for INSERT and DELETE: refused before anything is sent
            const auto refused = co_await failure_of<NotSupportedError>([&]() -> awaitable<void> { (void)co_await session.execute(change); });
            CHECK(refused.find("UPDATE ... RETURNING") != std::string::npos);
        } else {
            auto result = co_await session.execute(change);
            const auto books = result.scalars().all();
            REQUIRE(books.size() == 2);
            CHECK(book->year == 1950);
        }
        auto inserted = co_await session.execute(insert<Passport>().values(col<&Passport::number> = "new", col<&Passport::author_id> = 1).returning(entity<Passport>));
        auto passport = inserted.scalars().one();
        CHECK(passport->id == 1);
        const auto met = co_await session.get<Passport>(passport->id);
        CHECK(met.get() == passport.get());
    });
}

TEST_CASE("untracked reads are plain values and leave no trace", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 3, 0);
        auto session = database.sessions()();
        auto author = co_await session.get<Author>(1);
        author->name = "edited";
        auto quiet = session.no_autoflush();
        auto result = co_await session.execute(select<Author>().order_by(col<&Author::id>).untracked());
        const std::vector<Author> values = result.scalars().all();
        REQUIRE(values.size() == 3);
        CHECK(values[0].name == "A1");
        CHECK(author->name == "edited");
        const std::string text = co_await failure_of<ArgumentError>([&] { return session.execute(select<Author>().options(selectinload<&Author::books>()).untracked()); });
        CHECK(text.find("untracked()") != std::string::npos);
    });
}

TEST_CASE("refresh: all members, named ones, a row that is gone, objects without a row", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1, 2);
        auto session = database.sessions()();
        auto book = co_await session.get<Book>(1001);
        book->title = "edited";
        book->year = 1;
        co_await session.refresh(book, col<&Book::title>);
        CHECK(book->title == "A1B1");
        CHECK(book->year == 1);
        co_await session.refresh(book);
        CHECK(book->year == 1);  // autoflushed by the refresh before: it was not named there
        book->year = 2;
        co_await session.refresh(book);
        CHECK(book->year == 1);

        co_await session.execute(text("DELETE FROM reviews"));
        co_await session.execute(delete_from<Book>().where(col<&Book::id> == 1001).synchronize_session(SynchronizeSession::none));
        const std::string gone = co_await failure_of<InvalidRequestError>([&] { return session.refresh(book); });
        CHECK(gone.find("is gone") != std::string::npos);
        Book added;
        auto pending = session.add(std::move(added));
        const std::string fresh = co_await failure_of<InvalidRequestError>([&] { return session.refresh(pending); });
        CHECK(fresh.find("flush() first") != std::string::npos);
        session.expunge(pending);
    });
}

TEST_CASE("two coroutines on one session: the second is refused at once", "[query]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto first = session.execute(select<Author>());
        std::string text;
        try {
            auto second = session.execute(select<Author>());
        } catch (const ConcurrentUseError& error) {
            text = error.message();
        }
        CHECK(!text.empty());
        auto result = co_await std::move(first);
        CHECK(result.all().empty());
        auto later = co_await session.execute(select<Author>());
        CHECK(later.all().empty());
    });
}
