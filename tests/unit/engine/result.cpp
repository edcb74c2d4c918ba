// Results from rows built by hand: every way of taking them, what closes them, names of columns, uniqueness.
#include <azoth/base/error.hpp>
#include <azoth/engine/result.hpp>

#include <azoth/schema/mapping.hpp>
#include <azoth/sql/select.hpp>
#include <azoth/types/scalars.hpp>
#include <azoth/types/text.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace azoth;
using namespace azoth::literals;
using azoth::detail::label_key;
using azoth::detail::no_key;
using azoth::detail::RowSource;

namespace {

struct Thing {
    std::int64_t id{};
    std::string name{};
    friend bool operator==(const Thing&, const Thing&) = default;
    static constexpr auto mapping() { return table("things", column<&Thing::id>(primary_key), column<&Thing::name>()); }
};

enum class Kind { book = 1, record = 2 };

// (number, text or NULL) rows under the columns "count" and "index"
using Counted = Row<Item<std::int64_t, label_key<"count">>, Item<std::optional<std::string>, label_key<"index">>>;

RowSource source(const std::vector<std::pair<std::int64_t, std::optional<std::string>>>& rows) {
    RowSource made;
    made.rows.clear(2);
    for (const auto& [number, text] : rows) {
        made.rows.append(ValueView::of_integer(number));
        if (text) {
            made.rows.append(ValueView::of_bytes(*text, ValueKind::text));
        } else {
            made.rows.append_null();
        }
    }
    made.row_count = rows.size();
    made.first_column = {0, 1};
    made.keys = {"count", "index"};
    made.returns_rows = true;
    return made;
}
Result<Counted> result(const std::vector<std::pair<std::int64_t, std::optional<std::string>>>& rows) { return Result<Counted>(source(rows)); }

}  // namespace

template <>
struct azoth::type_traits<Kind> : azoth::enum_names<Kind> {
    static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::book, "book"}, {Kind::record, "record"}};
};

TEST_CASE("rows come by range-for, structured bindings, labels and positions", "[engine][result]") {
    auto rows = result({{1, "a"}, {2, std::nullopt}});
    std::vector<std::string> seen;
    for (const auto& [count, index] : rows) seen.push_back(std::to_string(count) + index.value_or("-"));
    CHECK(seen == std::vector<std::string>{"1a", "2-"});
    for (const auto& row : std::as_const(rows)) {
        CHECK(row["count"_c] == row.get<0>());
        CHECK(row["index"_c] == row.get<1>());
    }
    CHECK(rows.size() == 2);
    CHECK(rows.keys() == std::vector<std::string>{"count", "index"});
    CHECK(rows.rowcount() == -1);
}

TEST_CASE("all() takes everything once", "[engine][result]") {
    auto rows = result({{1, "a"}, {2, "b"}});
    CHECK(rows.all().size() == 2);
    CHECK(rows.all().empty());
    CHECK(rows.empty());
}

TEST_CASE("first() takes one row and closes", "[engine][result]") {
    auto rows = result({{1, "a"}, {2, "b"}});
    const auto row = rows.first();
    REQUIRE(row);
    CHECK((*row)["count"_c] == 1);
    CHECK_THROWS_AS(rows.all(), ResourceClosedError);
    CHECK_THROWS_AS(rows.first(), ResourceClosedError);
    CHECK_THROWS_AS(rows.one(), ResourceClosedError);
    CHECK_THROWS_AS(rows.scalar(), ResourceClosedError);
    CHECK_THROWS_AS(rows.begin(), ResourceClosedError);
    CHECK_THROWS_AS(std::as_const(rows).begin(), ResourceClosedError);
    CHECK_FALSE(result({}).first());
}

TEST_CASE("one() wants exactly one row, one_or_none() at most one", "[engine][result]") {
    CHECK(result({{1, "a"}}).one()["count"_c] == 1);
    CHECK_THROWS_AS(result({}).one(), NoResultFound);
    CHECK_THROWS_AS(result({{1, "a"}, {1, "a"}}).one(), MultipleResultsFound);
    CHECK(result({{1, "a"}}).one_or_none()->get<0>() == 1);
    CHECK_FALSE(result({}).one_or_none());
    CHECK_THROWS_AS(result({{1, "a"}, {2, "b"}}).one_or_none(), MultipleResultsFound);
    auto rows = result({{1, "a"}, {2, "b"}});
    CHECK_THROWS_AS(rows.one(), MultipleResultsFound);
    CHECK_THROWS_AS(rows.all(), ResourceClosedError);
}

TEST_CASE("an item read from a dying row is a value", "[engine][result]") {
    static_assert(std::is_same_v<decltype(std::declval<Counted>()["count"_c]), std::int64_t>);
    static_assert(std::is_same_v<decltype(std::declval<const Counted&>()["count"_c]), const std::int64_t&>);
    const auto& index = result({{1, "long enough to lie on the heap"}}).one()["index"_c];
    CHECK(index == "long enough to lie on the heap");
}

