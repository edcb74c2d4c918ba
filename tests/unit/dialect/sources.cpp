// Subqueries, CTEs, set operations, VALUES and functions in FROM.
#include <azoth/base/error.hpp>
#include <support/sql_models.hpp>
#include <support/tape_builder.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;
using Catch::Contains;

namespace {
const auto& pg = postgresql_dialect();
const auto& my = mysql_dialect();
}  // namespace

TEST_CASE("columns of one name in a subquery are told apart", "[dialect][source]") {
    const auto both = select(entity<Post>, col<&User::id>).join(entity<User>).subquery();
    CHECK(sqlite_sql(select(both[col<&Post::id>], both[col<&User::id>])) ==
          "SELECT anon_1.id, anon_1.id_1 FROM (SELECT posts.id, posts.title, posts.author_id, users.id AS id_1 FROM posts JOIN users ON "
          "posts.author_id = users.id) AS anon_1");
}

TEST_CASE("generated names avoid those that are taken", "[dialect][source]") {
    const auto named = select(col<&User::id>).subquery("anon_1");
    const auto anonymous = select(col<&User::id>).subquery();
    CHECK(sqlite_sql(select(named[col<&User::id>]).join(anonymous, anonymous[col<&User::id>] == named[col<&User::id>])) ==
          "SELECT anon_1.id FROM (SELECT users.id FROM users) AS anon_1 JOIN (SELECT users.id FROM users) AS anon_2 ON anon_2.id = anon_1.id");
}

TEST_CASE("CTEs stand in front, once, after what they read", "[dialect][cte]") {
    const auto first = select(col<&User::id>).where(col<&User::points> > 5).cte("first");
    const auto second = select(first[col<&User::id>].label("x"_c)).cte("second");
    const auto query = select(second["x"_c]).join(first, first[col<&User::id>] == second["x"_c]).where(second["x"_c] > 7);
    CHECK(to_sql(query, pg).sql ==
          "WITH first AS (SELECT users.id FROM users WHERE users.points > $1), second AS (SELECT first.id AS x FROM first) SELECT second.x FROM "
          "second JOIN first ON first.id = second.x WHERE second.x > $2");
    CHECK(to_sql(query, pg).values == std::vector<Value>{Value::integer(5), Value::integer(7)});
    const auto clash = select(col<&Post::id>).cte("first");
    CHECK_THROWS_WITH(sqlite_sql(select(clash[col<&Post::id>]).join(first, first[col<&User::id>] == clash[col<&Post::id>])), Contains("first"));
}

TEST_CASE("a CTE inside a subquery is hoisted", "[dialect][cte]") {
    const auto busy = select(col<&Post::author_id>).cte("busy");
    CHECK(sqlite_sql(select(col<&User::id>).where(col<&User::id>.in_(select(busy[col<&Post::author_id>])))) ==
          "WITH busy AS (SELECT posts.author_id FROM posts) SELECT users.id FROM users WHERE users.id IN (SELECT busy.author_id FROM busy)");
}

