// SELECT: FROM by what is named, joins and their conditions, correlation, cartesian products, order and limits.
#include <azoth/base/error.hpp>
#include <azoth/dialect/compiler.hpp>
#include <support/sql_models.hpp>
#include <support/tape_builder.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;
using Catch::Contains;

namespace {
const auto& pg = postgresql_dialect();
const auto& my = mysql_dialect();
CompiledQuery compiled(const azoth::detail::Tape& tape, const Dialect& dialect = sqlite_dialect()) {
    return compile(azoth::detail::flatten(tape), dialect);
}
}  // namespace

TEST_CASE("FROM comes from the columns and from WHERE", "[dialect][select]") {
    CHECK(sqlite_sql(select<User>()) == "SELECT users.id, users.name, users.nick, users.points, users.active FROM users");
    CHECK(sqlite_sql(select(func::count()).select_from(entity<User>)) == "SELECT count(*) FROM users");
    CHECK(sqlite_sql(select(literal(1))) == "SELECT ?");
    CHECK(sqlite_sql(select(col<&User::id>).where(col<&Post::author_id> == col<&User::id>)) ==
          "SELECT users.id FROM users, posts WHERE posts.author_id = users.id");
}

TEST_CASE("a cartesian product is refused unless it is asked for", "[dialect][select]") {
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>, col<&Post::id>)), Contains("users") && Contains("posts") && Contains("cartesian"));
    CHECK_THROWS_AS(sqlite_sql(select(col<&User::id>).where(col<&Post::id> == 1)), ArgumentError);
    CHECK_THROWS_AS(sqlite_sql(select(col<&User::id>, col<&Post::id>).where(col<&User::id> == 1 && col<&Post::id> == 1)), ArgumentError);
    CHECK_NOTHROW(sqlite_sql(select(col<&User::id>, col<&Post::id>).where(col<&Post::author_id> == col<&User::id> || col<&Post::id> == 1)));
    CHECK(sqlite_sql(select(col<&User::id>, col<&Post::id>).cross_join(entity<Post>)) == "SELECT users.id, posts.id FROM users CROSS JOIN posts");
}

TEST_CASE("ON is inferred from the only foreign key, in either direction", "[dialect][join]") {
    CHECK(sqlite_sql(select(col<&User::id>).join(entity<Post>)) == "SELECT users.id FROM users JOIN posts ON users.id = posts.author_id");
    CHECK(sqlite_sql(select(col<&Post::id>).join(entity<User>)) == "SELECT posts.id FROM posts JOIN users ON posts.author_id = users.id");
    CHECK(sqlite_sql(select(col<&User::id>).join(entity<Post>).join(entity<Comment>, col<&Comment::post_id> == col<&Post::id>)) ==
          "SELECT users.id FROM users JOIN posts ON users.id = posts.author_id JOIN comments ON comments.post_id = posts.id");
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>).join(entity<Tag>)), Contains("no foreign key between tags and users"));
    CHECK_THROWS_WITH(sqlite_sql(select(col<&Comment::id>).join(entity<User>)), Contains("ambiguous"));
    CHECK_THROWS_AS(sqlite_sql(select(col<&Employee::id>).join(alias<Employee>("e"))), ArgumentError);
    CHECK_THROWS_WITH(sqlite_sql(select(func::count()).join(entity<Post>)), Contains("nothing to join it to"));
}