TEST_CASE("scalar() and its kin give the first item", "[engine][result]") {
    CHECK(result({{1, "a"}, {2, "b"}}).scalar() == 1);
    CHECK_THROWS_AS(result({}).scalar(), NoResultFound);
    CHECK(result({{1, "a"}}).scalar_one() == 1);
    CHECK_THROWS_AS(result({}).scalar_one(), NoResultFound);
    CHECK_THROWS_AS(result({{1, "a"}, {2, "b"}}).scalar_one(), MultipleResultsFound);
    CHECK(result({{1, "a"}}).scalar_one_or_none() == 1);
    CHECK(result({}).scalar_one_or_none() == std::nullopt);
    CHECK_THROWS_AS(result({{1, "a"}, {2, "b"}}).scalar_one_or_none(), MultipleResultsFound);
    static_assert(std::is_same_v<decltype(result({}).scalar()), std::int64_t>);
    static_assert(std::is_same_v<decltype(result({}).scalar_one_or_none()), std::optional<std::int64_t>>);
    auto rows = result({{1, "a"}});
    CHECK(rows.scalar() == 1);
    CHECK_THROWS_AS(rows.scalar(), ResourceClosedError);
}

TEST_CASE("an optional item stays one optional, a handle a handle", "[engine][result]") {
    using Nullable = Row<Item<std::optional<std::int32_t>, no_key>>;
    static_assert(std::is_same_v<decltype(std::declval<Result<Nullable>&>().scalar_one_or_none()), std::optional<std::int32_t>>);
    static_assert(std::is_same_v<decltype(std::declval<Result<Nullable>&>().scalars().first()), std::optional<std::int32_t>>);
    using Entities = Row<EntityItem<Thing>>;
    static_assert(std::is_same_v<decltype(std::declval<Result<Entities>&>().scalar_one_or_none()), std::shared_ptr<Thing>>);
    static_assert(std::is_same_v<decltype(std::declval<Result<Entities>&>().scalars().all()), std::vector<std::shared_ptr<Thing>>>);
}

TEST_CASE("scalars() owns its values and has the same ways", "[engine][result]") {
    auto numbers = result({{3, "a"}, {1, "b"}, {3, "c"}}).scalars();
    CHECK(numbers.size() == 3);
    CHECK(std::vector<std::int64_t>(numbers.begin(), numbers.end()) == std::vector<std::int64_t>{3, 1, 3});
    CHECK(numbers.unique().all() == std::vector<std::int64_t>{3, 1});
    CHECK(numbers.all().empty());
    CHECK(result({{3, "a"}}).scalars().one() == 3);
    CHECK_THROWS_AS(result({}).scalars().one(), NoResultFound);
    CHECK(result({}).scalars().one_or_none() == std::nullopt);
    CHECK(result({{3, "a"}, {4, "b"}}).scalars().first() == 3);
    CHECK(result({{3, "a"}, {4, "b"}, {5, "c"}}).scalars().partitions(2) == std::vector<std::vector<std::int64_t>>{{3, 4}, {5}});
    CHECK(result({{3, "a"}, {4, std::nullopt}}).scalars("index"_c).all() == std::vector<std::optional<std::string>>{"a", std::nullopt});
    std::int64_t sum = 0;
    for (const auto& number : result({{3, "a"}, {4, "b"}}).scalars()) sum += number;
    CHECK(sum == 7);
}

TEST_CASE("unique() keeps the first of equal rows, in order", "[engine][result]") {
    CHECK(result({{2, "b"}, {1, "a"}, {2, "b"}, {2, std::nullopt}, {2, std::nullopt}, {1, "a"}}).unique().size() == 3);
    auto rows = result({{2, "b"}, {2, "b"}});
    CHECK(&rows.unique() == &rows);
    CHECK(rows.one()["count"_c] == 2);
    std::vector<std::pair<std::int64_t, std::optional<std::string>>> many;
    for (int i = 0; i < 20000; ++i) many.emplace_back(i % 7000, std::nullopt);
    auto kept = result(many).unique().scalars().all();
    REQUIRE(kept.size() == 7000);
    CHECK(kept[6999] == 6999);
    // types without a hash are told apart by comparison
    const auto things = detail::unique_values(std::vector<Thing>{{1, "a"}, {2, "a"}, {1, "a"}});
    CHECK(things == std::vector<Thing>{{1, "a"}, {2, "a"}});
}

