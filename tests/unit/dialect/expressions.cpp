// Operators: parentheses by precedence, the forms NOT takes, and how each dialect spells them.
#include <azoth/base/error.hpp>
#include <support/sql_models.hpp>
#include <support/tape_builder.hpp>

#include <algorithm>

using namespace azoth;
using namespace sql_models;

namespace {

const auto a = col<&User::points>;
const auto b = col<&User::id>;
const auto c = literal(std::int64_t{7});
const auto p = col<&User::active>;
const auto& pg = postgresql_dialect();
const auto& my = mysql_dialect();

using tape_builder::Op;
Expression<std::int64_t> bits(Op op) {
    azoth::detail::Tape tape = tape_builder::node(op, {azoth::detail::tape_of(a), azoth::detail::tape_of(b)});
    return Expression<std::int64_t>(std::move(tape));
}

}  // namespace

TEST_CASE("arithmetic keeps the user's grouping and no more parentheses than that", "[dialect][expression]") {
    CHECK(item_sql(a + b + c) == "users.points + users.id + ?");
    CHECK(item_sql(a + (b + c)) == "users.points + (users.id + ?)");
    CHECK(item_sql(a - (b - c)) == "users.points - (users.id - ?)");
    CHECK(item_sql(a - b - c) == "users.points - users.id - ?");
    CHECK(item_sql(a + b * c) == "users.points + users.id * ?");
    CHECK(item_sql((a + b) * c) == "(users.points + users.id) * ?");
    CHECK(item_sql(a * (b * c)) == "users.points * (users.id * ?)");
    CHECK(item_sql(a % (b % c)) == "users.points % (users.id % ?)");
    CHECK(item_sql(-(a + b)) == "-(users.points + users.id)");
    CHECK(item_sql(-a * b) == "-users.points * users.id");
    CHECK(item_sql(-(-a)) == "-(-users.points)");
    CHECK(item_sql(a - -b) == "users.points - -users.id");
}

TEST_CASE("division is true division everywhere", "[dialect][expression]") {
    CHECK(item_sql(a / b / c) == "users.points / (users.id + 0.0) / ?");
    CHECK(item_sql(a / (b / c)) == "users.points / (users.id / (? + 0.0))");
    CHECK(item_sql(a / (b - c)) == "users.points / (users.id - ? + 0.0)");
    CHECK(item_sql(a / b, pg) == "users.points / CAST(users.id AS NUMERIC)");
    CHECK(item_sql(a / b, my) == "users.points / (users.id + 0e0)");
    CHECK(item_sql(a / 2.5) == "users.points / ?");
}

TEST_CASE("comparisons nest with parentheses only", "[dialect][expression]") {
    CHECK(where_sql(a + 1 < b * 2) == "users.points + ? < users.id * ?");
    CHECK(where_sql((a < b) == p) == "(users.points < users.id) = users.active");
    CHECK(where_sql((a == 1).is_null()) == "(users.points = ?) IS NULL");
    CHECK(where_sql(5 == a) == "? = users.points");
    CHECK(where_sql(a.between(1, b + 1)) == "users.points BETWEEN ? AND users.id + ?");
    CHECK(where_sql(p.in_(p && p)) == "users.active IN (users.active AND users.active)");
}

TEST_CASE("AND, OR and NOT", "[dialect][expression]") {
    const auto x = a == 1, y = a == 2, z = a == 3;
    CHECK(where_sql(x && y && z) == "users.points = ? AND users.points = ? AND users.points = ?");
    CHECK(where_sql(x && (y && z)) == where_sql(x && y && z));
    CHECK(where_sql(x || (y && z)) == "users.points = ? OR users.points = ? AND users.points = ?");
    CHECK(where_sql((x || y) && z) == "(users.points = ? OR users.points = ?) AND users.points = ?");
    CHECK(where_sql(x || (y || z)) == "users.points = ? OR users.points = ? OR users.points = ?");
    CHECK(where_sql(!(x && y)) == "NOT (users.points = ? AND users.points = ?)");
    CHECK(where_sql(!(x || y) && z) == "NOT (users.points = ? OR users.points = ?) AND users.points = ?");
    CHECK(where_sql(!!(x && y)) == "users.points = ? AND users.points = ?");
    CHECK(sqlite_sql(select(b).where(x || y).where(z)) == "SELECT users.id FROM users WHERE (users.points = ? OR users.points = ?) AND users.points = ?");
}

