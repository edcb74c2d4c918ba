// Relationships that follow a condition instead of a foreign key: loading them every way, asking about them, never writing them.
#include <support/database.hpp>
#include <support/tagged_models.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace tagged;

namespace {

/// Board 1 "o" (post one; remarks 1 and 2, the second sticky), board 2 "t" (posts two, three; no remark), board 3 "x" (nothing but remark 3).
awaitable<void> fill(async_sessionmaker sessions) {
    auto session = sessions();
    for (const char* letter : {"o", "t", "x"}) session.add(Board{.letter = letter});
    for (const char* title : {"one", "two", "three"}) session.add(Post{.title = title});
    session.add(Remark{.board = 1, .text = "first"});
    session.add(Remark{.board = 1, .sticky = true, .text = "second"});
    session.add(Remark{.board = 3, .text = "third"});
    co_await session.commit();
}

std::string seen(const std::vector<std::shared_ptr<Board>>& boards) {
    std::string text;
    for (const auto& board : boards) {
        text += board->letter + ':';
        for (const auto& post : board->posts) text += post.title + ',';
        for (const auto& remark : board->remarks) text += remark.text + ',';
        if (board->pinned) text += '!' + board->pinned->text;
        text += ' ';
    }
    return text;
}

constexpr const char* expected = "o:one,first,second,!second t:two,three, x:third, ";

}  // namespace

TEST_CASE("primaryjoin: selectin and joined loads give the same", "[loading][primaryjoin]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(
                select<Board>().options(selectinload<&Board::posts>(), selectinload<&Board::remarks>(), selectinload<&Board::pinned>()).order_by(col<&Board::id>));
            CHECK(seen(result.scalars().all()) == expected);
            CHECK(database.log().count("SELECT") == 4);
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            // One is joined. A condition that binds values, and a second relationship that could repeat rows, go by keys.
            auto result = co_await session.execute(
                select<Board>().options(joinedload<&Board::posts>(), joinedload<&Board::remarks>(), joinedload<&Board::pinned>()).order_by(col<&Board::id>));
            CHECK(seen(result.scalars().all()) == expected);
            CHECK(database.log().count("SELECT") == 3);
        }
        {
            auto session = database.sessions()();
            auto boards = (co_await session.execute(select<Board>().order_by(col<&Board::id>))).scalars().all();
            co_await session.load<&Board::posts>(boards);
            co_await session.load<&Board::remarks>(boards);
            co_await session.load<&Board::pinned>(boards);
            CHECK(seen(boards) == expected);
        }
    });
}

TEST_CASE("primaryjoin: joins, any and has follow the condition", "[query][primaryjoin]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto letters = co_await session.execute(select(col<&Board::letter>).where(any<&Board::posts>(col<&Post::title> == "three")));
        CHECK(letters.scalars().all() == std::vector<std::string>{"t"});
        auto pinned = co_await session.execute(select(col<&Board::letter>).where(has<&Board::pinned>()));
        CHECK(pinned.scalars().all() == std::vector<std::string>{"o"});
        auto joined = co_await session.execute(select(col<&Post::title>).select_from(entity<Board>).join<&Board::posts>().order_by(col<&Post::id>));
        CHECK(joined.scalars().all().size() == 3);
        auto eager = co_await session.execute(
            select<Board>().join<&Board::remarks>().where(col<&Remark::text> == "second").options(contains_eager<&Board::remarks>()));
        const auto boards = eager.scalars().all();
        REQUIRE(boards.size() == 1);
        CHECK(boards[0]->remarks.size() == 1);
    });
}

TEST_CASE("primaryjoin: such a relationship is never written", "[session][primaryjoin]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto board = co_await session.get<Board>(1, selectinload<&Board::remarks>());
        const auto change = [&]() -> awaitable<void> {
            board->remarks.add(Remark{.text = "no"});
            co_return;
        };
        const auto refused = co_await failure_of<ArgumentError>(change);
        CHECK(refused.find("Board.remarks is viewonly") != std::string::npos);
        session.remove(board);
        database.log().clear();
        co_await session.commit();
        CHECK(database.log().count("DELETE") == 1);
        CHECK(database.log().count("UPDATE") == 0);
    });
}