TEST_CASE("partitions() chunks, the last one shorter", "[engine][result]") {
    const auto chunks = result({{1, "a"}, {2, "b"}, {3, "c"}}).partitions(2);
    REQUIRE(chunks.size() == 2);
    CHECK(chunks[0].size() == 2);
    CHECK(chunks[1].size() == 1);
    CHECK(chunks[1][0]["count"_c] == 3);
    CHECK(result({}).partitions(2).empty());
    CHECK_THROWS_AS(result({{1, "a"}}).partitions(0), ArgumentError);
}

TEST_CASE("into() reads every row into an aggregate", "[engine][result]") {
    struct Line {
        std::optional<std::string> index;
        std::int64_t count{};
    };
    const auto lines = result({{1, "a"}, {2, std::nullopt}}).into<Line>();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].count == 1);
    CHECK(lines[0].index == "a");
    CHECK(lines[1].index == std::nullopt);
}

TEST_CASE("NULL in a non-optional item is a DataError that names the column", "[engine][result]") {
    using Strict = Row<Item<std::int64_t, label_key<"count">>, Item<std::string, label_key<"index">>>;
    try {
        Result<Strict> rows(source({{1, std::nullopt}}));
        FAIL("NULL was read as a value");
    } catch (const DataError& error) {
        CHECK(std::string(error.what()).find("index") != std::string::npos);
    }
    using Unnamed = Row<Item<std::int64_t, no_key>, Item<std::string, no_key>>;
    try {
        Result<Unnamed> rows(source({{1, std::nullopt}}));
        FAIL("NULL was read as a value");
    } catch (const DataError& error) {
        CHECK(std::string(error.what()).find("index") != std::string::npos);  // the name the database gave it
    }
    using Narrow = Row<Item<std::int16_t, no_key>>;
    CHECK_THROWS_AS(Result<Narrow>(source({{70000, "a"}})), DataError);
}

TEST_CASE("entities are handles into the graph, null where there is none", "[engine][result]") {
    auto graph = std::make_shared<Thing>(Thing{7, "seven"});
    RowSource made = source({{1, "a"}, {2, "b"}});
    made.first_column = {0, 0, 1};
    made.graph = graph;
    made.entity_items = 1;
    made.objects = {graph.get(), nullptr};
    Result<Row<Item<std::int64_t, no_key>, EntityItem<Thing>, Item<std::string, label_key<"text">>>> rows(std::move(made));
    auto taken = rows.all();
    CHECK(taken[0].get<1>()->name == "seven");
    CHECK(taken[0][entity<Thing>] == taken[0].get<1>());
    CHECK(taken[1].get<1>() == nullptr);
    CHECK(taken[1]["text"_c] == "b");
    const std::weak_ptr<Thing> watched = graph;
    graph.reset();
    CHECK_FALSE(watched.expired());
    taken.clear();
    CHECK(watched.expired());
}

TEST_CASE("untracked entities are decoded column by column", "[engine][result]") {
    RowSource made = source({{1, "a"}, {2, "b"}});
    made.first_column = {0};
    Result<Row<PlainItem<Thing>>> rows(std::move(made));
    CHECK(rows.scalars().all() == std::vector<Thing>{{1, "a"}, {2, "b"}});
}

TEST_CASE("a column answers to the column and to its member's name", "[engine][result]") {
    using ById = Row<Item<std::int64_t, detail::column_key<&Thing::id>>, Item<std::string, label_key<"text">>>;
    Result<ById> rows(source({{5, "a"}}));
    const auto row = rows.one();
    CHECK(row[col<&Thing::id>] == 5);
    CHECK(row["id"_c] == 5);
    CHECK(row["text"_c] == "a");
}

TEST_CASE("an enum is read by value and by name", "[engine][result]") {
    using Kinds = Row<Item<Kind, no_key>, Item<std::optional<Kind>, label_key<"index">>>;
    Result<Kinds> rows(source({{2, "book"}, {1, std::nullopt}}));
    const auto taken = rows.all();
    CHECK(taken[0].get<0>() == Kind::record);
    CHECK(taken[0].get<1>() == Kind::book);
    CHECK(taken[1].get<1>() == std::nullopt);
    CHECK_THROWS_AS(Result<Kinds>(source({{2, "bok"}})), DataError);
}

TEST_CASE("a statement without rows has its rowcount and generated keys", "[engine][result]") {
    RowSource made;
    made.rowcount = 3;
    made.generated_keys = {4, 5, 6};
    const Result<Row<>> rows(std::move(made));
    CHECK(rows.rowcount() == 3);
    CHECK(rows.generated_keys() == std::vector<std::int64_t>{4, 5, 6});
    CHECK(rows.keys().empty());
}

TEST_CASE("rows of another width than the types say are refused", "[engine][result]") {
    CHECK_THROWS_AS(detail::check_width(source({{1, "a"}}), 3), DataError);
    CHECK_NOTHROW(detail::check_width(source({{1, "a"}}), 2));
}
