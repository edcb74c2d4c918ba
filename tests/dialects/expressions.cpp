// Expressions mean the same on every database, and every database takes them.
#include "models.hpp"

using namespace azoth;
using namespace azoth::literals;
using namespace dialect_models;
using azoth::test::check;

namespace {

// One expression over the one sample.
template <class E>
void value(const E& expression, const std::string& text, std::initializer_list<std::string_view> refused_by = {}) {
    check(select(expression).select_from(entity<Sample>), text, refused_by);
}
template <class P>
void users(const P& predicate, const std::string& ids, std::initializer_list<std::string_view> refused_by = {}) {
    check(select(col<&User::id>).where(predicate).order_by(col<&User::id>), ids, refused_by);
}

const auto points = col<&User::points>;
const auto name = col<&User::name>;
const auto nick = col<&User::nick>;

}  // namespace

TEST_CASE("arithmetic over columns and values of other types", "[dialects]") {
    fill();
    value(col<&Sample::medium> + 1, "70001");
    value(col<&Sample::small> + std::int64_t{5000000000}, "5000000007");
    value(col<&Sample::medium> * 1.5, "105000");
    value(col<&Sample::medium> - 0.5, "69999.5");
    value(col<&Sample::money> * 2, "2469");
    value(col<&Sample::money> + Decimal("0.25"), "1234.75");
    value(col<&Sample::exact> * 2, "4.5");
    value(1 + col<&Sample::large>, "7000000001");
    value(col<&Sample::large> % 9, "7");
    value(-col<&Sample::small>, "-7");
    value(col<&Sample::small> / 2, "3.5");
    value(col<&Sample::small> / 2.0, "3.5");
    value(1 / (col<&Sample::small> - 4), "0.333333333333");
    value(col<&Sample::missing> + 1, "NULL");
}

TEST_CASE("comparisons of columns with values of other types", "[dialects]") {
    fill();
    users(points == 20, "2");
    users(points > 15.5, "2; 3");
    users(points == std::int64_t{5000000000}, "");
    users(points < std::int64_t{5000000000}, "1; 2; 3");
    users(points.in_(10, 30), "1; 3");
    users(points.in_(std::vector<std::int64_t>{10, 5000000000}), "1");
    users(points.in_(std::vector<double>{10.0, 12.5}), "1");
    users(points.between(10.5, 30), "2; 3");
    users(15 < points, "2; 3");
    users(points.is_distinct_from(10), "2; 3");
    users(nick.is_not_distinct_from("ann"), "1");
    users(nick == std::nullopt, "2");
    users(col<&User::active> == true, "1; 3");
    users(!col<&User::active>, "2");
    users(col<&User::active> && points > 10, "3");
    users((points > 10) == col<&User::active>, "3");
    users(literal(10) < 9, "");
    users(literal(true), "1; 2; 3");
    users(literal(5) == 5, "1; 2; 3");
    users(tuple_(col<&User::id>, points).in_(std::vector<std::tuple<std::int64_t, std::int32_t>>{{1, 10}, {2, 99}}), "1");
    users(points.in_(std::vector<int>{}), "");
    check(select(col<&Line::id>).where(col<&Line::price> > Decimal("1.1")).order_by(col<&Line::id>), "2");
    check(select(col<&Line::id>).where(col<&Line::price>.in_(Decimal("1.1"), Decimal("0.3"))).order_by(col<&Line::id>), "1; 3");
    check(select(col<&Line::id>).where(col<&Line::price> > 1).order_by(col<&Line::id>), "1; 2");
}

TEST_CASE("values of every type find their row", "[dialects]") {
    fill();
    const auto found = [](const auto& predicate) { check(select(col<&Sample::id>).where(predicate), "1"); };
    found(col<&Sample::flag> == true);
    found(col<&Sample::small> == 7);
    found(col<&Sample::large> == 7000000000);
    found(col<&Sample::single> == 1.5F);
    found(col<&Sample::exact> == 2.25);
    found(col<&Sample::money> == Decimal("1234.5"));
    found(col<&Sample::text> == "Grüße, 'x'");
    found(col<&Sample::bytes> == Blob{std::byte{0}, std::byte{255}});
    found(col<&Sample::at> == at);
    found(col<&Sample::at>.between(at - std::chrono::hours{1}, at));
    found(col<&Sample::at> < utcnow() - std::chrono::days{1});
    found(col<&Sample::wall> == DateTime(at.time_since_epoch()));
    found(col<&Sample::day> == Date(std::chrono::year{2024} / 2 / 29));
    found(col<&Sample::clock> == Time{std::chrono::hours{13}});
    found(col<&Sample::uuid> == Uuid::parse("00112233-4455-6677-8899-aabbccddeeff"));
    found(col<&Sample::uuid>.in_(std::vector<Uuid>{Uuid(), Uuid::parse("00112233-4455-6677-8899-aabbccddeeff")}));
    found(func::now() > col<&Sample::at>);
    found(col<&Sample::at> == literal(at));
}

TEST_CASE("a value alone", "[dialects]") {
    fill();
    check(select(literal(5), literal("x"), literal(1.5), literal(true), literal(Decimal("1.5"))), "5|x|1.5|1|1.5");
    check(select(literal(std::int64_t{5000000000})), "5000000000");
    value(null<std::int32_t>(), "NULL");
    value(literal(5) + 6, "11");
    value(literal(10).is_null(), "0");
}

