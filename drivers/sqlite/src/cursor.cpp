// Cursors: a statement of their own, stepped a piece at a time.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace azoth::sqlite::detail {

namespace {
// Large rows end a piece early, so that a stream stays flat whatever the number of rows asked for.
constexpr std::size_t piece_bytes = std::size_t{4} << 20;
}  // namespace

std::shared_ptr<OpenCursor> Database::open_cursor(BatchItem item, Token& token) {
    const Running running(*this, token);
    sweep();
    try {
        const std::string& sql = item.statement->sql;
        check_token(sql);
        if (failed_ != Failed::no) refuse_or_roll_back(*item.statement);
        auto cursor = std::make_shared<OpenCursor>();
        cursor->prepared = prepare(sql, 0);
        if (sqlite3_column_count(cursor->prepared.handle.get()) == 0) {
            ErrorDetail detail;
            detail.statement = sql;
            throw ProgrammingError("the statement returns no rows to stream", std::move(detail));
        }
        if (check_parameters(item, cursor->prepared) != 1) throw InternalError("a cursor runs its statement once");
        if (!cursors_.empty() && !cursor->prepared.readonly) refuse_write_under_cursor(cursor->prepared, sql);
        cursor->item = std::move(item);
        bind(cursor->prepared.handle.get(), cursor->binder, cursor->item, 0);
        cursors_.push_back(cursor);
        return cursor;
    } catch (...) {
        note_error();
        throw;
    }
}

void Database::fetch(OpenCursor& cursor, std::size_t max_rows, ValueBuffer& rows, Token& token) {
    const Running running(*this, token);
    sweep();
    const CompiledStatement& compiled = *cursor.item.statement;
    rows.clear(rows.columns());
    if (cursor.finished) return;
    try {
        check_token(compiled.sql);
        if (!cursor.open) {
            ErrorDetail detail;
            detail.statement = compiled.sql;
            throw ResourceClosedError(
                "the stream was closed by commit, rollback, an error or the end of its connection", std::move(detail));
        }
        sqlite3_stmt* statement = cursor.prepared.handle.get();
        int code = SQLITE_ROW;
        for (std::size_t count = 0; count < max_rows && rows.byte_size() < piece_bytes; ++count) {
            code = sqlite3_step(statement);
            if (code != SQLITE_ROW) break;
            if (count == 0) check_columns(statement, compiled, rows);
            read_row(statement, static_cast<int>(rows.columns()), rows);
        }
        if (code == SQLITE_ROW) return note_success();
        if (code != SQLITE_DONE) fail(code, compiled.sql);
        cursor.finished = true;
    } catch (...) {
        cursor.open = false;
        cursor.abandoned.store(true, std::memory_order_relaxed);
        note_error();
        sweep();
        throw;
    }
    cursor.abandoned.store(true, std::memory_order_relaxed);
    sweep();
    note_success();
}

void Database::sweep() noexcept {
    std::erase_if(cursors_, [](const std::shared_ptr<OpenCursor>& cursor) {
        if (!cursor->abandoned.load(std::memory_order_acquire)) return false;
        cursor->open = false;
        cursor->prepared.handle.reset();
        return true;
    });
}

}  // namespace azoth::sqlite::detail
