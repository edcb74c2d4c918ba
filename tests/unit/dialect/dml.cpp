// INSERT, upsert, UPDATE, DELETE, RETURNING and text().
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
const auto& maria = mariadb_dialect();
const auto name = col<&Tag::name>;
const auto uses = col<&Tag::uses>;
}  // namespace

TEST_CASE("INSERT of one row", "[dialect][insert]") {
    check_sql(insert<Tag>().values(name = "cpp", uses = 1), "INSERT INTO tags (name, uses) VALUES (?, ?)", "INSERT INTO tags (name, uses) VALUES ($1, $2)",
              "INSERT INTO tags (name, uses) VALUES (?, ?)");
    check_sql(insert<Tag>(), "INSERT INTO tags DEFAULT VALUES", "INSERT INTO tags DEFAULT VALUES", "INSERT INTO tags () VALUES ()");
    CHECK_THROWS_WITH(sqlite_sql(insert<Tag>().values(uses = 1, uses = 2)), Contains("tags.uses") && Contains("twice"));
}

TEST_CASE("INSERT of rows, and of parameter rows", "[dialect][insert]") {
    using namespace tape_builder;
    const auto& tags = azoth::detail::table_of<Tag>();
    const Tape into = leaf(Op::insert_into, &tags);
    const Tape columns = node(Op::insert_columns, {column(tags.columns[0]), column(tags.columns[1])});
    const Tape row = node(Op::values_row, {bind("a"), bind(1)});
    CHECK(sqlite_sql(statement({into, columns, row, row})) == "INSERT INTO tags (name, uses) VALUES (?, ?), (?, ?)");
    CHECK_THROWS_WITH(sqlite_sql(statement({into, columns, row, node(Op::values_row, {bind("a")})})), Contains("row 2 has 1 values for 2 columns"));
    const Tape conflict = clauses({node(Op::on_conflict, {column(tags.columns[0])}), node(Op::do_update, {node(Op::set, {bind(9)}, 0, 0, &tags.columns[1])})});
    const auto bulk = compile(azoth::detail::flatten(clauses({into, columns, leaf(Op::insert_parameters), conflict})), pg);
    CHECK(bulk.statement->sql == "INSERT INTO tags (name, uses) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET uses = $3");
    CHECK(bulk.row_columns == 2);
    CHECK(bulk.statement->parameters == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(bulk.target == &tags);
    CHECK(bulk.statement->effect == Effect::write);
    CHECK_FALSE(bulk.statement->returns_rows);
}

TEST_CASE("an INSERT of parameter rows has a form for many rows and one for COPY", "[dialect][insert]") {
    using namespace tape_builder;
    const auto& tags = azoth::detail::table_of<Tag>();
    const auto& lines = azoth::detail::table_of<Line>();
    const auto bulk = [](const azoth::Table& table, std::vector<std::uint32_t> positions, const Tape& rest, const Dialect& dialect) {
        Tape tape = leaf(Op::insert_into, &table);
        for (const auto position : positions) tape.leaf(Op::column, &table.columns[position]);
        tape.close(Op::insert_columns, static_cast<std::uint16_t>(positions.size()));
        tape.leaf(Op::insert_parameters);
        tape.append(rest);
        return *compile(azoth::detail::flatten(tape), dialect).statement;
    };
    const auto plain = bulk(tags, {0, 1}, {}, pg);
    CHECK(plain.sql == "INSERT INTO tags (name, uses) VALUES ($1, $2)");
    CHECK(plain.array_sql ==
          "INSERT INTO tags (name, uses) SELECT x.c1, x.c2 FROM unnest(CAST($1 AS TEXT[]), CAST($2 AS BIGINT[])) WITH ORDINALITY AS x (c1, c2, n) ORDER BY x.n");
    CHECK(plain.copy_sql == "COPY tags (name, uses) FROM STDIN");
    for (const Dialect* other : {&sqlite_dialect(), &my, &maria}) {
        CHECK(bulk(tags, {0, 1}, {}, *other).array_sql.empty());
        CHECK(bulk(tags, {0, 1}, {}, *other).copy_sql.empty());
    }

    const Tape key = item(column(lines.columns[0])), price = item(column(lines.columns[1]));
    const auto keys = bulk(lines, {1, 2}, node(Op::returning, {key, price}), pg);
    CHECK(keys.array_sql ==
          "INSERT INTO lines (price, quantity) SELECT x.c1, x.c2 FROM unnest(CAST($1 AS NUMERIC[]), CAST($2 AS INTEGER[])) WITH ORDINALITY AS x (c1, c2, n) "
          "ORDER BY x.n RETURNING lines.id, lines.price");
    CHECK(keys.copy_sql.empty());
    CHECK(keys.columns == 2);
    // Rows that come back without a key that grows cannot be told apart.
    CHECK(bulk(lines, {1, 2}, node(Op::returning, {price}), pg).array_sql.empty());
    CHECK(bulk(lines, {0, 1, 2}, node(Op::returning, {key}), pg).array_sql.empty());

    const Tape target = node(Op::on_conflict, {column(tags.columns[0])});
    const auto ignoring = bulk(tags, {0, 1}, clauses({target, leaf(Op::do_nothing)}), pg);
    CHECK(ignoring.array_sql.ends_with(" ORDER BY x.n ON CONFLICT (name) DO NOTHING"));
    CHECK(ignoring.copy_sql.empty());
    // Two rows of one key: the second updates the first, which PostgreSQL refuses within one statement.
    Tape excluded_uses = leaf(Op::excluded_column, &tags.columns[1]);
    CHECK(bulk(tags, {0, 1}, clauses({target, node(Op::do_update, {node(Op::set, {excluded_uses}, 0, 0, &tags.columns[1])})}), pg).array_sql.empty());
}

TEST_CASE("INSERT from a query", "[dialect][insert]") {
    const auto query = select(col<&User::name>, col<&User::points>).where(col<&User::points> > 3);
    check_sql(insert<Tag>().from_select(columns<&Tag::name, &Tag::uses>, query),
              "INSERT INTO tags (name, uses) SELECT users.name, users.points FROM users WHERE users.points > ?",
              "INSERT INTO tags (name, uses) SELECT users.name, users.points FROM users WHERE users.points > $1",
              "INSERT INTO tags (name, uses) SELECT users.name, users.points FROM users WHERE users.points > ?");
    // "SELECT ... ON CONFLICT" would begin a join condition on SQLite.
    CHECK(sqlite_sql(insert<Tag>().from_select(columns<&Tag::name, &Tag::uses>, query).on_conflict(name).do_nothing()) ==
          "INSERT INTO tags (name, uses) SELECT * FROM (SELECT users.name, users.points FROM users WHERE users.points > ?) WHERE 1 ON CONFLICT (name) DO NOTHING");
    const auto busy = select(col<&User::name>, col<&User::points>).cte("busy");
    const auto from_cte = insert<Tag>().from_select(columns<&Tag::name, &Tag::uses>, select(busy[col<&User::name>], busy[col<&User::points>]));
    CHECK(to_sql(from_cte, pg).sql == "WITH busy AS (SELECT users.name, users.points FROM users) INSERT INTO tags (name, uses) SELECT busy.name, busy.points FROM busy");
    CHECK(to_sql(from_cte, my).sql == "INSERT INTO tags (name, uses) WITH busy AS (SELECT users.name, users.points FROM users) SELECT busy.name, busy.points FROM busy");
}

TEST_CASE("upsert", "[dialect][insert]") {
    const auto base = insert<Tag>().values(name = "cpp", uses = 1);
    check_sql(base.on_conflict(name).do_update(uses = uses + excluded(uses)),
              "INSERT INTO tags (name, uses) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET uses = tags.uses + excluded.uses",
              "INSERT INTO tags (name, uses) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET uses = tags.uses + excluded.uses",
              "INSERT INTO tags (name, uses) VALUES (?, ?) ON DUPLICATE KEY UPDATE uses = tags.uses + VALUES(uses)");
    check_sql(base.on_conflict(name).do_nothing(), "INSERT INTO tags (name, uses) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
              "INSERT INTO tags (name, uses) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
              "INSERT INTO tags (name, uses) VALUES (?, ?) ON DUPLICATE KEY UPDATE name = tags.name");
}

TEST_CASE("UPDATE", "[dialect][update]") {
    check_sql(update<User>().where(col<&User::id> == 5).values(col<&User::points> = col<&User::points> + 1, col<&User::nick> = std::nullopt),
              "UPDATE users SET points = users.points + ?, nick = NULL WHERE users.id = ?",
              "UPDATE users SET points = users.points + $1, nick = NULL WHERE users.id = $2",
              "UPDATE users SET points = users.points + ?, nick = NULL WHERE users.id = ?");
    CHECK(to_sql(update<User>().where(col<&User::id> == 5).values(col<&User::points> = 7), dialect::sqlite).values ==
          std::vector<Value>{Value::integer(7), Value::integer(5)});
    CHECK(sqlite_sql(update<User>().values(col<&User::active> = false)) == "UPDATE users SET active = ?");
    CHECK_THROWS_WITH(sqlite_sql(update<User>().where(col<&User::id> == 5)), Contains("values()"));
    CHECK_THROWS_WITH(sqlite_sql(update<User>().values(col<&User::points> = 1, col<&User::points> = 2)), Contains("users.points"));
}

TEST_CASE("UPDATE and DELETE that read other tables", "[dialect][update]") {
    check_sql(update<Post>().where(col<&Post::author_id> == col<&User::id>).values(col<&Post::title> = col<&User::name>),
              "UPDATE posts SET title = users.name FROM users WHERE posts.author_id = users.id",
              "UPDATE posts SET title = users.name FROM users WHERE posts.author_id = users.id",
              "UPDATE posts, users SET posts.title = users.name WHERE posts.author_id = users.id");
    CHECK_THROWS_WITH(sqlite_sql(update<Post>().where(col<&User::id> == 1).values(col<&Post::title> = "x")), Contains("cartesian"));
    const auto removal = delete_from<Post>().where(col<&Post::author_id> == col<&User::id> && col<&User::active> == false);
    CHECK(to_sql(removal, pg).sql == "DELETE FROM posts USING users WHERE posts.author_id = users.id AND users.active = $1");
    CHECK(to_sql(removal, my).sql == "DELETE FROM posts USING posts, users WHERE posts.author_id = users.id AND users.active = ?");
    CHECK_THROWS_WITH(sqlite_sql(removal), Contains("SQLite has no DELETE that reads other tables"));
    CHECK(sqlite_sql(delete_from<Post>().where(exists(select(literal(1)).where(col<&User::id> == col<&Post::author_id>)))) ==
          "DELETE FROM posts WHERE EXISTS (SELECT ? FROM users WHERE users.id = posts.author_id)");
}

TEST_CASE("WITH in front of UPDATE, where the database takes it", "[dialect][update]") {
    const auto busy = select(col<&Post::author_id>).cte("busy");
    const auto change = update<User>().where(col<&User::id>.in_(select(busy[col<&Post::author_id>]))).values(col<&User::points> = 0);
    CHECK(to_sql(change, my).sql == "WITH busy AS (SELECT posts.author_id FROM posts) UPDATE users SET points = ? WHERE users.id IN (SELECT busy.author_id FROM busy)");
    CHECK_THROWS_WITH(to_sql(change, maria), Contains("MariaDB has no WITH before UPDATE"));
}

TEST_CASE("RETURNING, refused by name where it is missing", "[dialect][returning]") {
    const auto added = insert<Tag>().values(name = "a", uses = 1).returning(entity<Tag>);
    CHECK(sqlite_sql(added) == "INSERT INTO tags (name, uses) VALUES (?, ?) RETURNING name, uses");
    CHECK(to_sql(added, pg).sql == "INSERT INTO tags (name, uses) VALUES ($1, $2) RETURNING tags.name, tags.uses");
    CHECK(to_sql(added, maria).sql == "INSERT INTO tags (name, uses) VALUES (?, ?) RETURNING tags.name, tags.uses");
    CHECK_THROWS_WITH(to_sql(added, my), Contains("MySQL has no INSERT ... RETURNING"));
    const auto changed = update<Tag>().values(uses = 0).returning(name, uses.label("n"_c));
    CHECK(sqlite_sql(changed) == "UPDATE tags SET uses = ? RETURNING name, uses AS n");
    CHECK_THROWS_AS(to_sql(changed, maria), NotSupportedError);
    const auto removed = delete_from<Tag>().where(uses == 0).returning(name);
    CHECK(to_sql(removed, maria).sql == "DELETE FROM tags WHERE tags.uses = ? RETURNING tags.name");
    const auto query = compile(azoth::detail::flatten(changed.tape()), sqlite_dialect());
    CHECK(query.statement->returns_rows);
    CHECK(query.statement->columns == 2);
    CHECK(query.items[1].label == "n");
}

TEST_CASE("text() puts placeholders where its binds stand", "[dialect][text]") {
    const auto statement = text("select id, name from users where id > :low and id < :high or id = :low").bind("high"_c, 9).bind("low"_c, 5);
    check_sql(statement, "select id, name from users where id > ? and id < ? or id = ?", "select id, name from users where id > $1 and id < $2 or id = $3",
              "select id, name from users where id > ? and id < ? or id = ?");
    CHECK(to_sql(statement, pg).values == std::vector<Value>{Value::integer(5), Value::integer(9), Value::integer(5)});
    const auto typed_columns = text("select 1").columns(typed<std::int64_t>("one"_c));
    const auto query = compile(azoth::detail::flatten(typed_columns.tape()), sqlite_dialect());
    CHECK(query.statement->effect == Effect::unknown);
    CHECK(query.statement->returns_rows);
    REQUIRE(query.items.size() == 1);
    CHECK(query.items[0].label == "one");
}

TEST_CASE("the readable form of a statement", "[dialect][text]") {
    const auto statement = insert<Tag>().values(name = "it's\n", uses = 7);
    CHECK(to_sql(statement, dialect::sqlite).to_string() == "INSERT INTO tags (name, uses) VALUES (?, ?) -- ['it''s ', 7]");
    CHECK(to_string(Value()) == "NULL");
    CHECK(to_string(Value::boolean(true)) == "true");
    CHECK(to_string(Value::real(0.5)) == "0.5");
    CHECK(to_string(Value::bytes(std::string("\x01\xff", 2), ValueKind::blob)) == "x'01ff'");
    CHECK(to_string(Value::integer(0, ValueKind::timestamp)) == "'1970-01-01 00:00:00.000000'");
    CHECK(to_string(Value::text(std::string(300, 'x'))) == "'" + std::string(100, 'x') + "'...");
}
