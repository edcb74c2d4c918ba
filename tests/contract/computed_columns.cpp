// computed("sql"): columns that the database computes from others of their row.
#include <support/database.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace computing {

struct Line {
    std::int64_t id{};
    std::int64_t total{};
    std::int32_t price{};
    std::int32_t quantity{};
    deferred<std::optional<std::int64_t>> twice{};

    static constexpr auto mapping() {
        return table("lines", column<&Line::id>(primary_key), column<&Line::price>(), column<&Line::quantity>(), column<&Line::total>(computed("price * quantity")),
                     column<&Line::twice>(computed("2 * price * quantity")));
    }
};

const Metadata model = metadata<Line>();
static_assert(check<Line>());

Line line(std::int32_t price, std::int32_t quantity) {
    Line line;
    line.price = price;
    line.quantity = quantity;
    return line;
}

}  // namespace computing

using computing::line;
using computing::Line;

TEST_CASE("computed columns: read back from INSERT, reread after UPDATE", "[computed]") {
    on_each_database(computing::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto first = session.add(line(3, 4));
        const auto second = session.add(line(5, 6));
        second->total = 1;  // counts for nothing
        co_await session.flush();
        CHECK(first->total == 12);
        CHECK(second->total == 30);
        CHECK_FALSE(first->twice.is_loaded());
        CHECK_FALSE(session.is_modified(first));
        co_await session.load<&Line::twice>(first);
        CHECK(first->twice == std::optional<std::int64_t>(24));

        first->quantity = 5;
        co_await session.flush();
        const auto again = co_await session.get<Line>(first->id);
        CHECK(again.get() == first.get());
        CHECK(first->total == 15);
        CHECK(**first->twice == 30);
        first->total = 99;
        CHECK_FALSE(session.is_modified(first));
        auto found = co_await session.execute(select<Line>().where(col<&Line::total> == 15));
        CHECK(found.scalar_one().get() == first.get());
    });
}

TEST_CASE("computed columns: left out of bulk inserts and merges, refused in values()", "[computed]") {
    on_each_database(computing::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        std::vector<Line> lines{line(1, 2), line(3, 4)};
        lines[0].total = 77;
        co_await session.execute(insert<Line>(), lines);
        co_await session.bulk_copy(lines);
        const auto sum = co_await session.scalar(select(func::sum(col<&Line::total>)));
        CHECK(sum == 28);
        auto lowest = co_await session.execute(select<Line>().order_by(col<&Line::total>, col<&Line::id>).limit(1));
        const auto stored = lowest.scalar_one();
        Line outside = *stored;
        outside.total = 5;
        outside.price = 10;
        const auto merged = co_await session.merge(outside);
        co_await session.flush();
        co_await session.refresh(merged);
        CHECK(merged->total == 20);
        const auto assign = [&] { return session.execute(update<Line>().values(col<&Line::total> = 1)); };
        const auto message = co_await failure_of<ArgumentError>(assign);
        CHECK(message.find("Line.total is computed by the database") != std::string::npos);
        CHECK_THROWS_AS(session.flag_modified<&Line::total>(merged), ArgumentError);
    });
}
