// Running a batch: item by item, bind, execute, collect.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <utility>

namespace azoth::mysql::detail {

namespace {

Verb control_verb(const CompiledStatement& compiled) noexcept {
    const bool control = compiled.effect == Effect::transaction || compiled.effect == Effect::unknown;
    return control ? verb_of(compiled.sql) : Verb::other;
}

}  // namespace

Task<> Database::execute(Batch& batch, const Token& token) {
    token_ = &token;
    std::size_t execution = 0;
    std::size_t index = 0;
    std::exception_ptr error;
    try {
        co_await sweep();
        for (; index < batch.items.size(); ++index) co_await run(batch.items[index], execution);
        if (reads_open_) co_await commit_alone();
    } catch (...) {
        error = std::current_exception();
    }
    if (!error) co_return;
    co_await after_error(error);
    batch.error = error;
    batch.failed_item = std::min(index, batch.items.size() - 1);
    batch.failed_execution = execution;
}

Task<> Database::run(BatchItem& item, std::size_t& execution) {
    const CompiledStatement& compiled = *item.statement;
    execution = 0;
    const Verb verb = control_verb(compiled);
    check_token(compiled.sql);
    if (co_await control(compiled, verb)) {
        item.done = true;
        co_return;
    }
    const bool alone = phase_ == Phase::none && compiled.effect != Effect::transaction;
    if (alone && reads_open_ && compiled.effect != Effect::read) co_await commit_alone();
    touched_ = true;
    co_await run_statement(item, execution);
    if (alone && compiled.effect == Effect::read) {
        reads_open_ = true;
    } else if (alone) {
        co_await commit_alone();
    }
    item.done = true;
}

Task<> Database::run_statement(BatchItem& item, std::size_t& execution) {
    const CompiledStatement& compiled = *item.statement;
    if (compiled.id == 0 && item.parameters.columns() == 0) {
        co_await run_text(item);
        co_return;
    }
    for (bool again = false;; again = true) {
        Prepared temporary;
        Prepared* const prepared = co_await statement(compiled, temporary);
        if (!prepared) {
            check_parameters(item, 0);
            co_await run_text(item);
            co_return;
        }
        try {
            co_await run_prepared(item, *prepared, execution);
            co_return;
        } catch (const Stale&) {
            statements_.erase(compiled.id);
            if (again) throw OperationalError("the statement's tables change faster than it can be prepared");
        }
    }
}

Task<> Database::run_prepared(BatchItem& item, Prepared& prepared, std::size_t& execution) {
    const std::size_t executions = check_parameters(item, prepared.parameters);
    if (execution == 0) {
        item.rows.clear(mysql_stmt_field_count(prepared.handle.get()));
        item.affected = prepared.verb == Verb::change ? 0 : -1;
        if (item.want_generated_keys) item.generated_keys.reserve(executions);
    }
    if (uses_arrays(item, prepared)) {
        co_await run_arrays(item, prepared, execution);
        co_return;
    }
    for (; execution < executions; ++execution) {
        co_await run_once(item, prepared, execution);
    }
}

Task<> Database::run_once(BatchItem& item, const Prepared& prepared, std::size_t execution) {
    const CompiledStatement& compiled = *item.statement;
    MYSQL_STMT* const statement = prepared.handle.get();
    if (prepared.parameters != 0) {
        const auto values = item.parameters.row(execution);
        check_size(message_size(values), compiled.sql);
        binder_.bind(statement, values);
    }
    co_await settle();
    check_token(compiled.sql);  // also between preparing and executing
    if (co_await wire.execute(statement) != 0) {
        const auto code = static_cast<int>(mysql_stmt_errno(statement));
        if (is_stale(code)) throw Stale();
        if (code == columns_changed && prepared.verb == Verb::select) {
            co_await wire.free_result(statement);  // its rows are on their way
            throw Stale();
        }
        fail(statement, compiled.sql);
    }
    if (mysql_stmt_field_count(statement) != 0) {
        if (co_await wire.store_result(statement) != 0) fail(statement, compiled.sql);
        co_await read_rows(statement, compiled, item.rows);
    }
    count(item, prepared, statement, execution);
}

void Database::count(BatchItem& item, const Prepared& prepared, MYSQL_STMT* statement, std::size_t execution) const {
    if (prepared.verb == Verb::change) {
        const auto matched = static_cast<std::int64_t>(mysql_stmt_affected_rows(statement));
        if (matched > 0) item.affected += matched;
        if (item.expected_rows_each && matched != *item.expected_rows_each) {
            ErrorDetail detail;
            detail.statement = item.statement->sql;
            throw StaleDataError("execution " + std::to_string(execution) + " matched " + std::to_string(matched) + " rows instead of " +
                                     std::to_string(*item.expected_rows_each),
                                 std::move(detail));
        }
    }
    if (item.want_generated_keys && mysql_stmt_field_count(statement) == 0)
        item.generated_keys.push_back(static_cast<std::int64_t>(mysql_stmt_insert_id(statement)));
}

// The rows are here: the result was stored.
Task<> Database::read_rows(MYSQL_STMT* statement, const CompiledStatement& compiled, ValueBuffer& rows) {
    check_columns(mysql_stmt_field_count(statement), compiled, rows);
    reader_.attach(statement, rows);
    if (rows.empty()) rows.reserve_rows(mysql_stmt_num_rows(statement));  // of many executions the first: exact growth for each is slow
    while (mysql_stmt_fetch(statement) == 0) {
    }
    while (mysql_stmt_more_results(statement) != 0) {  // a procedure's further results, and its status
        const int more = co_await wire.next_result(statement);
        if (more > 0) fail(statement, compiled.sql);
        if (more < 0) break;
        if (mysql_stmt_field_count(statement) == 0) continue;
        co_await wire.free_result(statement);
    }
    reader_.check();
}

// Plain statements without parameters, and what the server cannot prepare.
Task<> Database::run_text(BatchItem& item) {
    const CompiledStatement& compiled = *item.statement;
    check_size(compiled.sql.size(), compiled.sql);
    co_await settle();
    for (std::uint32_t execution = 0; execution < item.executions; ++execution) {
        if (execution != 0) check_token(compiled.sql);
        if (co_await wire.query(compiled.sql) != 0) fail(compiled.sql);
        MYSQL* const handle = wire.handle();
        const unsigned columns = mysql_field_count(handle);
        if (execution == 0) {
            item.rows.clear(columns);
            item.affected = verb_of(compiled.sql) == Verb::change ? 0 : -1;
        }
        if (columns != 0) {
            const StoredResult result(co_await wire.store_result());
            if (!result) fail(compiled.sql);
            check_columns(columns, compiled, item.rows);
            const std::span<const MYSQL_FIELD> fields(mysql_fetch_fields(result.get()), columns);
            while (const MYSQL_ROW row = mysql_fetch_row(result.get())) RowReader::append_text_row(fields, row, mysql_fetch_lengths(result.get()), item.rows);
        }
        if (item.affected >= 0) item.affected += static_cast<std::int64_t>(mysql_affected_rows(handle));
        if (item.want_generated_keys && columns == 0) item.generated_keys.push_back(static_cast<std::int64_t>(mysql_insert_id(handle)));
        while (mysql_more_results(handle) != 0) {
            if (co_await wire.next_result() > 0) fail(compiled.sql);
            if (mysql_field_count(handle) != 0) const StoredResult ignored(co_await wire.store_result());
        }
    }
}

// Returns how often to run.
std::size_t Database::check_parameters(const BatchItem& item, std::size_t wanted) {
    const std::size_t given = item.parameters.columns();
    if (given == wanted) return given == 0 ? item.executions : item.parameters.rows();
    ErrorDetail detail;
    detail.statement = item.statement->sql;
    throw ProgrammingError("the statement has " + std::to_string(wanted) + " parameters, " + std::to_string(given) + " were given", std::move(detail));
}

void Database::check_columns(std::size_t columns, const CompiledStatement& compiled, ValueBuffer& rows) {
    if (columns != rows.columns()) {
        if (!rows.empty()) throw InternalError("the number of result columns changed between two executions");
        rows.clear(columns);
    }
    if (compiled.columns == 0 || compiled.columns == columns) return;
    ErrorDetail detail;
    detail.statement = compiled.sql;
    throw ProgrammingError("the statement returns " + std::to_string(columns) + " columns, " + std::to_string(compiled.columns) + " were expected",
                           std::move(detail));
}

// A message that is too large would cost the connection.
void Database::check_size(std::size_t bytes, const std::string& sql) const {
    constexpr std::size_t header = 1024;
    if (bytes + header <= facts_.max_packet) return;
    ErrorDetail detail;
    if (bytes != sql.size()) detail.statement = sql;
    detail.hint = "raise max_allowed_packet on the server";
    throw DataError("a statement with its values takes " + std::to_string(bytes) + " bytes, more than the server's max_allowed_packet of " +
                        std::to_string(facts_.max_packet),
                    std::move(detail));
}

}  // namespace azoth::mysql::detail
