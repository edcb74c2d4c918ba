// The C++ type of every kind of expression: NULL in the type where SQL can give it, and nowhere else.
#include <support/sql_models.hpp>

#include <azoth/types/temporal.hpp>

#include <type_traits>
#include <vector>

using namespace azoth;
using namespace azoth::literals;
using sql_models::Employee;
using sql_models::Line;
using sql_models::Post;
using sql_models::Tag;
using sql_models::User;

namespace {

template <class E>
using type_of = typename std::remove_cvref_t<E>::value_type;
template <class T, class E>
constexpr bool is(const E&) {
    return std::is_same_v<type_of<E>, T>;
}
template <class T>
using opt = std::optional<T>;
using String = std::string;
using Big = std::int64_t;
using Int = std::int32_t;

constexpr auto& name = col<&User::name>;
constexpr auto& nick = col<&User::nick>;
constexpr auto& points = col<&User::points>;
constexpr auto& id = col<&User::id>;
constexpr auto& active = col<&User::active>;
constexpr auto& price = col<&Line::price>;
constexpr auto& manager = col<&Employee::manager_id>;

}  // namespace

TEST_CASE("a predicate can be NULL when an operand can", "[sql][typed]") {
    CHECK(is<bool>(name == "a"));
    CHECK(is<opt<bool>>(nick == "a"));
    CHECK(is<opt<bool>>("a" != nick));
    CHECK(is<opt<bool>>(name == nick));
    CHECK(is<opt<bool>>(name == opt<String>("a")));
    CHECK(is<bool>(nick == std::nullopt));
    CHECK(is<bool>(std::nullopt != nick));
    CHECK(is<bool>(id < points));
    CHECK(is<bool>(nick.is_null()));
    CHECK(is<bool>(nick.is_distinct_from("a")));
    CHECK(is<bool>(nick.is_not_distinct_from(std::nullopt)));
    CHECK(is<bool>(name.like("a%")));
    CHECK(is<opt<bool>>(nick.contains("a")));
    CHECK(is<opt<bool>>(name.like(nick)));
    CHECK(is<bool>(id.between(1, 2)));
    CHECK(is<opt<bool>>(id.between(1, manager)));
    CHECK(is<opt<bool>>(manager.not_between(1, 2)));
    CHECK(is<bool>(id.in_(1, 2)));
    CHECK(is<opt<bool>>(manager.in_(1, 2)));
    CHECK(is<opt<bool>>(id.in_(1, opt<int>())));
    CHECK(is<opt<bool>>(id.in_(std::vector<opt<int>>{1})));
    CHECK(is<bool>(id.in_(std::vector<int>{1})));
    CHECK(is<bool>(id.in_(select(col<&Post::id>))));
    CHECK(is<opt<bool>>(id.not_in(select(manager))));
    CHECK(is<bool>(name == "a" && active));
    CHECK(is<opt<bool>>(name == "a" || nick == "b"));
    CHECK(is<opt<bool>>(!(nick == "b")));
    CHECK(is<bool>(not_(active)));
    CHECK(is<bool>(exists(select(id))));
}

TEST_CASE("arithmetic: common type, division true and possibly NULL", "[sql][typed]") {
    CHECK(is<Int>(points + 1));
    CHECK(is<Big>(points + id));
    CHECK(is<Big>(1 + id));
    CHECK(is<double>(points * 1.5));
    CHECK(is<opt<double>>(points / 2));
    CHECK(is<opt<Int>>(points % 2));
    CHECK(is<opt<Big>>(manager - 1));
    CHECK(is<Decimal>(price * 2));
    CHECK(is<Decimal>(price * col<&Line::quantity>));
    CHECK(is<Decimal>(2 * price));
    CHECK(is<opt<Decimal>>(price / 3));
    CHECK(is<Int>(-points));
    CHECK(is<String>(name + "!"));
    CHECK(is<String>("!" + name));
    CHECK(is<opt<String>>(name + nick));
}

TEST_CASE("aggregates: optional but for count", "[sql][typed]") {
    CHECK(is<Big>(func::count()));
    CHECK(is<Big>(func::count(nick)));
    CHECK(is<Big>(func::count(distinct(nick))));
    CHECK(is<Big>(func::count().filter(active)));
    CHECK(is<opt<Big>>(func::sum(points)));
    CHECK(is<opt<Big>>(func::sum(distinct(points))));
    CHECK(is<opt<Decimal>>(func::sum(price)));
    CHECK(is<opt<double>>(func::avg(points)));
    CHECK(is<opt<Decimal>>(func::avg(price)));
    CHECK(is<opt<double>>(func::sum(points * 1.5f)));
    CHECK(is<opt<Int>>(func::max(points)));
    CHECK(is<opt<String>>(func::min(nick)));
    CHECK(is<opt<String>>(func::string_agg(name, ", ")));
    CHECK(is<opt<Big>>(func::sum(points).over(partition_by(name))));
    CHECK(is<Big>(func::row_number().over(order_by(id))));
    CHECK(is<Big>(func::count().over()));
    CHECK(is<opt<Int>>(func::lag(points).over(order_by(id))));
    CHECK(is<opt<String>>(func::lead(nick, 2)));
    CHECK(is<opt<String>>(func::first_value(name)));
}

