// to_sql(): a statement's text and values, for tests and logs.
#pragma once

#include <azoth/dialect/dialect.hpp>
#include <azoth/sql/tape.hpp>

#include <string>
#include <vector>

namespace azoth {

/// What would be sent: text with placeholders, and the values in their order.
struct SqlText {
    std::string sql;
    std::vector<Value> values;

    /// The text, and the values as SQL literals behind it: "SELECT ... WHERE id = ? -- [5]". For reading, never for execution.
    std::string to_string() const;
};

/// Renders a statement without executing it. Errors: as compile(). A bulk insert's parameter rows show as NULL.
SqlText to_sql(const detail::FlatStatement& statement, const Dialect& dialect);

/// The same for a select, insert, update, delete or text: `to_sql(statement, dialect::postgresql)`.
template <class Statement>
    requires requires(const Statement& statement) { detail::flatten(statement.tape()); }
SqlText to_sql(const Statement& statement, const Dialect& dialect) {
    return to_sql(detail::flatten(statement.tape()), dialect);
}

/// One value as it appears in logs: text in quotes and cut after 100 characters, blobs in hexadecimal.
std::string to_string(const Value& value);
std::string to_string(ValueView value);

}  // namespace azoth