TEST_CASE("NOT takes its shortest form", "[dialect][expression]") {
    const auto name = col<&User::name>;
    CHECK(where_sql(!(a == 1)) == "users.points != ?");
    CHECK(where_sql(!(a != 1)) == "users.points = ?");
    CHECK(where_sql(!(a < 1)) == "users.points >= ?");
    CHECK(where_sql(!(a >= 1)) == "users.points < ?");
    CHECK(where_sql(!(a > 1)) == "users.points <= ?");
    CHECK(where_sql(!(a <= 1)) == "users.points > ?");
    CHECK(where_sql(!a.is_null()) == "users.points IS NOT NULL");
    CHECK(where_sql(!a.is_not_null()) == "users.points IS NULL");
    CHECK(where_sql(!a.in_(1, 2)) == "users.points NOT IN (?, ?)");
    CHECK(where_sql(!a.not_in(1, 2)) == "users.points IN (?, ?)");
    CHECK(where_sql(!a.between(1, 2)) == "users.points NOT BETWEEN ? AND ?");
    CHECK(where_sql(!name.like("x")) == "users.name NOT LIKE ?");
    CHECK(where_sql(!a.is_distinct_from(1)) == "users.points IS ?");
    CHECK(where_sql(!p) == "NOT users.active");
    CHECK(where_sql((!p) == p) == "(NOT users.active) = users.active");
    CHECK(where_sql(!exists(select(col<&Post::id>).where(col<&Post::author_id> == b))) ==
          "NOT EXISTS (SELECT posts.id FROM posts WHERE posts.author_id = users.id)");
    CHECK(where_sql(!a.op<bool>("@@", 1), pg) == "NOT (users.points @@ $1)");
}

TEST_CASE("constants fold", "[dialect][expression]") {
    const auto none = std::vector<Expression<std::optional<bool>>>{};
    const std::string all = "SELECT users.id FROM users";
    CHECK(sqlite_sql(select(b).where(and_(none))) == all);
    check_sql(select(b).where(or_(none)), all + " WHERE 0", all + " WHERE false", all + " WHERE false");
    CHECK(where_sql(or_(none) || a == 1) == "users.points = ?");
    CHECK(where_sql(and_(none) && a == 1) == "users.points = ?");
    CHECK(sqlite_sql(select(b).where(and_(none) || a == 1)) == all);
    CHECK(where_sql(or_(none) && a == 1) == "0");
    CHECK(where_sql(!and_(none)) == "0");
}

TEST_CASE("an empty IN matches nothing, an empty NOT IN everything", "[dialect][expression]") {
    const std::vector<std::int64_t> none;
    CHECK(where_sql(b.in_(none)) == "0");
    CHECK(where_sql(b.in_(none), pg) == "false");
    CHECK(sqlite_sql(select(b).where(b.not_in(none))) == "SELECT users.id FROM users");
    CHECK(where_sql(!b.not_in(none)) == "0");
    CHECK(where_sql(b.in_(none) || a == 1) == "users.points = ?");
    CHECK(item_sql(b.in_(none), my) == "false");
}

TEST_CASE("NULL is decided when the statement is built", "[dialect][expression]") {
    const auto nick = col<&User::nick>;
    const std::optional<std::string> unset;
    CHECK(where_sql(nick == std::nullopt) == "users.nick IS NULL");
    CHECK(where_sql(nick != std::nullopt) == "users.nick IS NOT NULL");
    CHECK(where_sql(nick == unset) == "users.nick IS NULL");
    CHECK(where_sql(nick == std::optional<std::string>("x")) == "users.nick = ?");
}

TEST_CASE("IS DISTINCT FROM in three spellings", "[dialect][expression]") {
    CHECK(where_sql(a.is_distinct_from(1)) == "users.points IS NOT ?");
    CHECK(where_sql(a.is_distinct_from(1), pg) == "users.points IS DISTINCT FROM $1");
    CHECK(where_sql(a.is_distinct_from(1), my) == "NOT (users.points <=> ?)");
    CHECK(where_sql(a.is_not_distinct_from(1), my) == "users.points <=> ?");
    CHECK(where_sql(a.is_not_distinct_from(1), pg) == "users.points IS NOT DISTINCT FROM $1");
}

TEST_CASE("LIKE, its escape, and ILIKE where there is one", "[dialect][expression]") {
    const auto name = col<&User::name>;
    CHECK(where_sql(name.like("a\\%", '\\')) == "users.name LIKE ? ESCAPE '\\'");
    CHECK(where_sql(name.like("a\\%", '\\'), my) == "users.name LIKE ? ESCAPE '\\\\'");
    CHECK(where_sql(name.like("a", '\'')) == "users.name LIKE ? ESCAPE ''''");
    CHECK(where_sql(name.contains("50%", autoescape)) == "users.name LIKE ? ESCAPE '/'");
    CHECK(to_sql(select(b).where(name.contains("50%/_", autoescape)), dialect::sqlite).values[0] == Value::text("%50/%///_%"));
    CHECK(where_sql(name.ilike("a")) == "lower(users.name) LIKE lower(?)");
    CHECK(where_sql(name.ilike("a"), pg) == "users.name ILIKE $1");
    CHECK(where_sql(!name.ilike("a"), pg) == "users.name NOT ILIKE $1");
}