TEST_CASE("coalesce is NULL only if all its arguments can be, in their common type", "[sql][typed]") {
    CHECK(is<String>(func::coalesce(nick, "none")));
    CHECK(is<String>(func::coalesce(nick, name)));
    CHECK(is<opt<String>>(func::coalesce(nick, nullable(name))));
    CHECK(is<opt<String>>(func::coalesce(nick, opt<String>())));
    CHECK(is<String>(func::coalesce("none", nick)));
    CHECK(is<String>(func::coalesce(std::string_view("none"), nick)));
    CHECK(is<Big>(func::coalesce(manager, 0)));
    CHECK(is<Big>(func::coalesce(0, manager)));
    CHECK(is<Big>(func::coalesce(points, id)));
    CHECK(is<double>(func::coalesce(manager, 0.5)));
    CHECK(is<Decimal>(func::coalesce(func::sum(price), 0)));
    CHECK(is<Decimal>(func::coalesce(0, price)));
    CHECK(func::coalesce(func::sum(price), 0).tape().values()[0] == to_value(Decimal(0)));
    CHECK(is<opt<String>>(func::nullif(name, "")));
    CHECK(is<opt<String>>(func::nullif("", name)));
    CHECK(is<opt<Big>>(func::nullif(id, 0)));
}

TEST_CASE("functions carry NULL of each argument", "[sql][typed]") {
    CHECK(is<String>(func::lower(name)));
    CHECK(is<opt<String>>(func::upper(nick)));
    CHECK(is<String>(func::trim("  x ")));
    CHECK(is<Big>(func::length(name)));
    CHECK(is<opt<Big>>(func::length(nick)));
    CHECK(is<String>(func::substr(name, 1, 2)));
    CHECK(is<opt<String>>(func::substr(name, manager)));
    CHECK(is<opt<String>>(func::replace(name, "a", nick)));
    CHECK(is<opt<String>>(func::concat(name, " ", nick)));
    CHECK(is<String>(func::concat(name, " ", "x")));
    CHECK(is<Int>(func::abs(points)));
    CHECK(is<double>(func::round(points)));
    CHECK(is<Decimal>(func::round(price, 1)));
    CHECK(is<opt<double>>(func::round(points / 2)));
    CHECK(is<Timestamp>(func::now()));
    CHECK(is<double>(func::call<double>("ts_rank", name, 1)));
}

TEST_CASE("case_ without else can be NULL; numbers meet", "[sql][typed]") {
    CHECK(is<opt<int>>(case_(when(active, 1))));
    CHECK(is<int>(case_(when(active, 1)).else_(0)));
    CHECK(is<String>(case_(when(active, "yes"), when(points > 3, name)).else_("no")));
    CHECK(is<opt<String>>(case_(when(active, name)).else_(nick)));
    CHECK(is<double>(case_(when(active, 1), when(points > 3, 2.5)).else_(points)));
    CHECK(is<Decimal>(case_(when(active, price)).else_(0)));
    CHECK(is<opt<Big>>(case_(when(active, id)).else_(null<Big>())));
}

TEST_CASE("casts, literals, nullable, subqueries", "[sql][typed]") {
    CHECK(is<String>(cast<String>(points)));
    CHECK(is<opt<String>>(cast<String>(manager)));
    CHECK(is<opt<String>>(nullable(name)));
    CHECK(is<opt<String>>(nullable(nick)));
    CHECK(is<opt<int>>(null<int>()));
    CHECK(is<opt<int>>(null<opt<int>>()));
    CHECK(is<int>(literal(5)));
    CHECK(is<String>(literal("x")));
    CHECK(is<opt<int>>(literal(opt<int>())));
    CHECK(is<opt<Big>>(select(id).scalar_subquery()));
    CHECK(is<opt<String>>(select(nick).scalar_subquery()));
    CHECK(is<opt<Big>>(select(func::count()).scalar_subquery()));
    const auto users = select(id, nick.label("n"_c), func::count().label("c"_c)).group_by(id).subquery();
    CHECK(is<Big>(users[id]));
    CHECK(is<opt<String>>(users["n"_c]));
    CHECK(is<Big>(users["c"_c]));
    CHECK(is<String>(select<User>().subquery()[name]));
    CHECK(is<String>(alias<User>("u")[name]));
}

TEST_CASE("set operations: common type, nullability of both, labels of the first", "[sql][typed]") {
    const auto wide = select(points.label("n"_c), name).union_all(select(manager, nick));
    CHECK(is<opt<Big>>(wide.subquery()["n"_c]));
    CHECK(is<opt<String>>(wide.subquery()[name]));
    CHECK(is<Decimal>(select(col<&Line::quantity>.label("n"_c)).union_(select(price)).subquery()["n"_c]));
    CHECK(is<Big>(select(id.label("n"_c)).intersect(select(points)).subquery()["n"_c]));
    CHECK(is<Big>(select(id.label("n"_c)).except_(select(points)).subquery()["n"_c]));
    const auto timed = select(id).execution_options({std::chrono::seconds(2), true}).union_all(select(points));
    CHECK(timed.execution().statement_timeout == std::chrono::seconds(2));
}

TEST_CASE("a recursive arm may be narrower than its anchor", "[sql][typed]") {
    const auto tree = select(col<&Employee::id>, nullable(name).label("n"_c), literal(0).label("depth"_c)).recursive_cte("tree");
    CHECK(is<int>(tree["depth"_c] + 1));
    tree.union_all(select(points, name, tree["depth"_c] + 1).join(tree, manager == tree[col<&Employee::id>]));
    CHECK(is<opt<String>>(tree["n"_c]));
}
