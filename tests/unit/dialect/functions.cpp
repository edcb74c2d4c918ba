// Functions, aggregates, windows, CASE, CAST, EXTRACT and JSON paths.
#include <azoth/base/error.hpp>
#include <azoth/types/json.hpp>
#include <support/sql_models.hpp>
#include <support/tape_builder.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;

namespace {

struct Document {
    std::int64_t id{};
    Json body{};
    Timestamp at{};

    static constexpr auto mapping() {
        return table("documents", column<&Document::id>(azoth::primary_key), column<&Document::body>(), column<&Document::at>());
    }
};

const auto& lite = sqlite_dialect();
const auto& pg = postgresql_dialect();
const auto& my = mysql_dialect();

template <class E>
void spelled(const E& expression, const std::string& sqlite, const std::string& postgresql, const std::string& mysql) {
    CHECK(item_sql(expression, lite) == sqlite);
    CHECK(item_sql(expression, pg) == postgresql);
    CHECK(item_sql(expression, my) == mysql);
}

}  // namespace

TEST_CASE("functions whose name differs", "[dialect][function]") {
    spelled(func::now(), "strftime('%Y-%m-%d %H:%M:%f000', 'now')", "now()", "utc_timestamp(6)");
    spelled(func::length(col<&User::name>), "length(users.name)", "length(users.name)", "char_length(users.name)");
    spelled(func::random(), "(random() / 18446744073709551616.0 + 0.5)", "random()", "rand()");
    spelled(func::call<std::int64_t>("char_length", col<&User::name>), "length(users.name)", "char_length(users.name)", "char_length(users.name)");
    spelled(func::substr(col<&User::name>, 1, 2), "substr(users.name, ?, ?)", "substr(users.name, $1, $2)", "substr(users.name, ?, ?)");
    CHECK(item_sql(func::string_agg(col<&User::name>, ","), lite) == "group_concat(users.name, ?)");
    CHECK(item_sql(func::string_agg(col<&User::name>, ","), pg) == "string_agg(users.name, $1)");
}

TEST_CASE("a function that a database lacks is refused by name", "[dialect][function]") {
    const auto month = func::date_trunc("month", col<&Document::at>);
    CHECK(item_sql(month, pg) == "date_trunc($1, documents.at)");
    CHECK_THROWS_WITH(item_sql(month, lite), Catch::Contains("SQLite has no function date_trunc()"));
    CHECK_THROWS_AS(item_sql(month, my), NotSupportedError);
    CHECK_THROWS_AS(item_sql(func::string_agg(col<&User::name>, ","), my), NotSupportedError);
}

TEST_CASE("averages and roundings keep their fraction everywhere", "[dialect][function]") {
    spelled(func::avg(col<&User::points>), "avg(users.points)", "avg(users.points)", "avg(users.points + 0e0)");
    spelled(func::avg(distinct(col<&User::points>)), "avg(DISTINCT users.points)", "avg(DISTINCT users.points)", "avg(DISTINCT users.points + 0e0)");
    spelled(func::avg(col<&Line::price>), "avg(lines.price)", "avg(lines.price)", "avg(`lines`.price)");
    spelled(func::round(func::avg(col<&User::points>), 1), "round(avg(users.points), ?)", "round(CAST(avg(users.points) AS NUMERIC), $1)", "round(avg(users.points + 0e0), ?)");
    CHECK(item_sql(func::round(col<&Line::price>, 1), pg) == "round(lines.price, $1)");
    CHECK_THROWS_WITH(item_sql(func::lag(col<&User::points>, 1, 0).over(order_by(col<&User::id>)), mariadb_dialect()), Catch::Contains("MariaDB has no default value for lag()"));
}

TEST_CASE("any function by name", "[dialect][function]") {
    CHECK(item_sql(func::call<std::int64_t>("width_bucket", 5, 0, 10, 2), pg) ==
          "width_bucket(CAST($1 AS INTEGER), CAST($2 AS INTEGER), CAST($3 AS INTEGER), CAST($4 AS INTEGER))");
    CHECK(item_sql(func::call<double>("ts_rank", col<&User::name>, 5), pg) == "ts_rank(users.name, $1)");
    CHECK(item_sql(func::call<double>("pg_catalog.lower", col<&User::name>), pg) == "pg_catalog.lower(users.name)");
    CHECK(item_sql(func::call<std::string>("left", col<&User::name>, 5), pg) == "left(users.name, $1)");
}

TEST_CASE("aggregates: DISTINCT and FILTER", "[dialect][function]") {
    CHECK(item_sql(func::count()) == "count(*)");
    CHECK(item_sql(func::count(distinct(col<&User::name>))) == "count(DISTINCT users.name)");
    spelled(func::count().filter(col<&User::active>), "count(*) FILTER (WHERE users.active)", "count(*) FILTER (WHERE users.active)", "count(CASE WHEN users.active THEN 1 END)");
    spelled(func::sum(col<&User::points>).filter(col<&User::id> > 5), "sum(users.points) FILTER (WHERE users.id > ?)",
            "sum(users.points) FILTER (WHERE users.id > $1)", "sum(CASE WHEN users.id > ? THEN users.points END)");
}

