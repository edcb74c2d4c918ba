// docs/coming-from-sqlalchemy.md: what azoth looks like to somebody who knows SQLAlchemy.
#include "guide.hpp"

#include <azoth/sqlite.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace guide {

using namespace azoth;
using namespace azoth::literals;
using shop::Author, shop::Book;

namespace {

// region: engine
awaitable<AsyncEngine> start(boost::asio::any_io_executor executor, std::string url) {
    EngineOptions options;
    options.pool_size = 10;
    options.pool_pre_ping = true;
    options.pool_recycle = std::chrono::hours(1);
    auto engine = create_async_engine(executor, url, options);

    auto connection = co_await engine.begin();
    co_await connection.create_all(shop::metadata);
    co_await connection.commit();
    co_return engine;
}
// endregion

// region: session
awaitable<std::int64_t> sign_up(async_sessionmaker Session, std::string name) {
    auto session = Session();
    auto author = session.add(Author{.name = name});
    co_await session.commit();
    co_return author->id;  // no refresh
}

awaitable<void> correct(async_sessionmaker Session, std::int64_t id) {
    auto session = Session();
    auto author = co_await session.get<Author>(id);
    author->name = "Stanisław Lem";
    co_await session.commit();
}
// endregion

// region: queries
awaitable<std::vector<std::shared_ptr<Author>>> search(
    AsyncSession& session, std::optional<int> born_after, std::int64_t page) {
    auto query = select<Author>();
    if (born_after) query = query.where(col<&Author::born> > *born_after);
    query = query.order_by(col<&Author::name>).limit(20).offset(page * 20);
    auto result = co_await session.execute(query);
    co_return result.scalars().all();
}
// endregion

// region: report
awaitable<void> report(AsyncSession& session) {
    auto books = func::count(col<&Book::id>).label("count"_c);
    auto query = select(col<&Author::name>, books)
                     .outerjoin<&Author::books>()
                     .group_by(col<&Author::name>)
                     .order_by("count"_c.desc());
    auto result = co_await session.execute(query);
    for (const auto& row : result) {
        expect(row[col<&Author::name>] == "Stanisław Lem", "by column");
        expect(row["count"_c] == 2, "by label");
    }
}
// endregion

// region: loading
awaitable<void> loading(AsyncSession& session, std::int64_t id) {
    auto query = select<Author>().options(selectinload<&Author::books>());
    auto authors = (co_await session.execute(query)).scalars().all();
    for (const auto& author : authors) {
        for (const Book& book : author->books) expect(book.author.get() == author.get(), "both sides");
    }

    auto book = co_await session.get<Book>(id);
    co_await session.load<&Book::author>(book);
    book->author->books.add(Book{.title = "Fiasco", .year = 1986});
}
// endregion

// region: results
awaitable<void> results(AsyncSession& session) {
    auto rows = co_await session.execute(select(col<&Book::title>, col<&Book::year>).order_by(col<&Book::year>));
    for (const auto& [title, year] : rows) expect(!title.empty() && year > 1900, "a tuple");

    auto oldest = select(func::min(col<&Book::year>));
    std::optional<int> year = co_await session.scalar(oldest);
    expect(year == 1961, "NULL is in the type");

    auto none = co_await session.execute(select<Author>().where(col<&Author::id> == 0));
    expect(none.scalar_one_or_none() == nullptr, "a null handle");
}
// endregion

// region: transactions
awaitable<void> transactions_of(async_sessionmaker Session) {
    auto session = Session();
    auto transaction = co_await session.begin();
    session.add(Author{.name = "Ursula K. Le Guin"});
    {
        auto savepoint = co_await session.begin_nested();
        session.add(Author{.name = "Anonymous"});
        co_await savepoint.rollback();
    }
    co_await transaction.commit();  // say it: a scope that ends without commit() rolls back
}
// endregion

// region: bulk
awaitable<void> bulk(AsyncSession& session, const std::vector<Author>& authors) {
    co_await session.execute(insert<Author>(), authors);

    auto rename = update<Author>().where(col<&Author::name> == "Anon").values(col<&Author::name> = "Anonymous");
    auto changed = co_await session.execute(rename);
    expect(changed.rowcount() == 1, "rows matched");

    auto upsert = insert<Author>().values(col<&Author::name> = "Anonymous", col<&Author::born> = 1900);
    co_await session.execute(upsert.on_conflict(col<&Author::name>).do_update(
        col<&Author::born> = excluded(col<&Author::born>)));
    co_await session.commit();
}
// endregion

// region: text
awaitable<void> by_hand(AsyncSession& session) {
    auto query = text("SELECT id, name FROM authors WHERE born > :year")
                     .bind("year"_c, 1800)
                     .columns(typed<std::int64_t>("id"_c), typed<std::string>("name"_c));
    auto result = co_await session.execute(query);
    for (const auto& row : result) expect(row["name"_c] == "Anonymous", "typed by you");
}
// endregion

// region: events
class SlowQueries final : public Observer {
public:
    void on_statement(const StatementEvent& event) override {
        ++statements;
        if (event.duration > std::chrono::seconds(1)) ++slow;
    }
    std::atomic<int> statements = 0, slow = 0;
};

std::shared_ptr<SlowQueries> watch(const AsyncEngine& engine) {
    auto queries = std::make_shared<SlowQueries>();
    engine.observe(queries);
    return queries;
}
// endregion

// region: errors
awaitable<bool> sign_up_once(async_sessionmaker Session, std::string name) {
    auto session = Session();
    session.add(Author{.name = name});
    try {
        co_await session.commit();
    } catch (const UniqueViolation& error) {
        expect(error.column() == "name", "which column");
        co_return false;  // the session rolls back when it goes
    }
    co_return true;
}
// endregion

}  // namespace

awaitable<void> coming_from_sqlalchemy(AsyncEngine given) {
    auto engine = co_await start(co_await boost::asio::this_coro::executor, "sqlite:///:memory:");
    const auto queries = watch(engine);
    async_sessionmaker Session(engine);
    const auto id = co_await sign_up(Session, "Lem");
    co_await correct(Session, id);
    {
        auto session = Session();
        session.add(Book{.title = "Solaris", .year = 1961, .author_id = id});
        auto book = session.add(Book{.title = "The Cyberiad", .year = 1965, .author_id = id});
        co_await session.commit();
        const auto found = co_await search(session, std::nullopt, 0);
        expect(found.size() == 1, "one author");
        co_await report(session);
        co_await results(session);
        co_await loading(session, book->id);
        co_await session.commit();
        expect(found.front()->books.size() == 3, "added on the other side");
    }
    co_await transactions_of(Session);
    {
        auto session = Session();
        std::vector<Author> authors(1);
        authors[0].name = "Anon";
        co_await bulk(session, authors);
        co_await by_hand(session);
    }
    expect(!co_await sign_up_once(Session, "Anonymous"), "taken");
    expect(queries->statements > 10 && queries->slow == 0, "observed");
    co_await engine.dispose();
    co_await given.dispose();
}

}  // namespace guide
