// A batch: segments, items, results. Errors of statements stay in the batch.
#include "batch_run.hpp"

#include "read.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>
#include <utility>

namespace azoth::postgresql::detail {

namespace {

// Rows that travel as one statement's arrays.
constexpr std::size_t array_rows = 10000;
constexpr std::size_t array_bytes = std::size_t{4} << 20;
// https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-PG-SNAPSHOT; since version 13
const std::string transaction_id_sql = "SELECT pg_current_xact_id_if_assigned()::text";
constexpr std::uint64_t transaction_id_key = ~std::uint64_t{0};
constexpr int version_with_ids = 130000;

bool is_commit(const BatchItem& item) noexcept { return item.statement->effect == Effect::transaction && item.statement->sql == "COMMIT"; }

bool is_begin(const BatchItem& item) noexcept { return item.statement->effect == Effect::transaction && item.statement->sql.starts_with("BEGIN"); }

bool is_rollback_to(const BatchItem& item) noexcept { return item.statement->effect == Effect::transaction && item.statement->sql.starts_with("ROLLBACK TO"); }

bool writes(const BatchItem& item) noexcept { return item.statement->effect != Effect::read && item.statement->effect != Effect::transaction; }

// Many executions as arrays: where the statement has that form, and rows that come back can be told apart by their keys.
bool as_arrays(const BatchItem& item) noexcept {
    return item.executions > 1 && !item.statement->array_sql.empty() && (!item.statement->returns_rows || item.want_generated_keys);
}

// A statement's two forms are two prepared statements.
std::uint64_t cache_key(const CompiledStatement& statement, bool arrays) noexcept { return statement.id * 2 + (arrays ? 1 : 0); }

// How many rows from `first` fit into one statement's arrays.
std::size_t rows_together(const BatchItem& item, std::size_t first) noexcept {
    const std::size_t columns = item.parameters.columns();
    const auto cells = item.parameters.cells();
    std::size_t bytes = 0;
    std::size_t rows = 0;
    while (first + rows < item.executions && rows < array_rows && bytes < array_bytes) {
        for (std::size_t column = 0; column < columns; ++column) {
            const ValueView& value = cells[(first + rows) * columns + column];
            bytes += is_bytes(value.kind) ? value.size : 8;
        }
        ++rows;
    }
    return rows;
}

// RETURNING promises no order, but keys are drawn in the order of the rows: https://www.postgresql.org/docs/15/sql-insert.html
void sort_by_key(ValueBuffer& rows) {
    std::vector<std::size_t> order(rows.rows());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto key = [&](std::size_t row) { return rows.row(row).front().integer; };
    const auto before = [&](std::size_t a, std::size_t b) { return key(a) < key(b); };
    if (std::is_sorted(order.begin(), order.end(), before)) return;
    std::sort(order.begin(), order.end(), before);
    ValueBuffer sorted(rows.columns());
    sorted.reserve_rows(rows.rows());
    for (const std::size_t row : order) {
        for (const ValueView& value : rows.row(row)) sorted.append(value);
    }
    rows = std::move(sorted);
}

bool matches_rows(const char* command) noexcept {
    return std::strncmp(command, "INSERT", 6) == 0 || std::strncmp(command, "UPDATE", 6) == 0 || std::strncmp(command, "DELETE", 6) == 0 ||
           std::strncmp(command, "MERGE", 5) == 0 || std::strncmp(command, "COPY", 4) == 0;
}

}  // namespace

azoth::detail::Task<> ExecuteOperation::run(Link& link) {
    if (deadline && *deadline <= Clock::now()) {
        fail(stopped(Stop::deadline, batch.items.empty() ? std::string_view() : std::string_view(batch.items.front().statement->sql), false));
        co_return;
    }
    BatchRun run(link, *this);
    std::exception_ptr unexpected;
    try {
        co_await run.run();
    } catch (const Link::Broken&) {
        throw;
    } catch (...) {
        unexpected = std::current_exception();
    }
    // Nobody knows what the pipeline holds.
    if (unexpected) throw Link::Broken{unexpected};
}

void ExecuteOperation::fail(std::exception_ptr failure) noexcept {
    if (batch.error) return;
    batch.error = std::move(failure);
    const auto unfinished = std::find_if(batch.items.begin(), batch.items.end(), [](const BatchItem& item) { return !item.done; });
    batch.failed_item = unfinished == batch.items.end() ? batch.items.size() - (batch.items.empty() ? 0 : 1) : static_cast<std::size_t>(unfinished - batch.items.begin());
}

// ---------------------------------------------------------------- segments

bool BatchRun::stands_alone(std::size_t item) const noexcept {
    if (!began_idle_ || batch_.items.front().statement->effect == Effect::transaction) return false;
    return writes(batch_.items[item]);
}

Task<> BatchRun::run() {
    if (batch_.items.empty()) co_return;
    for (int attempt = 0; attempt < 2; ++attempt) {
        // A ROLLBACK that rides ahead ends a transaction in which nothing was done.
        began_idle_ = !link_.in_transaction() || batch_.items.front().statement->sql == "ROLLBACK";
        segments_ = 0;
        for (std::size_t first = 0; first < batch_.items.size() && !batch_.error;) {
            std::size_t last = first + 1;
            if (!stands_alone(first)) {
                while (last < batch_.items.size() && !stands_alone(last)) ++last;
            }
            co_await segment(first, last);
            first = last;
        }
        if (!stale_plan_ || attempt > 0 || !may_run_again()) co_return;
        // The statements are forgotten by now and will be prepared anew; nothing of this batch has taken effect.
        stale_plan_ = false;
        co_await roll_back();
        batch_.error = nullptr;
        batch_.failed_item = Batch::none;
        batch_.failed_execution = 0;
        for (BatchItem& item : batch_.items) item.done = false;
    }
}

bool BatchRun::may_run_again() const noexcept { return began_idle_ && segments_ == 1 && operation_.stop.load() == Stop::none; }

Task<> BatchRun::roll_back() {
    if (!link_.in_transaction()) co_return;
    pipeline_.send_ignored("ROLLBACK");
    pipeline_.sync();
    co_await pipeline_.drain();
}

// What a connection owes the server, while no transaction is open: it could be rolled back, or fail and take the transaction with it.
void BatchRun::owe_housekeeping() {
    for (std::string& name : link_.statements().evicted()) link_.owe("DEALLOCATE " + name);
    link_.statements().evicted().clear();
    for (const std::string& sql : link_.take_owed()) {
        pipeline_.send_ignored(sql);
        pipeline_.sync();
    }
}

Task<> BatchRun::segment(std::size_t first, std::size_t last) {
    ++segments_;
    sent_.clear();
    if (!link_.in_transaction()) {
        owe_housekeeping();
    } else if (PQtransactionStatus(link_.connection()) == PQTRANS_INTRANS) {
        for (const std::string& name : link_.take_cursors()) pipeline_.send_ignored("CLOSE " + name);
    }
    // As SET LOCAL, but without a warning that no transaction block is open: it holds until the segment's end.
    if (link_.refuses_writes()) pipeline_.send_ignored("SELECT set_config('transaction_read_only', 'on', true)");
    bool wants_id = false;
    for (std::size_t i = first; i < last && !batch_.error; ++i) {
        BatchItem& item = batch_.items[i];
        begin_item(item);
        if (operation_.copy && !item.statement->copy_sql.empty()) {
            // COPY is not for pipelines: what goes before it is answered first.
            pipeline_.sync();
            co_await pipeline_.drain();
            if (!batch_.error) co_await copy_item(i);
            continue;
        }
        wants_id = wants_id || writes(item);
        if (is_commit(item) && wants_id && send_transaction_id()) pipeline_.flush_request();
        if (is_commit(item)) wants_id = false;
        if (is_rollback_to(item)) link_.savepoint_rolled_back();
        co_await send_item(i);
        if (is_begin(item) && link_.statement_timeout().count() > 0) pipeline_.send_ignored("SET LOCAL statement_timeout = " + std::to_string(link_.statement_timeout().count()));
    }
    if (wants_id) send_transaction_id();
    pipeline_.sync();
    co_await pipeline_.drain();
    for (std::size_t i = first; i < last; ++i) finish_item(batch_.items[i]);
}

// The id rides behind the first writes of a transaction: with it, a COMMIT whose answer is lost can be asked for.
bool BatchRun::send_transaction_id() {
    const bool opens = !began_idle_ || batch_.items.front().statement->effect == Effect::transaction;
    if (!opens || PQserverVersion(link_.connection()) < version_with_ids || !link_.transaction_id().empty()) return false;
    parameters_.set({});
    pipeline_.send(transaction_id_sql, link_.statements().get(transaction_id_key), parameters_, transaction_id_tag);
    return true;
}

// ---------------------------------------------------------------- items

void BatchRun::begin_item(BatchItem& item) {
    item.done = false;
    item.affected = -1;
    item.generated_keys.clear();
    item.rows.clear(item.rows.columns());
}

Task<> BatchRun::send_item(std::size_t index) {
    BatchItem& item = batch_.items[index];
    const CompiledStatement& statement = *item.statement;
    const bool arrays = as_arrays(item);
    const std::string& text = arrays ? statement.array_sql : statement.sql;
    const auto prepared = statement.id != 0 ? link_.statements().get(cache_key(statement, arrays)) : nullptr;
    const std::size_t columns = item.parameters.columns();
    for (std::size_t execution = 0; execution < item.executions;) {
        const std::size_t count = arrays ? rows_together(item, execution) : 1;
        std::exception_ptr refused;
        try {
            if (arrays) {
                parameters_.set_arrays(item.parameters.cells(), statement.array_kinds, execution, count);
            } else if (columns == 0) {
                parameters_.set({});
            } else {
                parameters_.set(item.parameters.row(execution));
            }
        } catch (const Error&) {
            refused = std::current_exception();
        }
        if (refused) {  // never sent: what was sent before it stands
            record(azoth::detail::with_statement(refused, statement.sql), index, execution);
            co_return;
        }
        sent_.push_back({index, execution, count});
        if (pipeline_.send(text, prepared, parameters_, sent_.size() - 1)) co_await pipeline_.relieve();
        execution += count;
        if (batch_.error) co_return;
    }
}

void BatchRun::finish_item(BatchItem& item) {
    if (item.want_generated_keys && item.done && as_arrays(item)) sort_by_key(item.rows);
}

std::string_view BatchRun::sql(std::size_t tag) const {
    if (tag == transaction_id_tag) return transaction_id_sql;
    return tag < sent_.size() ? std::string_view(batch_.items[sent_[tag].item].statement->sql) : std::string_view();
}

void BatchRun::record(std::exception_ptr error, std::size_t item, std::size_t execution) noexcept {
    if (batch_.error) return;
    batch_.error = std::move(error);
    batch_.failed_item = item;
    batch_.failed_execution = execution;
}

void BatchRun::check_commit(const BatchItem& item, const PGresult* result) {
    // COMMIT of a transaction that had failed answers ROLLBACK, and no error.
    if (!is_commit(item) || std::strcmp(PQcmdStatus(const_cast<PGresult*>(result)), "COMMIT") == 0) return;
    ErrorDetail detail;
    detail.statement = item.statement->sql;
    detail.sqlstate = "25P02";
    throw OperationalError("COMMIT was answered by ROLLBACK: the transaction had failed, and nothing of it was kept", std::move(detail));
}

void BatchRun::succeeded(std::size_t tag, const PGresult* result) {
    if (tag == transaction_id_tag) {
        if (PQntuples(result) == 1 && PQgetisnull(result, 0, 0) == 0) link_.set_transaction_id(PQgetvalue(result, 0, 0));
        return;
    }
    const Sent& what = sent_[tag];
    BatchItem& item = batch_.items[what.item];
    try {
        if (PQresultStatus(result) == PGRES_TUPLES_OK) {
            const auto columns = static_cast<std::size_t>(PQnfields(result));
            const std::uint32_t expected = item.statement->columns;
            if (columns != item.rows.columns()) {
                if (!item.rows.empty()) throw InternalError("the number of result columns changed between two executions");
                item.rows.clear(columns);
            }
            if (expected != 0 && expected != columns) {
                throw ProgrammingError("the statement returns " + std::to_string(columns) + " columns, " + std::to_string(expected) + " were expected");
            }
            item.rows.reserve_rows(item.rows.rows() + static_cast<std::size_t>(PQntuples(result)));
            read_rows(result, item.rows);
        }
        check_commit(item, result);
        auto* const writable = const_cast<PGresult*>(result);  // libpq's readers of the command tag are not const
        if (matches_rows(PQcmdStatus(writable))) {
            const char* const digits = PQcmdTuples(writable);
            std::int64_t matched = 0;
            std::from_chars(digits, digits + std::strlen(digits), matched);
            item.affected = std::max<std::int64_t>(item.affected, 0) + matched;
            if (item.expected_rows_each && matched != *item.expected_rows_each * static_cast<std::int64_t>(what.count)) {
                throw StaleDataError("execution " + std::to_string(what.execution) + " matched " + std::to_string(matched) + " rows instead of " +
                                     std::to_string(*item.expected_rows_each));
            }
        }
        if (what.execution + what.count == item.executions && !(batch_.error && batch_.failed_item == what.item)) item.done = true;
    } catch (const Error&) {
        record(azoth::detail::with_statement(std::current_exception(), item.statement->sql), what.item, what.execution);
    }
}

void BatchRun::failed(std::size_t tag, const PGresult* result) {
    const bool first = batch_.error == nullptr;
    const std::string_view text = sql(tag);
    const auto error = error_of(result, text, operation_.stop.load(), false);
    // The id is asked for behind the statements of its segment; if that fails, the last of them is to blame for nothing, but it is there.
    const Sent what = tag < sent_.size() ? sent_[tag] : (sent_.empty() ? Sent{} : sent_.back());
    if (first) {
        const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char* const words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        const auto is = [&](const char* code, const char* part) { return state != nullptr && std::strcmp(state, code) == 0 && words != nullptr && std::strstr(words, part) != nullptr; };
        // The second: a parameter's type was dropped, an enum for example, and made anew.
        const bool result_changed = is("0A000", "cached plan") || is("XX000", "cache lookup failed for type");
        const bool unknown_name = state != nullptr && std::strcmp(state, "26000") == 0;
        if (result_changed || unknown_name) {
            stale_plan_ = true;
            link_.statements().forget(result_changed);
        }
        batch_.items[what.item].done = false;
    }
    record(error, what.item, what.execution);
}

void BatchRun::aborted(std::size_t tag) {
    if (tag < sent_.size()) batch_.items[sent_[tag].item].done = false;
}

}  // namespace azoth::postgresql::detail
