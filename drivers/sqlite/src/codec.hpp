// Values to SQLite's storage classes and back.
#pragma once

#include <azoth/types/value_buffer.hpp>
#include <azoth/types/value_view.hpp>

#include <cstddef>
#include <span>
#include <vector>

struct sqlite3_stmt;

namespace azoth::sqlite::detail {

/// Binds values without copying their bytes: they must stay where they are until the statement is reset.
class Binder {
public:
    /// Returns an SQLite result code. Errors: `DataError` and `NotSupportedError` for what cannot be stored, before
    /// anything runs.
    int bind(sqlite3_stmt* statement, std::span<const ValueView> values);

private:
    int bind_text_form(sqlite3_stmt* statement, int index, const ValueView& value);

    // Text of dates and the like, one slot a parameter, so that slots do not move while the statement runs.
    static constexpr std::size_t slot = 36;
    std::vector<char> texts_;
};

/// Appends the current row's cells to `rows`, by storage class.
void read_row(sqlite3_stmt* statement, int columns, ValueBuffer& rows);

}  // namespace azoth::sqlite::detail