TEST_CASE("text is joined by the operator, or by concat()", "[dialect][expression]") {
    const auto name = col<&User::name>;
    check_sql(select(name + "x" + name), "SELECT users.name || ? || users.name FROM users",
              "SELECT users.name || CAST($1 AS TEXT) || users.name FROM users", "SELECT concat(concat(users.name, ?), users.name) FROM users");
    CHECK(item_sql(func::concat(name, "a", "b")) == "users.name || ? || ?");
    CHECK(where_sql(name + "x" == "y") == "users.name || ? = ?");
}

TEST_CASE("bit operators never rely on a precedence that databases disagree about", "[dialect][expression]") {
    CHECK(item_sql(bits(Op::bit_and)) == "users.points & users.id");
    CHECK(item_sql(bits(Op::bit_and) + 1) == "(users.points & users.id) + ?");
    CHECK(item_sql(bits(Op::bit_xor)) == "(users.points | users.id) - (users.points & users.id)");
    CHECK(item_sql(bits(Op::bit_xor), pg) == "users.points # users.id");
    CHECK(item_sql(bits(Op::bit_xor), my) == "users.points ^ users.id");
    CHECK(item_sql(bits(Op::shift_left) - 1) == "(users.points << users.id) - ?");
    CHECK(where_sql(bits(Op::bit_or) == 1) == "users.points | users.id = ?");
}

TEST_CASE("rows of values in IN", "[dialect][expression]") {
    const std::vector<std::tuple<std::int64_t, std::int32_t>> pairs{{1, 2}, {3, 4}};
    const auto in = tuple_(b, a).in_(pairs);
    CHECK(where_sql(in) == "(users.id, users.points) IN (VALUES (?, ?), (?, ?))");
    CHECK(where_sql(in, pg) == "(users.id, users.points) IN (($1, $2), ($3, $4))");
    CHECK(where_sql(!in, my) == "(users.id, users.points) NOT IN ((?, ?), (?, ?))");
    CHECK(where_sql(tuple_(b, a).in_(std::vector<std::tuple<std::int64_t, std::int32_t>>{})) == "0");
}

TEST_CASE("PostgreSQL placeholders are cast where the type beside them is not their own", "[dialect][expression]") {
    CHECK(where_sql(a > 2, pg) == "users.points > $1");
    CHECK(where_sql(a > 2.5, pg) == "users.points > CAST($1 AS DOUBLE PRECISION)");
    CHECK(where_sql(a == std::int64_t{2}, pg) == "users.points = CAST($1 AS BIGINT)");
    CHECK(where_sql(b == std::int64_t{2}, pg) == "users.id = $1");
    CHECK(where_sql(a.in_(1, 2.5), pg) == "users.points IN ($1, CAST($2 AS DOUBLE PRECISION))");
    CHECK(item_sql(a * 1.5, pg) == "users.points * CAST($1 AS DOUBLE PRECISION)");
    CHECK(item_sql(func::coalesce(a, 2.5), pg) == "coalesce(users.points, CAST($1 AS DOUBLE PRECISION))");
    CHECK(where_sql(literal(10) < 9, pg) == "CAST($1 AS INTEGER) < CAST($2 AS INTEGER)");
    CHECK(where_sql(a > 2.5, my) == "users.points > ?");
}

TEST_CASE("PostgreSQL placeholders are cast where nothing else tells their type", "[dialect][expression]") {
    CHECK(item_sql(literal(5), pg) == "CAST($1 AS INTEGER)");
    CHECK(item_sql(literal(std::int64_t{5}), pg) == "CAST($1 AS BIGINT)");
    CHECK(item_sql(literal("x"), pg) == "CAST($1 AS TEXT)");
    CHECK(where_sql(b == 5, pg) == "users.id = $1");
    CHECK(item_sql(func::coalesce(col<&User::nick>, "x"), pg) == "coalesce(users.nick, $1)");
    CHECK(to_sql(select(b).where(b == 1).where(a == 2).limit(3), pg).sql ==
          "SELECT users.id FROM users WHERE users.id = $1 AND users.points = $2 LIMIT $3");
}

TEST_CASE("an expression nested past all measure is refused, not a stack overflow", "[dialect][expression]") {
    Expression<std::int64_t> deep = a + b;
    for (int i = 0; i < 1500; ++i) deep = Expression<std::int64_t>(azoth::detail::tape_of(deep + 1));
    CHECK_THROWS_AS(item_sql(deep), ArgumentError);
}

TEST_CASE("side by side any number of conditions is fine", "[dialect][expression]") {
    std::vector<Expression<bool>> many(5000, Expression<bool>(azoth::detail::tape_of(a == 1)));
    const auto text = where_sql(or_(many));
    CHECK(std::count(text.begin(), text.end(), '?') == 5000);
    // Cut into halves, for parsers whose depth grows with the length of the row.
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find_first_of("()", at), text.size());
        longest = std::max(longest, static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end), '?')));
        at = end + 1;
    }
    CHECK(longest <= 200);
}
