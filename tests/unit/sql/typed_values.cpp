// Which C++ values go beside which SQL expressions, and as what they are bound.
#include <support/sql_models.hpp>

#include <azoth/base/error.hpp>
#include <azoth/types/duration.hpp>
#include <azoth/types/json.hpp>
#include <azoth/types/temporal.hpp>

#include <list>
#include <ranges>
#include <set>
#include <string_view>
#include <vector>

using namespace azoth;
using namespace azoth::literals;
using sql_models::Line;
using sql_models::Tag;
using sql_models::User;

namespace {

enum class Kind { book = 1, record = 2 };

}  // namespace

template <>
struct azoth::type_traits<Kind> : azoth::enum_names<Kind> {
    static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::book, "book"}, {Kind::record, "record"}};
};

namespace {

struct Article {
    std::int64_t id{};
    Kind kind{};
    std::optional<Kind> second{};
    Timestamp at{};
    std::chrono::seconds lasts{};
    Json data{};
    double weight{};
    std::int16_t small{};
    static constexpr auto mapping() {
        return table("items", column<&Article::id>(primary_key), column<&Article::kind>(stored_as<std::string>), column<&Article::second>(stored_as<std::string>),
                     column<&Article::at>(), column<&Article::lasts>(), column<&Article::data>(), column<&Article::weight>(), column<&Article::small>());
    }
};

template <class T, class V>
inline constexpr bool goes = !std::is_void_v<detail::bound_as_t<T, V>>;

static_assert(goes<std::string, const char*> && goes<std::string, std::string_view> && goes<std::string, std::string> && goes<std::string, char (&)[4]>);
static_assert(!goes<std::string, char> && !goes<std::string, int> && !goes<std::string, std::nullptr_t> && !goes<std::string, std::vector<char>>);
static_assert(goes<std::optional<std::string>, std::string_view> && goes<std::string, std::optional<std::string_view>>);
static_assert(goes<int, long long> && goes<std::int16_t, int> && goes<std::int64_t, double> && goes<double, int>);
static_assert(!goes<int, bool> && !goes<bool, int> && !goes<int, char> && !goes<int, const char*> && !goes<bool, const char*> && goes<bool, bool>);
static_assert(goes<Decimal, int> && goes<Decimal, std::int64_t> && goes<Decimal, Decimal> && !goes<Decimal, double> && !goes<Decimal, bool> && !goes<Decimal, const char*>);
static_assert(goes<Timestamp, std::chrono::sys_seconds> && goes<Timestamp, std::chrono::sys_days> && goes<Timestamp, Timestamp>);
static_assert(!goes<Timestamp, std::chrono::sys_time<std::chrono::nanoseconds>> && !goes<Timestamp, DateTime> && !goes<Timestamp, int>);
static_assert(goes<Duration, std::chrono::hours> && goes<std::chrono::seconds, std::chrono::minutes> && !goes<std::chrono::seconds, std::chrono::milliseconds>);
static_assert(goes<Date, std::chrono::sys_days> && goes<Kind, Kind> && !goes<Kind, int> && !goes<int, Kind>);

static_assert(detail::comparable_types<int, std::int64_t> && detail::comparable_types<Decimal, int> && detail::comparable_types<int, Decimal>);
static_assert(!detail::comparable_types<std::string, int> && !detail::comparable_types<Decimal, double> && !detail::comparable_types<Kind, int>);

template <class E>
Value only_value(const E& expression) {
    REQUIRE(expression.tape().values().size() == 1);
    return expression.tape().values()[0];
}

}  // namespace

TEST_CASE("text is bound from every form of it", "[sql][typed]") {
    const std::string text = "ann";
    CHECK(only_value(col<&User::name> == text) == Value::text("ann"));
    CHECK(only_value(col<&User::name> == "ann") == Value::text("ann"));
    CHECK(only_value(col<&User::name> == std::string_view("anna", 3)) == Value::text("ann"));
    CHECK(only_value(std::string_view("ann") == col<&User::name>) == Value::text("ann"));
    CHECK(only_value(col<&User::nick> == std::optional<std::string_view>("ann")) == Value::text("ann"));
    CHECK(only_value(literal("ann")) == Value::text("ann"));
    CHECK(only_value(literal(std::string_view("ann"))) == Value::text("ann"));
    const char* none = nullptr;
    CHECK_THROWS_AS(col<&User::name> == none, ArgumentError);
    CHECK_THROWS_AS(col<&User::name> == std::string("a\0b", 3), DataError);
}

TEST_CASE("numbers are bound as they are, decimals exactly", "[sql][typed]") {
    CHECK(only_value(col<&User::points> == 5'000'000'000) == Value::integer(5'000'000'000));
    CHECK(only_value(col<&User::points> > 1.5) == Value::real(1.5));
    CHECK(only_value(col<&Line::price> == 3) == to_value(Decimal(3)));
    CHECK(only_value(3 == col<&Line::price>) == to_value(Decimal(3)));
}

TEST_CASE("times of another precision are bound as the column's", "[sql][typed]") {
    using namespace std::chrono;
    const sys_seconds second{1000s};
    CHECK(only_value(col<&Article::at> == second) == to_value(Timestamp(second)));
    CHECK(only_value(col<&Article::at> < Timestamp(second) - days(1)) == to_value(Timestamp(second) - days(1)));
    CHECK(only_value(col<&Article::lasts> == 2min) == to_value(seconds(120)));
}