TEST_CASE("text functions and LIKE", "[dialects]") {
    fill();
    users(name.like("A%"), "1");
    users(name.ilike("aN%"), "1");
    users(name.not_ilike("aN%"), "2; 3");
    users(nick.contains("_d", autoescape), "3");
    users(name.startswith("B"), "2");
    users(name.endswith("d"), "3");
    check(select(col<&Post::id>).where(col<&Post::title>.contains("50%", autoescape)), "3");
    users(func::lower(name) == "bob", "2");
    users(name + "!" == "Bob!", "2");
    users(func::coalesce(nick, "none") == "none", "2");
    value(col<&Sample::code> + "/" + cast<std::string>(col<&Sample::small>), "AB-1/7");
    value(func::concat(col<&Sample::code>, "-", "z"), "AB-1-z");
    value(func::concat("a", "b"), "ab");
    value(func::upper(col<&Sample::code>), "AB-1");
    value(func::length(col<&Sample::text>), "10");
    value(func::substr(col<&Sample::text>, 1, 3), "Grü");
    value(func::substr(col<&Sample::code>, 4), "1");
    value(func::replace(col<&Sample::code>, "-", "+"), "AB+1");
    value(func::trim(literal("  x ")), "x");
    value(func::nullif(col<&Sample::code>, "AB-1"), "NULL");
}

TEST_CASE("numbers: round, abs, coalesce, CAST", "[dialects]") {
    fill();
    value(func::round(col<&Sample::money> / 7, 2), "176.36");
    value(func::round(col<&Sample::exact> * 1.1, 2), "2.48");
    value(func::round(col<&Sample::exact>), "2");
    value(func::round(col<&Sample::small>, 1), "7");
    value(func::round(func::call<double>("sqrt", col<&Sample::small>), 3), "2.646");
    value(func::abs(col<&Sample::small> - 10), "3");
    value(func::coalesce(col<&Sample::missing>, 0), "0");
    value(func::coalesce(col<&Sample::missing>, 2.5), "2.5");
    value(func::coalesce(col<&Sample::missing>, col<&Sample::small>, 5), "7");
    value(func::coalesce(col<&Sample::missing>, std::int64_t{5000000000}), "5000000000");
    value(func::nullif(col<&Sample::small>, 7), "NULL");
    value(cast<std::int64_t>(literal("42")), "42");
    value(cast<double>(col<&Sample::small>), "7");
    value(cast<Decimal>(col<&Sample::small>), "7");
    value(cast<std::string>(col<&Sample::large>), "7000000000");
    value(cast<std::int32_t>(col<&Sample::flag>), "1");
}

TEST_CASE("CASE", "[dialects]") {
    fill();
    check(select(case_(when(points > 15, "high")).else_("low")).order_by(col<&User::id>), "low; high; high");
    check(select(case_(when(points > 15, 1), when(points > 25, 2)).else_(0)).order_by(col<&User::id>), "0; 1; 1");
    check(select(case_(when(points > 15, points)).else_(0)).order_by(col<&User::id>), "0; 20; 30");
    check(select(case_(when(points > 15, points)).else_(2.5)).order_by(col<&User::id>), "2.5; 20; 30");
    check(select(case_(when(points > 15, name))).order_by(col<&User::id>), "NULL; Bob; Cid");
    check(select(func::sum(case_(when(col<&User::active>, 1)).else_(0))), "2");
}

TEST_CASE("time", "[dialects]") {
    fill();
    value(func::substr(cast<std::string>(col<&Sample::at>), 1, 10), "2024-02-29");
    value(func::substr(cast<std::string>(col<&Sample::at>), 1, 19), "2024-02-29 13:05:00");
    value(func::substr(cast<std::string>(col<&Sample::wall>), 1, 16), "2024-02-29 13:05");
    value(cast<std::string>(col<&Sample::day>), "2024-02-29");
    value(func::date_trunc("month", col<&Sample::wall>), "2024-02-01 00:00:00", {"sqlite", "mariadb"});
    value(col<&Sample::at> > at - std::chrono::days{1}, "1");
}

TEST_CASE("JSON paths", "[dialects]") {
    fill();
    value(col<&Sample::data>["a"]["b"][1].as<std::string>(), "x");
    value(col<&Sample::data>["a"]["b"][0].as<std::int64_t>(), "10");
    value(col<&Sample::data>["n"].as<std::int64_t>() + 1, "6");
    value(col<&Sample::data>["n"].as<double>(), "5");
    value(col<&Sample::data>["t"].as<bool>(), "1");
    value(col<&Sample::data>["z"].as<std::string>(), "NULL");
    value(col<&Sample::data>["nothing"]["there"].as<std::string>(), "NULL");
    check(select(col<&Sample::id>).where(col<&Sample::data>["a"]["b"][1].as<std::string>() == "x"), "1");
    check(select(col<&Sample::id>).where(col<&Sample::data>["n"].as<std::int64_t>() == 5), "1");
    check(select(col<&Sample::id>).where(col<&Sample::data>["t"].as<bool>()), "1");
}