TEST_CASE("the left side is found by the condition", "[dialect][join]") {
    CHECK(sqlite_sql(select(func::count()).join(entity<Post>, col<&Post::author_id> == col<&User::id>)) ==
          "SELECT count(*) FROM users JOIN posts ON posts.author_id = users.id");
    CHECK(sqlite_sql(select(col<&Post::id>).join(entity<Post>, col<&Post::author_id> == col<&User::id>)) ==
          "SELECT posts.id FROM users JOIN posts ON posts.author_id = users.id");
    // A condition over two elements puts both in front.
    CHECK(sqlite_sql(select(col<&User::id>, col<&Post::id>)
                         .join(entity<Comment>, col<&Comment::post_id> == col<&Post::id> && col<&Comment::author_id> == col<&User::id>)) ==
          "SELECT users.id, posts.id FROM users CROSS JOIN posts JOIN comments ON comments.post_id = posts.id AND comments.author_id = users.id");
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>)
                                     .join(entity<Comment>, col<&Comment::post_id> == col<&Post::id>)
                                     .join(entity<Post>, col<&Post::author_id> == col<&User::id>)),
                      Contains("joined only after it"));
}

TEST_CASE("joining the same table twice needs an alias", "[dialect][join]") {
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>).join(entity<Post>).join(entity<Post>)), Contains("alias"));
    const auto boss = alias<Employee>("boss");
    check_sql(select(col<&Employee::name>, nullable(boss[col<&Employee::name>]).label("boss"_c)).outerjoin(boss, col<&Employee::manager_id> == boss[col<&Employee::id>]),
              "SELECT employees.name, boss.name AS boss FROM employees LEFT OUTER JOIN employees AS boss ON employees.manager_id = boss.id",
              "SELECT employees.name, boss.name AS boss FROM employees LEFT OUTER JOIN employees AS boss ON employees.manager_id = boss.id",
              "SELECT employees.name, boss.name AS boss FROM employees LEFT OUTER JOIN employees AS boss ON employees.manager_id = boss.id");
    const auto first = alias<Employee>(), second = alias<Employee>();
    CHECK(sqlite_sql(select(first[col<&Employee::id>]).join(second, first[col<&Employee::manager_id>] == second[col<&Employee::id>])) ==
          "SELECT employees_1.id FROM employees AS employees_1 JOIN employees AS employees_2 ON employees_1.manager_id = employees_2.id");
    const auto twin = alias<Employee>("boss");
    CHECK_THROWS_WITH(sqlite_sql(select(boss[col<&Employee::id>]).join(twin, boss[col<&Employee::manager_id>] == twin[col<&Employee::id>])), Contains("boss"));
}

TEST_CASE("outer joins of the other sides, where the database has them", "[dialect][join]") {
    const auto full = select(nullable(col<&User::id>)).full_outerjoin(entity<Post>);
    CHECK(to_sql(full, pg).sql == "SELECT users.id FROM users FULL OUTER JOIN posts ON users.id = posts.author_id");
    CHECK_THROWS_WITH(to_sql(full, my), Contains("MySQL has no FULL OUTER JOIN"));
    CHECK(to_sql(select(nullable(col<&User::id>)).right_outerjoin(entity<Post>), my).sql ==
          "SELECT users.id FROM users RIGHT OUTER JOIN posts ON users.id = posts.author_id");
}

TEST_CASE("subqueries borrow tables of the statement around them", "[dialect][correlation]") {
    const auto posts = select(func::count()).where(col<&Post::author_id> == col<&User::id>).scalar_subquery();
    CHECK(sqlite_sql(select(col<&User::id>, posts.label("n"_c))) ==
          "SELECT users.id, (SELECT count(*) FROM posts WHERE posts.author_id = users.id) AS n FROM users");
    // The only table is never borrowed.
    CHECK(sqlite_sql(select(col<&User::id>).where(col<&User::id>.in_(select(col<&User::id>).where(col<&User::points> > 1)))) ==
          "SELECT users.id FROM users WHERE users.id IN (SELECT users.id FROM users WHERE users.points > ?)");
    // Two levels down.
    CHECK(where_sql(exists(select(col<&Post::id>).where(col<&Post::author_id> == col<&User::id>)
                               .where(exists(select(col<&Comment::id>).where(col<&Comment::post_id> == col<&Post::id> && col<&Comment::author_id> == col<&User::id>))))) ==
          "EXISTS (SELECT posts.id FROM posts WHERE posts.author_id = users.id AND EXISTS (SELECT comments.id FROM comments WHERE "
          "comments.post_id = posts.id AND comments.author_id = users.id))");
    // What select_from() names is the subquery's own, though the enclosing statement has it too.
    CHECK(sqlite_sql(select(col<&User::id>, col<&Post::id>).join(entity<Post>)
                         .where(exists(select(literal(1)).select_from(entity<Post>).where(col<&Post::author_id> == col<&User::id>)))) ==
          "SELECT users.id, posts.id FROM users JOIN posts ON users.id = posts.author_id WHERE EXISTS (SELECT ? FROM posts WHERE posts.author_id = users.id)");
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>, col<&Post::id>).join(entity<Post>)
                                     .where(exists(select(literal(1)).where(col<&Post::author_id> == col<&User::id>)))),
                      Contains("select_from"));
}

