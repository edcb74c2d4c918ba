// Decimals on SQLite: kept as text, compared and ordered as numbers, computed ones rounded to their scale.
#include <support/sql_models.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;

namespace {
const auto price = col<&Line::price>;
std::string line_where(const std::string& sql) { return sql.substr(sql.find(" WHERE ") + 7); }
}  // namespace

TEST_CASE("a decimal column is declared so that its text survives", "[dialect][decimal]") {
    CHECK(sqlite_dialect().column_type({TypeKind::decimal, 0, 10, 2}) == "DECIMAL_TEXT(10, 2)");
    CHECK(postgresql_dialect().column_type({TypeKind::decimal, 0, 10, 2}) == "NUMERIC(10, 2)");
    CHECK(mysql_dialect().column_type({TypeKind::decimal}) == "DECIMAL(65, 30)");
}

TEST_CASE("comparing and ordering decimals goes by number", "[dialect][decimal]") {
    const auto base = select(col<&Line::id>);
    const Decimal ten("10.00");
    CHECK(line_where(sqlite_sql(base.where(price < ten))) == "CAST(lines.price AS NUMERIC) < CAST(? AS NUMERIC)");
    CHECK(line_where(sqlite_sql(base.where(price.in_(ten, ten)))) == "CAST(lines.price AS NUMERIC) IN (CAST(? AS NUMERIC), CAST(? AS NUMERIC))");
    CHECK(line_where(sqlite_sql(base.where(price.between(ten, ten)))) ==
          "CAST(lines.price AS NUMERIC) BETWEEN CAST(? AS NUMERIC) AND CAST(? AS NUMERIC)");
    CHECK(line_where(sqlite_sql(base.where(price.is_null()))) == "lines.price IS NULL");
    CHECK(sqlite_sql(base.order_by(price.desc())) == "SELECT lines.id FROM lines ORDER BY CAST(lines.price AS NUMERIC) DESC");
    CHECK(sqlite_sql(select(price.label("p"_c)).order_by("p"_c)) == "SELECT lines.price AS p FROM lines ORDER BY CAST(lines.price AS NUMERIC)");
    CHECK(line_where(to_sql(base.where(price < ten), dialect::postgresql).sql) == "lines.price < $1");
}

TEST_CASE("a plain decimal is selected as it is, a computed one rounded to its scale", "[dialect][decimal]") {
    CHECK(item_sql(price) == "lines.price");
    CHECK(item_sql(func::sum(price)) == "round(sum(lines.price), 2)");
    CHECK(item_sql(func::sum(price * col<&Line::quantity>)) == "round(sum(lines.price * lines.quantity), 2)");
    CHECK(item_sql(price * price) == "round(lines.price * lines.price, 4)");
    CHECK(item_sql(func::max(price)) == "round(max(CAST(lines.price AS NUMERIC)), 2)");
    CHECK(item_sql(func::sum(price).over(order_by(col<&Line::id>))) == "round(sum(lines.price) OVER (ORDER BY lines.id), 2)");
    CHECK(item_sql(func::sum(price), postgresql_dialect()) == "sum(lines.price)");
}

TEST_CASE("the type of a subquery's column is known", "[dialect][decimal]") {
    const auto totals = select(col<&Line::id>, func::sum(price).label("total"_c)).group_by(col<&Line::id>).subquery("totals");
    CHECK(sqlite_sql(select(totals[col<&Line::id>]).where(totals["total"_c] > Decimal("5"))) ==
          "SELECT totals.id FROM (SELECT lines.id, round(sum(lines.price), 2) AS total FROM lines GROUP BY lines.id) AS totals "
          "WHERE CAST(totals.total AS NUMERIC) > CAST(? AS NUMERIC)");
}
