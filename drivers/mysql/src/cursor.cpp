// Cursors: a statement of their own, of which the server keeps the result and sends it a piece at a time.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <utility>

namespace azoth::mysql::detail {

namespace {

// Large rows end a piece early, so that a stream stays flat whatever the number of rows asked for.
constexpr std::size_t piece_bytes = std::size_t{4} << 20;
constexpr unsigned long most_rows = 1000;  // 71 µs a row when they come one at a time, 0.2 µs from here on

}  // namespace

Task<std::shared_ptr<OpenCursor>> Database::open_cursor(BatchItem item, const Token& token) {
    token_ = &token;
    std::exception_ptr error;
    auto cursor = std::make_shared<OpenCursor>();
    cursor->item = std::move(item);
    const CompiledStatement& compiled = *cursor->item.statement;
    try {
        co_await sweep();
        check_token(compiled.sql);
        co_await control(compiled, Verb::select);
        Prepared prepared = co_await prepare(compiled.sql, Verb::select);
        MYSQL_STMT* const statement = prepared.handle.get();
        if (!statement || mysql_stmt_field_count(statement) == 0) {
            ErrorDetail detail;
            detail.statement = compiled.sql;
            throw ProgrammingError("the statement returns no rows to stream", std::move(detail));
        }
        if (check_parameters(cursor->item, prepared.parameters) != 1) throw InternalError("a cursor runs its statement once");
        const unsigned long read_only = CURSOR_TYPE_READ_ONLY;
        mysql_stmt_attr_set(statement, STMT_ATTR_CURSOR_TYPE, &read_only);
        mysql_stmt_attr_set(statement, STMT_ATTR_PREFETCH_ROWS, &cursor->prefetch);
        if (prepared.parameters != 0) {
            check_size(message_size(cursor->item.parameters.row(0)), compiled.sql);
            cursor->binder.bind(statement, cursor->item.parameters.row(0));
        }
        touched_ = true;
        co_await settle();
        check_token(compiled.sql);
        if (co_await wire.execute(statement) != 0) fail(statement, compiled.sql);
        if (compiled.columns != 0 && compiled.columns != mysql_stmt_field_count(statement)) {
            ValueBuffer none;
            check_columns(mysql_stmt_field_count(statement), compiled, none);
        }
        cursor->handle = std::move(prepared.handle);
        cursors_.push_back(cursor);
        // The server has stored the result: it survives this.
        if (phase_ == Phase::none) co_await commit_alone();
    } catch (...) {
        error = std::current_exception();
    }
    if (error) {
        cursor->open = false;
        cursor->handle.reset();
        co_await after_error(error);
        std::rethrow_exception(error);
    }
    co_return cursor;
}

Task<> Database::fetch(std::shared_ptr<OpenCursor> cursor, std::size_t max_rows, ValueBuffer& rows, const Token& token) {
    token_ = &token;
    const CompiledStatement& compiled = *cursor->item.statement;
    std::exception_ptr error;
    try {
        co_await sweep();
        rows.clear(rows.columns());
        if (cursor->finished) co_return;
        check_token(compiled.sql);
        if (!cursor->open) {
            ErrorDetail detail;
            detail.statement = compiled.sql;
            throw ResourceClosedError("the stream was closed by commit, rollback, an error or the end of its connection", std::move(detail));
        }
        co_await settle();
        MYSQL_STMT* const statement = cursor->handle.get();
        rows.clear(mysql_stmt_field_count(statement));
        cursor->reader.attach(statement, rows);
        int code = 0;
        for (std::size_t count = 0; count < max_rows && rows.byte_size() < piece_bytes; ++count) {
            if (statement->result_cursor) {
                code = mysql_stmt_fetch(statement);  // from memory
            } else {
                code = co_await wire.fetch(statement);
            }
            if (code != 0) break;
            cursor->reader.check();
        }
        if (code == 1) fail(statement, compiled.sql);
        if (!rows.empty()) {
            const std::size_t row_bytes = rows.byte_size() / rows.rows() + 1;
            cursor->prefetch = std::clamp<unsigned long>(piece_bytes / row_bytes, 1, most_rows);
            mysql_stmt_attr_set(statement, STMT_ATTR_PREFETCH_ROWS, &cursor->prefetch);
        }
        if (code == MYSQL_NO_DATA) {
            cursor->finished = true;
            cursor->handle.reset();
            std::erase(cursors_, cursor);
        }
    } catch (...) {
        error = std::current_exception();
    }
    if (!error) co_return;
    cursor->open = false;
    cursor->handle.reset();
    std::erase(cursors_, cursor);
    co_await after_error(error);
    std::rethrow_exception(error);
}

}  // namespace azoth::mysql::detail
