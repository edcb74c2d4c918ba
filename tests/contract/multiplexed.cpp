// Reads that share connections: the same on every database, but for how they travel.
#include <support/database.hpp>
#include <support/library.hpp>
#include <support/run.hpp>

#include <azoth/azoth.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::Task;
using library::Author;
using library::Book;

namespace {

/// Runs `work(Database&)`, which is no coroutine, on every database, with authors 1 to 40 in it.
template <class Work>
void on_each_filled(Work work) {
    for (const auto& kind : azoth::test::databases()) {
        INFO(kind.name);
        Database database(kind);
        const auto fill = [](Database& with) -> awaitable<void> {
            {
                auto connection = co_await with.engine().begin();
                co_await connection.create_all(library::model);
                co_await connection.commit();
            }
            co_await library::fill(with.sessions(), 40, 1);
        };
        database.run(fill(database));
        database.log().clear();
        work(database);
        database.run(database.engine().dispose());
    }
}

awaitable<void> read_author(Multiplexed reads, std::int64_t id, int times) {
    for (int i = 0; i < times; ++i) {
        const auto query = select(col<&Author::id>, col<&Author::name>).where(col<&Author::id> == id);
        auto result = co_await reads.execute(query);
        const auto [found, name] = result.one();
        if (found != id || name != "A" + std::to_string(id)) throw std::logic_error("a read got another one's answer");
    }
}

awaitable<void> fail(Multiplexed reads, std::string& what) {
    const auto query = select(func::call<std::int64_t>("no_such_function", col<&Author::id>));
    what = co_await failure_of<DatabaseError>([&]() -> awaitable<void> { auto result = co_await reads.execute(query); });
}

void run_all(Database& database, std::vector<Task>& tasks) {
    database.context().restart();
    database.context().run();
    for (const Task& task : tasks) {
        REQUIRE(task.done());
        CHECK_NOTHROW(task.check());
    }
}

}  // namespace

TEST_CASE("many coroutines share few connections, and each gets its own answers", "[multiplexed]") {
    on_each_filled([](Database& database) {
        const Multiplexed reads = database.engine().multiplexed();
        std::vector<Task> tasks;
        for (std::int64_t id = 1; id <= 32; ++id) tasks.emplace_back(database.context(), read_author(reads, id, 5));
        run_all(database, tasks);
        CHECK(database.log().count("SELECT") == 32 * 5);
        // A database in memory lends its only connection to one read at a time.
        const std::size_t together = database.kind().file ? 32 : 1;
        CHECK(database.log().batch_sizes() == std::vector<std::size_t>(32 * 5, together));
    });
}

TEST_CASE("an error is its read's own, whatever travels with it", "[multiplexed]") {
    on_each_filled([](Database& database) {
        const Multiplexed reads = database.engine().multiplexed();
        std::vector<Task> tasks;
        std::vector<std::string> errors(3);
        for (std::int64_t id = 1; id <= 12; ++id) {
            if (id % 4 == 2) tasks.emplace_back(database.context(), fail(reads, errors[static_cast<std::size_t>(id / 4)]));
            tasks.emplace_back(database.context(), read_author(reads, id, 2));
        }
        run_all(database, tasks);
        for (const std::string& error : errors) CHECK(error.find("no_such_function") != std::string::npos);
    });
}

TEST_CASE("only plain SELECTs are accepted", "[multiplexed]") {
    on_each_filled([](Database& database) {
        database.run([](Database& on) -> awaitable<void> {
            const Multiplexed reads = on.engine().multiplexed();
            const auto refused = [&](auto statement) -> awaitable<std::string> {
                co_return co_await failure_of<ArgumentError>([&]() -> awaitable<void> { auto result = co_await reads.execute(statement); });
            };
            const auto author = insert<Author>().values(col<&Author::name> = "new");
            const std::string inserted = co_await refused(author);
            CHECK(inserted.find("writes or locks") != std::string::npos);
            const auto books = delete_from<Book>();
            const std::string deleted = co_await refused(books);
            CHECK(deleted.find("writes or locks") != std::string::npos);
            const auto one = text("SELECT 1");
            const std::string any = co_await refused(one);
            CHECK(any.find("text() could be anything") != std::string::npos);
            const auto count = select(func::count(col<&Book::id>));
            auto result = co_await reads.execute(count);
            CHECK(result.scalar() == 40);
        }(database));
    });
}

TEST_CASE("a read sees what was committed before it", "[multiplexed]") {
    on_each_filled([](Database& database) {
        database.run([](Database& on) -> awaitable<void> {
            const Multiplexed reads = on.engine().multiplexed();
            const auto year = select(col<&Book::year>).where(col<&Book::id> == 1001);
            for (std::int32_t i = 1; i <= 5; ++i) {
                auto session = on.sessions()();
                const auto change = update<Book>().where(col<&Book::id> == 1001).values(col<&Book::year> = i);
                co_await session.execute(change);
                co_await session.commit();
                auto result = co_await reads.execute(year);
                const std::int32_t seen = result.scalar_one();
                CHECK(seen == i);
            }
        }(database));
    });
}

TEST_CASE("rows become values: columns, entities that nobody tracks, NULL", "[multiplexed]") {
    on_each_filled([](Database& database) {
        database.run([](Database& on) -> awaitable<void> {
            const Multiplexed reads = on.engine().multiplexed();
            const auto authors = select<Author>().where(col<&Author::id> <= 3).order_by(col<&Author::id>).untracked();
            auto result = co_await reads.execute(authors);
            const std::vector<Author> values = result.scalars().all();
            REQUIRE(values.size() == 3);
            CHECK(values[2].name == "A3");
            const auto oldest = select(func::max(col<&Book::year>)).where(col<&Book::id> < 0);
            auto nothing = co_await reads.execute(oldest);
            const std::optional<std::int32_t> year = nothing.scalar();
            CHECK(!year);
        }(database));
    });
}

TEST_CASE("a function that writes is refused by the database", "[multiplexed]") {
    on_each_filled([](Database& database) {
        if (database.kind().sqlite()) return;  // which has no functions that write
        database.run([](Database& on) -> awaitable<void> {
            const bool postgresql = on.kind().postgresql();
            {
                auto connection = co_await on.engine().begin();
                const std::string function =
                    postgresql ? "CREATE FUNCTION bump() RETURNS bigint LANGUAGE sql AS 'UPDATE books SET year = 7 WHERE id = 1001; SELECT 1::bigint'"
                               : "CREATE FUNCTION bump() RETURNS BIGINT MODIFIES SQL DATA BEGIN UPDATE books SET year = 7 WHERE id = 1001; RETURN 1; END";
                co_await connection.run_text(function);
                co_await connection.commit();
            }
            const Multiplexed reads = on.engine().multiplexed();
            const auto bump = select(func::call<std::int64_t>("bump"));
            const auto year = select(col<&Book::year>).where(col<&Book::id> == 1001);
            for (int i = 0; i < 2; ++i) {
                const std::string what = co_await failure_of<DatabaseError>([&]() -> awaitable<void> { auto result = co_await reads.execute(bump); });
                CHECK((what.find("read-only") != std::string::npos || what.find("READ ONLY") != std::string::npos));
                auto result = co_await reads.execute(year);
                const std::int32_t seen = result.scalar_one();
                CHECK(seen != 7);
            }
            auto session = on.sessions()();  // the pool's connections write
            const auto one = co_await session.scalar(bump);
            CHECK(one == 1);
            co_await session.commit();
            auto result = co_await reads.execute(year);
            const std::int32_t seen = result.scalar_one();
            CHECK(seen == 7);
        }(database));
    });
}
