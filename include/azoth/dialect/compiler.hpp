// compile(): a flattened statement rendered as one database's SQL.
#pragma once

#include <azoth/dialect/compiled_statement.hpp>
#include <azoth/dialect/dialect.hpp>
#include <azoth/sql/tape.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace azoth {

struct Table;

/// One thing selected or returned, as the user wrote it, and where its columns lie in a row.
struct ResultItem {
    bool entity = false;
    const Table* table = nullptr;    ///< of an entity
    std::uint32_t source = 0;        ///< of an entity: its alias, canonical; 0 = the table itself
    std::uint32_t first_column = 0;
    std::uint32_t column_count = 1;
    std::vector<std::uint32_t> further;  ///< of an entity: its columns after the first Table::plain_columns, which are always there
    std::string label;               ///< label, or the column's name; empty for an unnamed expression

    /// Appends the names of its columns in a row.
    void append_names(std::vector<std::string>& names) const;
};

/// A statement shape for one dialect, and what the engine and session need to know of it.
struct CompiledQuery {
    CompiledPtr statement;
    std::vector<ResultItem> items;
    std::vector<const Table*> tables;   ///< every table that the statement reads or writes, each once
    const Table* target = nullptr;      ///< of INSERT, UPDATE, DELETE
    bool locking = false;               ///< SELECT ... FOR UPDATE, also where the database has none and the text does without
    /// Of a bulk INSERT: columns of a parameter row. `statement->parameters[i] < row_columns` means that column of the row,
    /// otherwise the statement's own bound value number `parameters[i] - row_columns`.
    std::uint32_t row_columns = 0;
};

/// Renders the statement. Values never appear in the text. Errors: `ArgumentError` for a statement that means nothing (no FROM,
/// a cartesian product, a join without a foreign key ...); `NotSupportedError` naming construct and database for what that
/// database cannot do. Thread safety: safe.
CompiledQuery compile(const detail::FlatStatement& statement, const Dialect& dialect);

}  // namespace azoth