TEST_CASE("an enum stored by name is bound by name wherever the column is known", "[sql][typed]") {
    const Value book = Value::text("book");
    CHECK(only_value(col<&Article::kind> == Kind::book) == book);
    CHECK(only_value(Kind::book == col<&Article::kind>) == book);
    CHECK(only_value(col<&Article::second> == std::optional(Kind::book)) == book);
    CHECK(only_value(col<&Article::kind> == std::optional(Kind::book)) == book);
    CHECK(only_value(col<&Article::kind>.in_(Kind::book)) == book);
    CHECK(only_value(col<&Article::kind>.in_(std::vector{Kind::book})) == book);
    CHECK(only_value(nullable(col<&Article::kind>) == Kind::book) == book);
    CHECK(only_value(alias<Article>("i")[col<&Article::kind>] == Kind::book) == book);
    CHECK(only_value(select(col<&Article::kind>).subquery()[col<&Article::kind>] == Kind::book) == book);
    CHECK(only_value(func::coalesce(col<&Article::second>, Kind::book)) == book);
    CHECK(only_value(tuple_(col<&Article::kind>).in_(std::vector{std::tuple(Kind::book)})) == book);
    CHECK(insert<Article>().values(col<&Article::kind> = Kind::book, col<&Article::second> = Kind::book).tape().values()[1] == book);
}

TEST_CASE("an assigned number is stored as the column's type or refused", "[sql][typed]") {
    CHECK(update<Article>().values(col<&Article::small> = 300L).tape().values()[0] == Value::integer(300));
    CHECK(update<Article>().values(col<&Article::weight> = 3).tape().values().size() == 1);
    CHECK_THROWS_AS((col<&Article::small> = 40000), DataError);

    CHECK_THROWS_AS((col<&User::points> = 5'000'000'000), DataError);
}

TEST_CASE("== with nothing is IS NULL, part of the shape", "[sql][typed]") {
    const std::optional<std::string> empty;
    sql_models::check_sql(select(col<&User::id>).where(col<&User::nick> == empty), "SELECT users.id FROM users WHERE users.nick IS NULL",
              "SELECT users.id FROM users WHERE users.nick IS NULL", "SELECT users.id FROM users WHERE users.nick IS NULL");
    CHECK(sql_models::where_sql(empty == col<&User::nick>) == "users.nick IS NULL");
    CHECK(sql_models::where_sql(col<&User::nick> != empty) == "users.nick IS NOT NULL");
    CHECK(sql_models::where_sql(col<&User::nick> == std::nullopt) == "users.nick IS NULL");
    CHECK(sql_models::where_sql(std::nullopt != col<&User::nick>) == "users.nick IS NOT NULL");
    CHECK(sql_models::where_sql(col<&User::nick> == std::optional<std::string>("x")) == "users.nick = ?");
    CHECK(sql_models::where_sql(col<&User::nick> < empty) == "users.nick < NULL");
}

TEST_CASE("in_ takes values, ranges, views, queries, and nothing", "[sql][typed]") {
    const std::vector<std::int64_t> ids{1, 2};
    CHECK((col<&User::id>).in_(1, 2).tape() == (col<&User::id>).in_(std::vector{1, 2}).tape());
    CHECK(col<&User::id>.in_(ids).tape() == col<&User::id>.in_(std::list<std::int64_t>{1, 2}).tape());
    CHECK(col<&User::id>.in_(ids).tape() == col<&User::id>.in_(std::set<std::int64_t>{2, 1}).tape());
    CHECK(col<&User::id>.in_(ids | std::views::filter([](auto id) { return id > 1; })).tape().values().size() == 1);
    CHECK(col<&User::active>.in_(std::vector<bool>{true, false}).tape().values()[0] == Value::boolean(true));
    CHECK(only_value(col<&User::name>.in_("ann")) == Value::text("ann"));
    CHECK(col<&User::name>.in_(std::vector<const char*>{"a", "b"}).tape().values()[1] == Value::text("b"));
    CHECK(col<&User::id>.in_().tape().nodes().back().children == 1);
    CHECK(col<&User::id>.in_(std::vector<int>{}).tape() == col<&User::id>.in_().tape());
    CHECK(col<&User::id>.in_(select(col<&User::id>)).tape().nodes().back().op == detail::Op::in_query);
    CHECK(col<&User::id>.in_(col<&User::points>, 3).tape().values().size() == 1);
    CHECK_THROWS_AS(col<&User::id>.in_(std::vector<int>(70000, 1)), ArgumentError);
    const std::vector<std::pair<std::int64_t, std::string>> pairs{{1, "a"}, {2, "b"}};
    CHECK(tuple_(col<&User::id>, col<&User::name>).in_(pairs).tape().values().size() == 4);
    CHECK(tuple_(col<&User::id>, col<&User::name>).not_in(std::vector<std::pair<int, std::string>>{}).tape().values().empty());
}

TEST_CASE("contains and its kin escape what autoescape says", "[sql][typed]") {
    CHECK(only_value(col<&User::name>.contains("50%")) == Value::text("%50%%"));
    CHECK(only_value(col<&User::name>.contains("50%_/", autoescape)) == Value::text("%50/%/_//%"));
    CHECK(only_value(col<&User::name>.startswith("a_", autoescape)) == Value::text("a/_%"));
    CHECK(only_value(col<&User::name>.endswith("a_", autoescape)) == Value::text("%a/_"));
    CHECK(only_value(col<&User::name>.endswith("a_")) == Value::text("%a_"));
    CHECK(sql_models::where_sql(col<&User::name>.contains("x", autoescape)) == "users.name LIKE ? ESCAPE '/'");
}

TEST_CASE("any operator takes values of its own or the other side's type", "[sql][typed]") {
    CHECK(only_value(col<&Article::data>.op<bool>("@>", "{}")).kind() != ValueKind::null);
    CHECK(only_value(col<&User::id>.op<std::int64_t>("<<", 2)) == Value::integer(2));
}
