// The text of members that are SQL expressions: whose row they mean, where their values go, what cannot be one.
#include <azoth/base/error.hpp>
#include <azoth/orm/column_options.hpp>
#include <support/sql_models.hpp>

using namespace azoth;
using azoth::detail::table_of;
using Catch::Contains;

namespace expression_models {

struct Vote {
    std::int64_t id{};
    std::int64_t item_id{};
    std::int32_t weight{};

    static constexpr auto mapping();
};

struct Thing {
    std::int64_t id{};
    std::optional<std::int64_t> weight{};
    std::string name{};
    bool heavy{};

    static constexpr auto mapping() {
        return table("things", column<&Thing::id>(azoth::primary_key),
                     expression<&Thing::weight>([] {
                         return select(func::sum(col<&Vote::weight>)).where(col<&Vote::item_id> == col<&Thing::id>, col<&Vote::weight> > 3).scalar_subquery();
                     }),
                     column<&Thing::name>(azoth::length(20)), expression<&Thing::heavy>([] { return func::coalesce(col<&Thing::weight>, std::int64_t{0}) > 9; }));
    }
};

constexpr auto Vote::mapping() {
    return table("votes", column<&Vote::id>(azoth::primary_key), column<&Vote::item_id>(azoth::foreign_key<&Thing::id>()), column<&Vote::weight>());
}

struct Loop {
    std::int64_t id{};
    std::int64_t itself{};
    std::int64_t by_cte{};

    static constexpr auto mapping();
};

}  // namespace expression_models

using namespace expression_models;

TEST_CASE("expression members are no columns of CREATE TABLE", "[dialect][expression_member]") {
    CHECK(create_table(table_of<Thing>(), dialect::sqlite)[0] == "CREATE TABLE things (id INTEGER NOT NULL, name VARCHAR(20) NOT NULL, PRIMARY KEY (id))");
}

TEST_CASE("expression members: text and values", "[dialect][expression_member]") {
    const auto plain = to_sql(select<Thing>().where(col<&Thing::name> == "x"), dialect::sqlite);
    CHECK_THAT(plain.sql, Contains("votes.item_id = things.id AND votes.weight > ?) AS weight, "));
    CHECK_THAT(plain.sql, Contains("> ?) AS heavy FROM things WHERE things.name = ?"));
    // weight's, then weight's again and 0 and 9 in heavy, then the statement's own
    CHECK(plain.to_string().substr(plain.to_string().find(" -- ")) == " -- [3, 3, 0, 9, 'x']");

    const auto numbered = to_sql(select<Thing>().where(col<&Thing::name> == "x"), dialect::postgresql);
    CHECK_THAT(numbered.sql, Contains("votes.weight > $1) AS weight") && Contains("things.name = $5"));

    const auto other = alias<Thing>("other");
    const auto aliased = to_sql(select(other).where(other[col<&Thing::weight>] > 1), dialect::sqlite);
    CHECK_THAT(aliased.sql, Contains("FROM votes WHERE votes.item_id = other.id") && !Contains("things.id"));

    const auto sub = select<Thing>().subquery("s");
    CHECK_THAT(to_sql(select(sub[col<&Thing::heavy>]), dialect::sqlite).sql, Contains("SELECT s.heavy FROM (SELECT ") && Contains(") AS heavy FROM things) AS s"));
    CHECK_THAT(to_sql(insert<Thing>().values(col<&Thing::name> = "x").returning(entity<Thing>), dialect::postgresql).sql, Contains("RETURNING things.id, things.name"));
}

TEST_CASE("expression members cannot be assigned", "[dialect][expression_member]") {
    CHECK_THROWS_WITH(to_sql(update<Thing>().values(col<&Thing::heavy> = true), dialect::sqlite), Contains("Thing.heavy is an expression"));
    CHECK_THROWS_WITH(to_sql(insert<Thing>().values(col<&Thing::heavy> = true), dialect::sqlite), Contains("Thing.heavy is an expression"));
}

namespace expression_models {

constexpr auto Loop::mapping() {
    return table("loops", column<&Loop::id>(azoth::primary_key), expression<&Loop::itself>([] { return col<&Loop::itself> + 1; }), expression<&Loop::by_cte>([] {
                     const auto cte = select(col<&Vote::id>).cte("some_votes");
                     return select(func::count(cte[col<&Vote::id>])).scalar_subquery();
                 }));
}

}  // namespace expression_models

TEST_CASE("expression members that cannot be rendered say why", "[dialect][expression_member]") {
    CHECK_THROWS_WITH(to_sql(select(col<&Loop::itself>), dialect::sqlite), Contains("the expression of Loop.itself leads back to itself"));
    CHECK_THROWS_WITH(to_sql(select(col<&Loop::by_cte>), dialect::sqlite), Contains("the expression of Loop.by_cte uses a CTE"));
}
