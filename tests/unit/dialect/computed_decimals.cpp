// Computed decimals on SQLite are rounded wherever they are compared or ordered: 0.1 + 0.2 equals 0.3, and sorts with it.
#include <support/sql_models.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;

namespace {
const auto price = col<&Line::price>;
const auto amount = func::sum(price * col<&Line::quantity>);
}  // namespace

TEST_CASE("a computed decimal is ordered by its rounded value", "[dialect][decimal]") {
    const auto by_quantity = select(col<&Line::quantity>, amount.label("amount"_c)).group_by(col<&Line::quantity>);
    const std::string before =
        "SELECT lines.quantity, round(sum(lines.price * lines.quantity), 2) AS amount FROM lines GROUP BY lines.quantity ORDER BY ";
    CHECK(sqlite_sql(by_quantity.order_by("amount"_c.desc())) == before + "round(sum(lines.price * lines.quantity), 2) DESC");
    CHECK(sqlite_sql(by_quantity.order_by(amount)) == before + "round(sum(lines.price * lines.quantity), 2)");
    CHECK(item_sql(func::rank().over(order_by(price + price))) == "rank() OVER (ORDER BY round(lines.price + lines.price, 2))");
}

TEST_CASE("a computed decimal is compared by its rounded value", "[dialect][decimal]") {
    const auto totals = select(col<&Line::quantity>).group_by(col<&Line::quantity>);
    CHECK(sqlite_sql(totals.having(amount == Decimal("0.30"))) ==
          "SELECT lines.quantity FROM lines GROUP BY lines.quantity "
          "HAVING round(sum(lines.price * lines.quantity), 2) = CAST(? AS NUMERIC)");
    CHECK(to_sql(totals.having(amount == Decimal("0.30")), dialect::postgresql).sql ==
          "SELECT lines.quantity FROM lines GROUP BY lines.quantity HAVING sum(lines.price * lines.quantity) = $1");
}

TEST_CASE("a decimal of unknown scale is compared as a number, unrounded", "[dialect][decimal]") {
    const auto ratio = price / col<&Line::quantity>;
    CHECK(sqlite_sql(select(col<&Line::id>).where(ratio > Decimal("1"))).find("round(") == std::string::npos);
}
