// The server's errors as exceptions: type, names, codes, and no value in what().
#include "support.hpp"

#include "../../../drivers/mysql/src/error_codes.hpp"
#include "../../../drivers/mysql/src/message_names.hpp"

using namespace azoth;
using namespace azoth::mysql_test;

TEST_CASE("mysql: constraints by type and name, without the value in what()", "[mysql]") {
    if (!have_server()) return;
    const Table parent("id INTEGER PRIMARY KEY");
    const std::string self = "c" + parent.name;
    const Table table("id INTEGER PRIMARY KEY, email VARCHAR(50) NOT NULL, age INTEGER, parent INTEGER, CONSTRAINT uq_" + self +
                      " UNIQUE (email), CONSTRAINT ck_" + self + " CHECK (age < 200), CONSTRAINT fk_" + self + " FOREIGN KEY (parent) REFERENCES " +
                      parent.name + " (id)");
    Database db;
    db.sql("INSERT INTO " + parent.name + " VALUES (1)");
    const auto insert = [&](std::initializer_list<ValueView> values) { db.sql("INSERT INTO " + table.name + " VALUES (?, ?, ?, ?)", values); };
    insert({integer(1), text("canary@example.com"), integer(1), integer(1)});

    const auto unique = error_of<UniqueViolation>([&] { insert({integer(2), text("canary@example.com"), integer(1), null()}); });
    CHECK(unique.constraint() == "uq_" + self);
    CHECK(unique.native_code() == 1062);
    CHECK(unique.sqlstate() == "23000");
    CHECK_THAT(unique.server_message(), Catch::Contains("canary@example.com"));
    CHECK_THAT(unique.what(), !Catch::Contains("canary"));
    CHECK_FALSE(unique.retryable());
    CHECK_FALSE(unique.connection_lost());

    const auto key = error_of<UniqueViolation>([&] { insert({integer(1), text("b"), integer(1), null()}); });
    CHECK(key.constraint() == "PRIMARY");
    const auto foreign = error_of<ForeignKeyViolation>([&] { insert({integer(2), text("b"), integer(1), integer(77)}); });
    CHECK(foreign.constraint() == "fk_" + self);
    CHECK(foreign.column() == "parent");
    CHECK(foreign.table() == table.name);
    const auto referenced = error_of<ForeignKeyViolation>([&] { db.sql("DELETE FROM " + parent.name + " WHERE id = 1"); });
    CHECK(referenced.constraint() == "fk_" + self);
    const auto missing = error_of<NotNullViolation>([&] { insert({integer(2), null(), integer(1), null()}); });
    CHECK(missing.column() == "email");
    const auto left_out = error_of<NotNullViolation>([&] { db.sql("INSERT INTO " + table.name + " (id) VALUES (5)"); });
    CHECK(left_out.column() == "email");
    const auto check = error_of<CheckViolation>([&] { insert({integer(2), text("b"), integer(200), null()}); });
    CHECK(check.constraint() == "ck_" + self);
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 1);
}

TEST_CASE("mysql: values that do not fit", "[mysql]") {
    if (!have_server()) return;
    const Table table("i INTEGER, t VARCHAR(3), d DATE, n DECIMAL(4,2)");
    Database db;
    const auto set = [&](const std::string& column, ValueView value) { db.sql("INSERT INTO " + table.name + " (" + column + ") VALUES (?)", {value}); };
    CHECK(error_of<DataError>([&] { set("i", integer(5'000'000'000)); }).column() == "i");
    CHECK(error_of<DataError>([&] { set("t", text("four")); }).column() == "t");
    CHECK(error_of<DataError>([&] { set("n", text("100.00", ValueKind::decimal)); }).column() == "n");
    const auto wrong = error_of<DataError>([&] { set("i", text("canary")); });
    CHECK(wrong.column() == "i");
    CHECK_THAT(wrong.what(), !Catch::Contains("canary"));
    CHECK(error_of<DataError>([&] { set("d", text("2023-02-30")); }).column() == "d");
    CHECK_THROWS_AS(db.sql("INSERT INTO " + table.name + " (i) VALUES (1 / 0)"), DataError);
    CHECK(db.number("SELECT count(*) FROM " + table.name) == 0);
}

TEST_CASE("mysql: wrong SQL", "[mysql]") {
    if (!have_server()) return;
    Database db;
    const auto syntax = error_of<ProgrammingError>([&] { db.sql("SELEC 1"); });
    CHECK(syntax.native_code() == 1064);
    CHECK(syntax.sqlstate() == "42000");
    CHECK(error_of<ProgrammingError>([&] { db.sql("SELECT * FROM no_such_table"); }).table() == "no_such_table");
    CHECK(error_of<ProgrammingError>([&] { db.sql("SELECT no_such_column"); }).column() == "no_such_column");
    CHECK_THROWS_AS(db.sql("SELECT no_such_function(1)"), ProgrammingError);
    const auto raised = error_of<DatabaseError>([&] { db.sql("SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no entry'"); });
    CHECK_THAT(raised.message(), Catch::Contains("no entry"));
    CHECK(db.connection->usable());
    CHECK(db.number("SELECT 1") == 1);
}

TEST_CASE("mysql: names in messages of MySQL's and MariaDB's wording", "[mysql]") {
    using azoth::mysql::detail::parse_message;
    CHECK(parse_message(1062, "Duplicate entry 'a for key 'x'' for key 'uq_real'").constraint == "uq_real");
    const auto mysql = parse_message(1062, "Duplicate entry '1' for key 'users.uq_email'");
    CHECK(mysql.constraint == "uq_email");
    CHECK(mysql.table == "users");
    CHECK(parse_message(3819, "Check constraint 'ck_age' is violated.").constraint == "ck_age");
    CHECK(parse_message(1366, "Incorrect integer value: 'at row 1 for column x' for column 'age' at row 1").column == "age");
    CHECK(parse_message(1366, "Incorrect integer value: 'x' for column `db`.`users`.`age` at row 1").column == "age");
    CHECK(parse_message(1048, "Column 'email' cannot be null").column == "email");
    CHECK(parse_message(1062, "").constraint.empty());
    CHECK(parse_message(1452, "Cannot add or update a child row").constraint.empty());
}

TEST_CASE("mysql: which errors end the transaction and which the connection", "[mysql]") {
    using namespace azoth::mysql::detail;
    CHECK(ends_transaction(1213, false));
    CHECK_FALSE(ends_transaction(1205, false));
    CHECK(ends_transaction(1205, true));
    CHECK(ends_transaction(1206, false));
    CHECK(ends_transaction(1020, false));
    CHECK_FALSE(ends_transaction(1062, true));
    for (const int code : {2006, 2013, 1053, 1927, 4031}) CHECK(loses_connection(code));
    CHECK_FALSE(loses_connection(1317));
}