TEST_CASE("windows", "[dialect][function]") {
    CHECK(item_sql(func::row_number().over(partition_by(col<&User::name>).order_by(col<&User::id>.desc()))) ==
          "row_number() OVER (PARTITION BY users.name ORDER BY users.id DESC)");
    CHECK(item_sql(func::sum(col<&User::points>).over(order_by(col<&User::id>).rows_between(unbounded_preceding, current_row))) ==
          "sum(users.points) OVER (ORDER BY users.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)");
    CHECK(item_sql(func::count().over()) == "count(*) OVER ()");
    CHECK(item_sql(func::rank().over(order_by(col<&User::id>.nulls_last())), my) == "rank() OVER (ORDER BY users.id IS NULL, users.id)");
}

TEST_CASE("CASE", "[dialect][function]") {
    const auto graded = case_(when(col<&User::points> > 10, "high"), when(col<&User::points> > 5, "middle")).else_("low");
    spelled(graded, "CASE WHEN users.points > ? THEN ? WHEN users.points > ? THEN ? ELSE ? END",
            "CASE WHEN users.points > $1 THEN CAST($2 AS TEXT) WHEN users.points > $3 THEN CAST($4 AS TEXT) ELSE CAST($5 AS TEXT) END",
            "CASE WHEN users.points > ? THEN ? WHEN users.points > ? THEN ? ELSE ? END");
    CHECK(item_sql(case_(when(col<&User::active>, col<&User::points>))) == "CASE WHEN users.active THEN users.points END");
}

TEST_CASE("CAST names the database's types", "[dialect][function]") {
    spelled(cast<std::string>(col<&User::id>), "CAST(users.id AS TEXT)", "CAST(users.id AS TEXT)", "CAST(users.id AS CHAR)");
    spelled(cast<std::int64_t>(col<&User::name>), "CAST(users.name AS INTEGER)", "CAST(users.name AS BIGINT)", "CAST(users.name AS SIGNED)");
    spelled(cast<double>(col<&User::id>), "CAST(users.id AS REAL)", "CAST(users.id AS DOUBLE PRECISION)", "CAST(users.id AS DOUBLE)");
    spelled(cast<Timestamp>(col<&User::name>), "CAST(users.name AS TEXT)", "CAST(users.name AS TIMESTAMP WITH TIME ZONE)",
            "CAST(users.name AS DATETIME(6))");
    CHECK_THROWS_AS(item_sql(cast<Json>(col<&User::name>), mariadb_dialect()), NotSupportedError);
    CHECK(item_sql(func::substr(cast<std::string>(col<&Document::at>), 1, 10)) == "substr(CAST(documents.at AS TEXT), ?, ?)");
}

TEST_CASE("EXTRACT, or strftime where there is none", "[dialect][function]") {
    using namespace tape_builder;
    const auto& at = *azoth::detail::table_of<Document>().find_column("at");
    const auto of = [&](const char* field) { return statement({item(node_text(Op::extract, {column(at)}, field))}); };
    check_sql(of("year"), "SELECT CAST(strftime('%Y', documents.at) AS INTEGER) FROM documents", "SELECT EXTRACT(year FROM documents.at) FROM documents",
              "SELECT EXTRACT(year FROM documents.at) FROM documents");
    CHECK_THROWS_AS(to_sql(of("century"), lite), NotSupportedError);
    CHECK_THROWS_AS(to_sql(of("year FROM x) --"), pg), ArgumentError);
}

TEST_CASE("JSON paths", "[dialect][function]") {
    spelled(col<&Document::body>["a"][2].as<std::string>(), "documents.body -> ? ->> ?", "documents.body -> CAST($1 AS TEXT) ->> CAST($2 AS INTEGER)",
            "JSON_UNQUOTE(NULLIF(JSON_EXTRACT(documents.body, concat('$', '.', JSON_QUOTE(?), '[', ?, ']')), CAST('null' AS JSON)))");
    CHECK(item_sql(col<&Document::body>["a"].as<bool>(), mariadb_dialect()) ==
          "(JSON_UNQUOTE(NULLIF(JSON_EXTRACT(documents.body, concat('$', '.', JSON_QUOTE(?))), 'null')) = 'true')");
    CHECK(item_sql(col<&Document::body>["a"]["b"]) == "documents.body -> ? -> ?");
    CHECK(item_sql(col<&Document::body>["a"].as<std::int64_t>()) == "CAST(documents.body ->> ? AS INTEGER)");
    CHECK(item_sql(col<&Document::body>.as<std::string>(), pg) == "documents.body #>> '{}'");
}

TEST_CASE("ANY and ALL over a query", "[dialect][function]") {
    using namespace tape_builder;
    const auto& users = azoth::detail::table_of<User>();
    const auto& posts = azoth::detail::table_of<Post>();
    const Tape query = node(Op::query, {item(column(posts.columns[2]))});
    const auto any = statement({item(column(users.columns[0])), node(Op::where, {node(Op::eq, {column(users.columns[0]), node(Op::any_query, {query})})})});
    CHECK(to_sql(any, pg).sql == "SELECT users.id FROM users WHERE users.id = ANY (SELECT posts.author_id FROM posts)");
    CHECK_THROWS_AS(to_sql(any, lite), NotSupportedError);
}
