// Streams of a session: every row once, constant memory, eager loads a fetch at a time, ended by the end of the transaction.
#include <support/database.hpp>
#include <support/library.hpp>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using library::Author;
using library::Book;

TEST_CASE("a stream gives every row once, with other statements in between", "[stream]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 2500, 0);
        auto session = database.sessions()();
        auto stream = co_await session.stream(select<Author>().order_by(col<&Author::id>));
        std::int64_t expected = 0;
        bool in_order = true;
        std::weak_ptr<Author> early;
        while (auto author = co_await stream.next()) {
            in_order = in_order && author->id == ++expected;
            if (expected == 1) early = author;
            if (expected % 1000 == 500) {
                auto other = co_await session.execute(select(col<&Author::name>).where(col<&Author::id> == author->id));
                CHECK(other.scalar_one() == author->name);
            }
        }
        CHECK(in_order);
        CHECK(expected == 2500);
        CHECK(early.expired());  // the partition's memory was given back
        const auto after = co_await stream.next();
        CHECK(after == nullptr);
    });
}

TEST_CASE("eager loads of a stream run once a fetch", "[stream]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1200, 1);
        auto session = database.sessions()();
        database.log().clear();
        auto stream = co_await session.stream(select<Author>().options(joinedload<&Author::books>()).order_by(col<&Author::id>));
        std::size_t right = 0;
        while (auto author = co_await stream.next()) right += author->books.size() == 1 && author->books[0].author.get() == author.get() ? 1U : 0U;
        CHECK(right == 1200);
        // 500 + 500 of the first fetch, 200 of the second. PostgreSQL's first fetch is of 50 rows, to learn their size: 50, 500 + 500, 150.
        CHECK(database.log().count(" IN (") == (database.kind().postgresql() ? 4U : 3U));
    });
}

TEST_CASE("partitions, values and untracked entities", "[stream]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 25, 0);
        auto session = database.sessions()();
        {
            auto stream = co_await session.stream(select<Author>().order_by(col<&Author::id>));
            std::vector<std::size_t> sizes;
            for (;;) {
                const auto part = co_await stream.next_partition(10);
                if (part.empty()) break;
                sizes.push_back(part.size());
            }
            CHECK(sizes == std::vector<std::size_t>{10, 10, 5});
        }
        {
            auto stream = co_await session.stream(select(col<&Author::id>).order_by(col<&Author::id>));
            std::int64_t sum = 0;
            while (auto id = co_await stream.next()) sum += *id;
            CHECK(sum == 325);
        }
        {
            auto stream = co_await session.stream(select(entity<Author>, col<&Author::name>.label("name"_c)).order_by(col<&Author::id>));
            std::size_t rows = 0;
            while (auto row = co_await stream.next()) rows += row->get<0>()->name == (*row)["name"_c] ? 1U : 0U;
            CHECK(rows == 25);
        }
        {
            auto stream = co_await session.stream(select<Author>().untracked());
            std::size_t rows = 0;
            while (auto author = co_await stream.next()) rows += author->id > 0 ? 1U : 0U;
            CHECK(rows == 25);
        }
    });
}

TEST_CASE("what is held or changed outlives its fetch", "[stream]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 1500, 0);
        auto session = database.sessions()();
        std::shared_ptr<Author> held;
        {
            auto stream = co_await session.stream(select<Author>().order_by(col<&Author::id>));
            while (auto author = co_await stream.next()) {
                if (author->id == 3) held = author;
                if (author->id == 7) author->name = "changed";
            }
        }
        CHECK(held->name == "A3");
        const auto met = co_await session.get<Author>(3);
        CHECK(met.get() == held.get());
        co_await session.commit();
        auto other = database.sessions()();
        const auto stored = co_await other.get<Author>(7);
        CHECK(stored->name == "changed");
    });
}

TEST_CASE("an entity of a stream that a query meets again stays alive with the session", "[stream]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 10, 2);
        auto session = database.sessions()();
        std::shared_ptr<Author> author;
        {
            auto stream = co_await session.stream(select<Book>().order_by(col<&Book::id>));
            auto book = co_await stream.next();
            author = co_await session.get<Author>(1, selectinload<&Author::books>());
            CHECK(&author->books[0] == book.get());
        }
        co_await session.commit();
        CHECK(author->books[0].title == "A1B1");
        CHECK(author->books[1].author.get() == author.get());
    });
}

TEST_CASE("commit, rollback and close end open streams", "[stream]") {
    on_each_database(library::model, [](Database& database) -> awaitable<void> {
        co_await library::fill(database.sessions(), 10, 0);
        for (int how = 0; how < 3; ++how) {
            auto session = database.sessions()();
            auto stream = co_await session.stream(select<Author>());
            const auto first = co_await stream.next();
            CHECK(first != nullptr);
            if (how == 0) co_await session.commit();
            if (how == 1) co_await session.rollback();
            if (how == 2) co_await session.close();
            const std::string ended = co_await failure_of<ResourceClosedError>([&] { return stream.next(); });
            CHECK(!ended.empty());
        }
        std::optional<Stream<Row<EntityItem<Author>>>> left_over;
        {
            auto session = database.sessions()();
            left_over.emplace(co_await session.stream(select<Author>()));
            const auto first = co_await left_over->next();
            CHECK(first != nullptr);
        }
        const std::string ended = co_await failure_of<ResourceClosedError>([&] { return left_over->next(); });
        CHECK(!ended.empty());
    });
}
