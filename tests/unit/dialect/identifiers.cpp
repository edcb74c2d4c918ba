// Identifiers, literals and savepoint names: quoted when they must be, and never a way out of the quotes.
#include <azoth/base/error.hpp>
#include <support/sql_models.hpp>
#include <support/tape_builder.hpp>

using namespace azoth;
using namespace azoth::literals;
using namespace sql_models;

namespace {

std::string identifier(const Dialect& dialect, std::string_view name) {
    std::string out;
    dialect.append_identifier(out, name);
    return out;
}

// Reads a quoted identifier back, as the database's lexer does; empty when anything follows its end.
std::string unquoted(const std::string& text, char quote) {
    std::string out;
    REQUIRE(text.size() >= 2);
    REQUIRE(text.front() == quote);
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] != quote) {
            out += text[i];
        } else if (i + 1 < text.size() && text[i + 1] == quote) {
            out += text[i++];
        } else {
            return i + 1 == text.size() ? out : std::string();
        }
    }
    return {};
}

const std::vector<std::string> hostile{"a\"b", "a`b", "\"; DROP TABLE users; --", "`; DROP TABLE users; --", "a b", "a.b", "a'b", "a\\", "a\\\"b",
                                       "%s", "?", "$1", ":x", "--", "/*", "A", "1a", "\"\"", "``", "ä", "select", "a\nb", "a;b", "(", "[x]"};

}  // namespace

TEST_CASE("plain lower-case names stay unquoted", "[dialect][identifier]") {
    for (const Dialect* dialect : {&sqlite_dialect(), &postgresql_dialect(), &mysql_dialect(), &mariadb_dialect()}) {
        CHECK(identifier(*dialect, "users") == "users");
        CHECK(identifier(*dialect, "_x9") == "_x9");
    }
}

TEST_CASE("every hostile name survives quoting and nothing escapes it", "[dialect][identifier]") {
    for (const auto& name : hostile) {
        INFO(name);
        CHECK(unquoted(identifier(sqlite_dialect(), name), '"') == name);
        CHECK(unquoted(identifier(postgresql_dialect(), name), '"') == name);
        CHECK(unquoted(identifier(mysql_dialect(), name), '`') == name);
    }
}

TEST_CASE("reserved words are quoted where they are reserved", "[dialect][identifier]") {
    CHECK(identifier(sqlite_dialect(), "order") == "\"order\"");
    CHECK(identifier(postgresql_dialect(), "user") == "\"user\"");
    CHECK(identifier(sqlite_dialect(), "user") == "user");
    CHECK(identifier(mysql_dialect(), "rank") == "`rank`");
    CHECK(identifier(mysql_dialect(), "key") == "`key`");
    CHECK(identifier(postgresql_dialect(), "key") == "key");
}

TEST_CASE("an empty name or one with a NUL byte is refused", "[dialect][identifier]") {
    std::string out;
    CHECK_THROWS_AS(sqlite_dialect().append_identifier(out, ""), ArgumentError);
    CHECK_THROWS_AS(sqlite_dialect().append_identifier(out, std::string_view("a\0b", 3)), ArgumentError);
    CHECK_THROWS_AS(sqlite_dialect().append_literal(out, std::string_view("a\0b", 3)), ArgumentError);
}

TEST_CASE("string literals escape what the database would read", "[dialect][identifier]") {
    std::string sqlite, mysql;
    sqlite_dialect().append_literal(sqlite, "it's \\");
    mysql_dialect().append_literal(mysql, "it's \\");
    CHECK(sqlite == "'it''s \\'");
    CHECK(mysql == "'it''s \\\\'");
}

TEST_CASE("savepoint names are identifiers", "[dialect][identifier]") {
    CHECK(sqlite_dialect().savepoint("sp_1") == "SAVEPOINT sp_1");
    CHECK(sqlite_dialect().rollback_to("sp_1") == "ROLLBACK TO SAVEPOINT sp_1");
    CHECK(mysql_dialect().release("sp_1") == "RELEASE SAVEPOINT sp_1");
    CHECK(postgresql_dialect().savepoint("x; DROP") == "SAVEPOINT \"x; DROP\"");
}

TEST_CASE("odd table and column names go through every clause", "[dialect][identifier]") {
    check_sql(select(col<&Odd::percent>).where(col<&Odd::order> == 1).order_by(col<&Odd::id>),
              "SELECT shop.\"Odd \"\"table\"\"\".\"per % cent?\" FROM shop.\"Odd \"\"table\"\"\" WHERE shop.\"Odd \"\"table\"\"\".\"order\" = ? "
              "ORDER BY shop.\"Odd \"\"table\"\"\".\"Id\"",
              "SELECT shop.\"Odd \"\"table\"\"\".\"per % cent?\" FROM shop.\"Odd \"\"table\"\"\" WHERE shop.\"Odd \"\"table\"\"\".\"order\" = $1 "
              "ORDER BY shop.\"Odd \"\"table\"\"\".\"Id\"",
              "SELECT shop.`Odd \"table\"`.`per % cent?` FROM shop.`Odd \"table\"` WHERE shop.`Odd \"table\"`.`order` = ? "
              "ORDER BY shop.`Odd \"table\"`.`Id`");
    CHECK(sqlite_sql(insert<Odd>().values(col<&Odd::percent> = 1)) == "INSERT INTO shop.\"Odd \"\"table\"\"\" (\"per % cent?\") VALUES (?)");
    CHECK(sqlite_sql(delete_from<Odd>().where(col<&Odd::id> == 1)) == "DELETE FROM shop.\"Odd \"\"table\"\"\" WHERE shop.\"Odd \"\"table\"\"\".\"Id\" = ?");
}

TEST_CASE("labels, alias and CTE names are quoted like any name", "[dialect][identifier]") {
    CHECK(item_sql(col<&User::id>.label("User \"Id\""_c)) == "users.id AS \"User \"\"Id\"\"\"");
    const auto boss = alias<Employee>("the boss\"; --");
    CHECK(sqlite_sql(select(boss[col<&Employee::id>])) == "SELECT \"the boss\"\"; --\".id FROM employees AS \"the boss\"\"; --\"");
    const auto named = select(col<&User::id>).cte("Named");
    CHECK(sqlite_sql(select(named[col<&User::id>])) == "WITH \"Named\" AS (SELECT users.id FROM users) SELECT \"Named\".id FROM \"Named\"");
    CHECK(where_sql(col<&User::name>.collate("x\" y") == "a") == "users.name COLLATE \"x\"\" y\" = ?");
}

TEST_CASE("operators by name cannot smuggle SQL in", "[dialect][identifier]") {
    CHECK(where_sql(col<&User::name>.op<bool>("@@", "x"), postgresql_dialect()) == "users.name @@ $1");
    CHECK(where_sql(col<&User::name>.op<bool>("REGEXP", "x")) == "users.name REGEXP ?");
    for (const char* op : {"", " ", "= 1; --", "=--", "/*", "'", "= (", "\"", "a1"}) {
        INFO(op);
        CHECK_THROWS_AS(where_sql(col<&User::name>.op<bool>(op, "x")), ArgumentError);
    }
    CHECK_THROWS_AS(where_sql(col<&User::name>.op<bool>("?", "x"), mysql_dialect()), NotSupportedError);
    CHECK(where_sql(col<&User::name>.op<bool>("?", "x"), postgresql_dialect()) == "users.name ? $1");
}