TEST_CASE("a column of a table that is not in FROM is refused", "[dialect][select]") {
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>).order_by(col<&Post::id>)), Contains("posts.id") && Contains("not in FROM"));
    CHECK_THROWS_AS(sqlite_sql(select(func::count()).select_from(entity<User>).group_by(col<&Post::id>)), ArgumentError);
}

TEST_CASE("labels and equal expressions in GROUP BY and ORDER BY are ordinals", "[dialect][order]") {
    const auto initial = func::substr(col<&User::name>, 1, 1);
    CHECK(sqlite_sql(select(initial.label("i"_c), func::count().label("n"_c)).group_by("i"_c).order_by("n"_c.desc(), "i"_c)) ==
          "SELECT substr(users.name, ?, ?) AS i, count(*) AS n FROM users GROUP BY 1 ORDER BY 2 DESC, 1");
    CHECK(sqlite_sql(select(entity<Post>, func::length(col<&Post::title>).label("n"_c)).order_by("n"_c)) ==
          "SELECT posts.id, posts.title, posts.author_id, length(posts.title) AS n FROM posts ORDER BY 4");
    CHECK(to_sql(select(func::length(col<&User::name>).label("n"_c)).order_by("n"_c.desc().nulls_last()), my).sql ==
          "SELECT char_length(users.name) AS n FROM users ORDER BY char_length(users.name) IS NULL, 1 DESC");
}

TEST_CASE("ORDER BY: directions, NULLs, appending", "[dialect][order]") {
    const auto base = select(col<&User::id>);
    check_sql(base.order_by(col<&User::nick>.desc().nulls_first()), "SELECT users.id FROM users ORDER BY users.nick DESC NULLS FIRST",
              "SELECT users.id FROM users ORDER BY users.nick DESC NULLS FIRST", "SELECT users.id FROM users ORDER BY users.nick IS NOT NULL, users.nick DESC");
    CHECK(sqlite_sql(base.order_by(col<&User::name>).order_by(col<&User::points>.desc())) == "SELECT users.id FROM users ORDER BY users.name, users.points DESC");
}

TEST_CASE("LIMIT and OFFSET are bound", "[dialect][order]") {
    const auto base = select(col<&User::id>);
    check_sql(base.limit(5).offset(10), "SELECT users.id FROM users LIMIT ? OFFSET ?", "SELECT users.id FROM users LIMIT $1 OFFSET $2",
              "SELECT users.id FROM users LIMIT ? OFFSET ?");
    check_sql(base.offset(10), "SELECT users.id FROM users LIMIT -1 OFFSET ?", "SELECT users.id FROM users OFFSET $1",
              "SELECT users.id FROM users LIMIT 18446744073709551615 OFFSET ?");
    CHECK(to_sql(base.offset(10).where(col<&User::id> == 3).limit(5), dialect::sqlite).values ==
          std::vector<Value>{Value::integer(3), Value::integer(5), Value::integer(10)});
}

