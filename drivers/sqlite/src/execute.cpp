// Running a batch: bind, step to the end, collect, reset.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <sqlite3.h>

#include <utility>

namespace azoth::sqlite::detail {

namespace {

class Reset {
public:
    explicit Reset(sqlite3_stmt* statement) noexcept : statement_(statement) {}
    Reset(const Reset&) = delete;
    Reset& operator=(const Reset&) = delete;
    ~Reset() { sqlite3_reset(statement_); }

private:
    sqlite3_stmt* statement_;
};

std::int64_t changes(sqlite3* database) noexcept {
#if SQLITE_VERSION_NUMBER >= 3037000
    return sqlite3_changes64(database);
#else
    return sqlite3_changes(database);
#endif
}

}  // namespace

void Database::execute(Batch& batch, Token& token) noexcept {
    const Running running(*this, token);
    sweep();
    std::size_t execution = 0;
    for (std::size_t index = 0; index < batch.items.size(); ++index) {
        try {
            run(batch.items[index], execution);
        } catch (...) {
            note_error();
            batch.error = std::current_exception();
            batch.failed_item = index;
            batch.failed_execution = execution;
            return;
        }
    }
}

void Database::run(BatchItem& item, std::size_t& execution) {
    const CompiledStatement& compiled = *item.statement;
    execution = 0;
    check_token(compiled.sql);
    if (failed_ != Failed::no && refuse_or_roll_back(compiled)) {
        item.done = true;
        return;
    }
    Prepared temporary;
    const Prepared& prepared = statement(compiled, temporary);
    const std::size_t executions = check_parameters(item, prepared);
    if (nothing_to_end(prepared)) {
        item.done = true;
        return;
    }
    if (!cursors_.empty() && !prepared.readonly) refuse_write_under_cursor(prepared, compiled.sql);

    item.rows.clear(static_cast<std::size_t>(sqlite3_column_count(prepared.handle.get())));
    item.affected = prepared.verb == Verb::change && !prepared.readonly ? 0 : -1;
    if (item.want_generated_keys) item.generated_keys.reserve(executions);
    for (; execution < executions; ++execution) run_once(item, prepared, execution);
    note_success();
    item.done = true;
}

void Database::run_once(BatchItem& item, const Prepared& prepared, std::size_t execution) {
    const CompiledStatement& compiled = *item.statement;
    sqlite3_stmt* statement = prepared.handle.get();
    if (execution != 0) check_token(compiled.sql);
    const Reset reset(statement);
    bind(statement, binder_, item, execution);
    // 0 afterwards means that no row was inserted (ON CONFLICT DO NOTHING), instead of some earlier statement's key.
    if (item.want_generated_keys) sqlite3_set_last_insert_rowid(db_, 0);

    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        check_columns(statement, compiled, item.rows);
        const int columns = static_cast<int>(item.rows.columns());
        do {
            read_row(statement, columns, item.rows);
            code = sqlite3_step(statement);
        } while (code == SQLITE_ROW);
    }
    if (code != SQLITE_DONE) fail(code, compiled.sql);

    if (item.affected >= 0) {
        const std::int64_t matched = changes(db_);
        item.affected += matched;
        if (item.expected_rows_each && matched != *item.expected_rows_each) {
            ErrorDetail detail;
            detail.statement = compiled.sql;
            throw StaleDataError("execution " + std::to_string(execution) + " matched " + std::to_string(matched) +
                                     " rows instead of " + std::to_string(*item.expected_rows_each),
                                 std::move(detail));
        }
    }
    if (item.want_generated_keys) item.generated_keys.push_back(sqlite3_last_insert_rowid(db_));
}

void Database::bind(sqlite3_stmt* statement, Binder& binder, const BatchItem& item, std::size_t execution) {
    if (item.parameters.columns() == 0) return;
    const int code = binder.bind(statement, item.parameters.row(execution));
    if (code != SQLITE_OK) fail(code, item.statement->sql);
}

// Returns how often to run.
std::size_t Database::check_parameters(const BatchItem& item, const Prepared& prepared) {
    const std::size_t given = item.parameters.columns();
    if (given == prepared.parameters) return given == 0 ? item.executions : item.parameters.rows();
    ErrorDetail detail;
    detail.statement = item.statement->sql;
    throw ProgrammingError("the statement has " + std::to_string(prepared.parameters) + " parameters, " +
                               std::to_string(given) + " were given",
                           std::move(detail));
}

// The number of columns can change when SQLite prepares again after a schema change (select *), so it is read after a
// step.
void Database::check_columns(sqlite3_stmt* statement, const CompiledStatement& compiled, ValueBuffer& rows) {
    const auto columns = static_cast<std::size_t>(sqlite3_column_count(statement));
    if (columns != rows.columns()) {
        if (!rows.empty()) throw InternalError("the number of result columns changed between two executions");
        rows.clear(columns);
    }
    if (compiled.columns == 0 || compiled.columns == columns) return;
    ErrorDetail detail;
    detail.statement = compiled.sql;
    throw ProgrammingError("the statement returns " + std::to_string(columns) + " columns, " +
                               std::to_string(compiled.columns) + " were expected",
                           std::move(detail));
}

}  // namespace azoth::sqlite::detail
