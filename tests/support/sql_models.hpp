// Mapped structs that the tests of SQL text share, and a checker of texts.
#pragma once

#include <azoth/dialect/ddl.hpp>
#include <azoth/dialect/to_sql.hpp>
#include <azoth/schema/mapping.hpp>
#include <azoth/sql/sql.hpp>
#include <azoth/types/decimal.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace sql_models {

struct User {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> nick{};
    std::int32_t points{};
    bool active{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("users", column<&User::id>(primary_key), column<&User::name>(length(50)), column<&User::nick>(length(50)),
                     column<&User::points>(), column<&User::active>());
    }
};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::int64_t author_id{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("posts", column<&Post::id>(primary_key), column<&Post::title>(length(200)),
                     column<&Post::author_id>(foreign_key<&User::id>(), indexed));
    }
};

struct Comment {
    std::int64_t id{};
    std::int64_t post_id{};
    std::optional<std::int64_t> editor_id{};
    std::int64_t author_id{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("comments", column<&Comment::id>(primary_key), column<&Comment::post_id>(foreign_key<&Post::id>()),
                     column<&Comment::editor_id>(foreign_key<&User::id>()), column<&Comment::author_id>(foreign_key<&User::id>()));
    }
};

struct Employee {
    std::int64_t id{};
    std::string name{};
    std::optional<std::int64_t> manager_id{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("employees", column<&Employee::id>(primary_key), column<&Employee::name>(length(50)),
                     column<&Employee::manager_id>(foreign_key<&Employee::id>()));
    }
};

struct Tag {
    std::string name{};
    std::int64_t uses{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("tags", column<&Tag::name>(primary_key, length(30)), column<&Tag::uses>());
    }
};

struct Line {
    std::int64_t id{};
    azoth::Decimal price{};
    std::int32_t quantity{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("lines", column<&Line::id>(primary_key), column<&Line::price>(numeric(10, 2)), column<&Line::quantity>());
    }
};

/// Names that want quoting, in a schema.
struct Odd {
    std::int64_t id{};
    std::int64_t percent{};
    std::int64_t order{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("Odd \"table\"", column<&Odd::id>("Id", primary_key), column<&Odd::percent>("per % cent?"), column<&Odd::order>(),
                     schema("shop"));
    }
};

/// Compares the text for SQLite, PostgreSQL and MySQL.
template <class Statement>
void check_sql(const Statement& statement, const std::string& sqlite, const std::string& postgresql, const std::string& mysql) {
    CHECK(azoth::to_sql(statement, azoth::dialect::sqlite).sql == sqlite);
    CHECK(azoth::to_sql(statement, azoth::dialect::postgresql).sql == postgresql);
    CHECK(azoth::to_sql(statement, azoth::dialect::mysql).sql == mysql);
}

template <class Statement>
std::string sqlite_sql(const Statement& statement) {
    return azoth::to_sql(statement, azoth::dialect::sqlite).sql;
}

/// The text of one expression over users, as WHERE shows it on SQLite.
template <class Expression>
std::string where_sql(const Expression& expression, const azoth::Dialect& dialect = azoth::dialect::sqlite) {
    using namespace azoth;
    const std::string sql = to_sql(select(col<&User::id>).where(expression), dialect).sql;
    const std::string before = "SELECT users.id FROM users WHERE ";
    REQUIRE(sql.substr(0, before.size()) == before);
    return sql.substr(before.size());
}

/// The same for a selected expression; what follows FROM is cut off.
template <class Expression>
std::string item_sql(const Expression& expression, const azoth::Dialect& dialect = azoth::dialect::sqlite) {
    using namespace azoth;
    const std::string sql = to_sql(select(expression), dialect).sql;
    REQUIRE(sql.substr(0, 7) == "SELECT ");
    const auto from = sql.rfind(" FROM ");
    return sql.substr(7, from == std::string::npos ? from : from - 7);
}

}  // namespace sql_models