TEST_CASE("DISTINCT and DISTINCT ON", "[dialect][select]") {
    CHECK(sqlite_sql(select(col<&User::name>).distinct()) == "SELECT DISTINCT users.name FROM users");
    CHECK(to_sql(select(col<&User::id>).distinct(col<&User::name>), pg).sql == "SELECT DISTINCT ON (users.name) users.id FROM users");
    CHECK_THROWS_WITH(sqlite_sql(select(col<&User::id>).distinct(col<&User::name>)), Contains("DISTINCT ON"));
}

TEST_CASE("row locks, and silence where there are none", "[dialect][select]") {
    const auto base = select(col<&Tag::name>);
    check_sql(base.with_for_update(), "SELECT tags.name FROM tags", "SELECT tags.name FROM tags FOR UPDATE", "SELECT tags.name FROM tags FOR UPDATE");
    CHECK(to_sql(base.with_for_update(skip_locked), pg).sql == "SELECT tags.name FROM tags FOR UPDATE SKIP LOCKED");
    CHECK(to_sql(base.with_for_update(for_share | nowait), my).sql == "SELECT tags.name FROM tags FOR SHARE NOWAIT");
    CHECK(to_sql(base.with_for_update(for_share), mariadb_dialect()).sql == "SELECT tags.name FROM tags LOCK IN SHARE MODE");
    CHECK(to_sql(base.with_for_update(for_key), pg).sql == "SELECT tags.name FROM tags FOR NO KEY UPDATE");
    CHECK(to_sql(base.with_for_update(for_share | for_key), pg).sql == "SELECT tags.name FROM tags FOR KEY SHARE");
    const auto posts = select(col<&Post::id>).join(entity<User>);
    check_sql(posts.with_for_update(of<Post>(), nowait), "SELECT posts.id FROM posts JOIN users ON posts.author_id = users.id",
              "SELECT posts.id FROM posts JOIN users ON posts.author_id = users.id FOR UPDATE OF posts NOWAIT",
              "SELECT posts.id FROM posts JOIN users ON posts.author_id = users.id FOR UPDATE OF posts NOWAIT");
    CHECK(to_sql(posts.with_for_update(of(entity<Post>, entity<User>)), mariadb_dialect()).sql == "SELECT posts.id FROM posts JOIN users ON posts.author_id = users.id FOR UPDATE");
    const auto locking = compiled(base.with_for_update().tape());
    CHECK(locking.locking);
    CHECK(locking.statement->effect == Effect::write);
    CHECK(compiled(base.tape()).statement->effect == Effect::read);
}

TEST_CASE("what the engine is told of a query", "[dialect][select]") {
    const auto query = compiled(select(col<&Post::id>, entity<User>, func::count().label("n"_c)).join(entity<User>).tape());
    REQUIRE(query.items.size() == 3);
    CHECK(query.items[0].label == "id");
    CHECK(query.items[1].entity);
    CHECK(query.items[1].table == &azoth::detail::table_of<User>());
    CHECK(query.items[1].first_column == 1);
    CHECK(query.items[1].column_count == 5);
    CHECK(query.items[2].first_column == 6);
    CHECK(query.items[2].label == "n");
    CHECK(query.statement->columns == 7);
    CHECK(query.statement->returns_rows);
    CHECK(query.statement->id != 0);
    CHECK(query.tables == std::vector<const Table*>{&azoth::detail::table_of<Post>(), &azoth::detail::table_of<User>()});
    CHECK(query.target == nullptr);
    // Tables of subqueries count too.
    CHECK(compiled(select(col<&User::id>).where(exists(select(col<&Post::id>).where(col<&Post::author_id> == col<&User::id>))).tape()).tables.size() == 2);
}

TEST_CASE("more parameters than the database takes are refused", "[dialect][select]") {
    const auto many = select(col<&User::id>).where(col<&User::id>.in_(std::vector<std::int64_t>(40000)));
    CHECK_THROWS_WITH(sqlite_sql(many), Contains("32766"));
    CHECK_NOTHROW(to_sql(many, pg));
}
