// Rows on their way from the server.
#pragma once

#include <azoth/types/value_buffer.hpp>

#include <mysql.h>

#include <exception>
#include <span>
#include <utility>
#include <vector>

namespace azoth::mysql::detail {

/// Appends a statement's rows to a buffer, straight from the server's messages.
class RowReader {
public:
    RowReader() noexcept = default;
    RowReader(const RowReader&) = delete;
    RowReader& operator=(const RowReader&) = delete;

    /// From now on mysql_stmt_fetch on `statement` appends to `rows`. The column types are those of the last execution.
    void attach(MYSQL_STMT* statement, ValueBuffer& rows);
    /// Errors: throws what the last row could not be read for (`DataError` naming the column).
    void check() {
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

    /// Appends a row of the text protocol.
    static void append_text_row(std::span<const MYSQL_FIELD> fields, MYSQL_ROW row, const unsigned long* lengths, ValueBuffer& rows);

private:
    struct Column {
        enum_field_types type;
        bool is_unsigned;
        bool binary;  // bytes, not text
    };
    // Called by the library, once a cell; `cell` is null for NULL, else to be moved behind the cell.
    static void on_cell(void* self, unsigned column, unsigned char** cell) noexcept;
    void append(const Column& column, const unsigned char*& cell);
    const char* name_of(unsigned column) const noexcept;

    MYSQL_STMT* statement_ = nullptr;
    ValueBuffer* rows_ = nullptr;
    std::vector<Column> columns_;
    std::exception_ptr error_;
};

}  // namespace azoth::mysql::detail