TEST_CASE("a recursive CTE reads itself", "[dialect][cte]") {
    const auto tree = select(col<&Employee::id>, literal(0).label("depth"_c)).where(col<&Employee::manager_id>.is_null()).recursive_cte("tree");
    CHECK_THROWS_WITH(sqlite_sql(select(tree["depth"_c])), Contains("recursive arm"));
    tree.union_all(select(col<&Employee::id>, tree["depth"_c] + 1).join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
    CHECK(sqlite_sql(select(tree[col<&Employee::id>], tree["depth"_c]).order_by(tree["depth"_c])) ==
          "WITH RECURSIVE tree (id, depth) AS (SELECT employees.id, ? AS depth FROM employees WHERE employees.manager_id IS NULL UNION ALL SELECT "
          "employees.id, tree.depth + ? FROM employees JOIN tree ON employees.manager_id = tree.id) SELECT tree.id, tree.depth FROM tree ORDER BY tree.depth");
}

TEST_CASE("the anchor of a recursive CTE gets the widest type where the database needs that", "[dialect][cte]") {
    const auto tree = select(col<&Employee::id>, col<&Employee::name>.label("path"_c)).where(col<&Employee::manager_id>.is_null()).recursive_cte("tree");
    tree.union_all(select(col<&Employee::id>, tree["path"_c] + col<&Employee::name>).join(tree, col<&Employee::manager_id> == tree[col<&Employee::id>]));
    const auto query = select(tree["path"_c]);
    CHECK(sqlite_sql(query).find("AS (SELECT employees.id, employees.name AS path FROM") != std::string::npos);
    CHECK(to_sql(query, pg).sql.find("AS (SELECT employees.id, CAST(employees.name AS TEXT) AS path FROM") != std::string::npos);
    CHECK(to_sql(query, my).sql.find("AS (SELECT employees.id, CAST(employees.name AS CHAR(16383)) AS path FROM") != std::string::npos);
    CHECK(to_sql(query, pg).sql.find("UNION ALL SELECT employees.id, tree.path || employees.name FROM") != std::string::npos);
}

TEST_CASE("set operations", "[dialect][compound]") {
    const auto users = select(col<&User::id>.label("x"_c));
    const auto posts = select(col<&Post::id>);
    const auto comments = select(col<&Comment::id>);
    CHECK(sqlite_sql(users.union_(posts).order_by("x"_c.desc()).limit(3)) ==
          "SELECT users.id AS x FROM users UNION SELECT posts.id FROM posts ORDER BY 1 DESC LIMIT ?");
    CHECK(sqlite_sql(posts.union_(comments).order_by(col<&Post::id>)) == "SELECT posts.id FROM posts UNION SELECT comments.id FROM comments ORDER BY 1");
    CHECK_THROWS_WITH(sqlite_sql(posts.union_(comments).order_by(col<&Comment::id>)), Contains("first arm"));
    CHECK(sqlite_sql(users.union_all(posts).union_all(comments)) ==
          "SELECT users.id AS x FROM users UNION ALL SELECT posts.id FROM posts UNION ALL SELECT comments.id FROM comments");
    CHECK(sqlite_sql(users.except_(posts.union_(comments))) ==
          "SELECT users.id AS x FROM users EXCEPT SELECT * FROM (SELECT posts.id FROM posts UNION SELECT comments.id FROM comments)");
    CHECK(to_sql(users.union_(posts).intersect(comments), pg).sql ==
          "(SELECT users.id AS x FROM users UNION SELECT posts.id FROM posts) INTERSECT SELECT comments.id FROM comments");
    CHECK(sqlite_sql(users.union_(posts).intersect(comments)) ==
          "SELECT users.id AS x FROM users UNION SELECT posts.id FROM posts INTERSECT SELECT comments.id FROM comments");
    const auto limited = users.union_(posts.order_by(col<&Post::id>).limit(1));
    CHECK(to_sql(limited, pg).sql == "SELECT users.id AS x FROM users UNION (SELECT posts.id FROM posts ORDER BY posts.id LIMIT $1)");
    CHECK(sqlite_sql(limited) == "SELECT users.id AS x FROM users UNION SELECT * FROM (SELECT posts.id FROM posts ORDER BY posts.id LIMIT ?)");
    CHECK_THROWS_AS(sqlite_sql(users.union_(posts).where(col<&User::id> == 1)), ArgumentError);
}

TEST_CASE("a set operation as a subquery", "[dialect][compound]") {
    const auto all = select(col<&User::id>.label("x"_c)).union_(select(col<&Post::id>)).subquery("all_ids");
    CHECK(sqlite_sql(select(func::count(all["x"_c]))) ==
          "SELECT count(all_ids.x) FROM (SELECT users.id AS x FROM users UNION SELECT posts.id FROM posts) AS all_ids");
}

TEST_CASE("LATERAL", "[dialect][source]") {
    const auto newest = select(col<&Post::id>).where(col<&Post::author_id> == col<&User::id>).order_by(col<&Post::id>.desc()).limit(1).lateral("newest");
    const auto query = select(col<&User::id>, newest[col<&Post::id>]).join(newest, and_(std::vector<Expression<bool>>{}));
    CHECK(to_sql(query, pg).sql ==
          "SELECT users.id, newest.id FROM users JOIN LATERAL (SELECT posts.id FROM posts WHERE posts.author_id = users.id ORDER BY posts.id DESC LIMIT $1) AS "
          "newest ON true");
    CHECK_THROWS_WITH(sqlite_sql(query), Contains("SQLite has no LATERAL"));
}

TEST_CASE("VALUES and functions as FROM elements", "[dialect][source]") {
    using namespace tape_builder;
    using azoth::detail::Source;
    using azoth::detail::SourceKind;
    const auto make = [](SourceKind kind, Tape body, std::vector<std::string> columns) {
        auto source = std::make_shared<Source>();
        source->id = azoth::detail::next_source_id();
        source->kind = kind;
        source->name = "v";
        source->body = std::move(body);
        for (auto& name : columns) source->columns.push_back({name});
        Tape item_tape = leaf(Op::source_column, nullptr, 0, 0, source->id);
        item_tape.use(source);
        return statement({item(item_tape)});
    };
    const Tape rows = clauses({node(Op::values_row, {bind(1), bind("a")}), node(Op::values_row, {bind(2), bind("b")})});
    check_sql(make(SourceKind::values, rows, {"n", "t"}),
              "SELECT v.n FROM (SELECT column1 AS n, column2 AS t FROM (VALUES (?, ?), (?, ?))) AS v",
              "SELECT v.n FROM (VALUES (CAST($1 AS BIGINT), CAST($2 AS TEXT)), (CAST($3 AS BIGINT), CAST($4 AS TEXT))) AS v (n, t)",
              "SELECT v.n FROM (SELECT ? AS n, ? AS t UNION ALL SELECT ?, ?) AS v");
    CHECK_THROWS_AS(sqlite_sql(make(SourceKind::values, rows, {"n"})), ArgumentError);
    CHECK_THROWS_AS(sqlite_sql(make(SourceKind::values, {}, {"n"})), ArgumentError);
    const Tape series = node_text(Op::func, {bind(1), bind(9)}, "generate_series");
    CHECK(to_sql(make(SourceKind::table_function, series, {"n"}), pg).sql == "SELECT v.n FROM generate_series(CAST($1 AS BIGINT), CAST($2 AS BIGINT)) AS v (n)");
    CHECK(to_sql(make(SourceKind::table_function, series, {"value"}), sqlite_dialect()).sql == "SELECT v.value FROM generate_series(?, ?) AS v");
}
