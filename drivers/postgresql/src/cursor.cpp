// DECLARE and FETCH: https://www.postgresql.org/docs/15/sql-declare.html
#include "cursor.hpp"

#include "perform.hpp"
#include "pipeline.hpp"
#include "read.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace azoth::postgresql::detail {

namespace {

constexpr std::size_t most_rows = 1000;
constexpr std::size_t first_rows = 50;  // until the size of a row is known
constexpr std::size_t piece_bytes = std::size_t{1} << 20;

// The one statement of a segment whose answer matters.
class Single final : public Receiver {
public:
    Single(Operation& operation, const CompiledStatement& statement) : operation_(operation), statement_(statement) {}

    void succeeded(std::size_t, const PGresult* result) override {
        if (rows == nullptr) return;
        try {
            rows->clear(static_cast<std::size_t>(PQnfields(result)));
            rows->reserve_rows(static_cast<std::size_t>(PQntuples(result)));
            const std::uint32_t expected = statement_.columns;
            if (expected != 0 && expected != rows->columns()) {
                throw ProgrammingError("the statement returns " + std::to_string(rows->columns()) + " columns, " + std::to_string(expected) + " were expected");
            }
            read_rows(result, *rows);
        } catch (const Error&) {
            error = azoth::detail::with_statement(std::current_exception(), statement_.sql);
        }
    }
    void failed(std::size_t, const PGresult* result) override { error = error_of(result, statement_.sql, operation_.stop.load(), false); }
    void aborted(std::size_t) override {}
    std::string_view sql(std::size_t) const override { return statement_.sql; }

    ValueBuffer* rows = nullptr;
    std::exception_ptr error;

private:
    Operation& operation_;
    const CompiledStatement& statement_;
};

}  // namespace

azoth::detail::Task<> OpenCursorOperation::run(Link& link) {
    const CompiledStatement& statement = *item.statement;
    if (item.executions != 1) throw InternalError("a cursor runs its statement once");
    Parameters parameters;
    parameters.set(item.parameters.columns() == 0 ? std::span<const ValueView>() : item.parameters.row(0));
    cursor.name = link.next_cursor_name();
    cursor.statement = item.statement;
    const bool held = !link.in_transaction();
    if (!held) cursor.transaction = link.transaction();
    cursor.generation = link.cursor_generation();
    // Outside a transaction the server keeps a copy of all rows until the cursor is closed.
    const std::string sql = "DECLARE " + cursor.name + (held ? " NO SCROLL CURSOR WITH HOLD FOR " : " NO SCROLL CURSOR FOR ") + statement.sql;
    Single single(*this, statement);
    Pipeline pipeline(link, *this, single);
    if (!held) {
        for (const std::string& name : link.take_cursors()) pipeline.send_ignored("CLOSE " + name);
    }
    pipeline.send(sql, nullptr, parameters, 0);
    pipeline.sync();
    co_await pipeline.drain();
    if (single.error) std::rethrow_exception(single.error);
}

azoth::detail::Task<> FetchOperation::run(Link& link) {
    rows.clear(rows.columns());
    if (cursor->finished) co_return;
    if (cursor->transaction != 0 && cursor->transaction != link.transaction()) {
        throw ResourceClosedError("the stream was closed by commit, rollback or an error of its transaction");
    }
    if (cursor->lost_rows) throw ResourceClosedError("the stream was closed: a fetch was cancelled, and its rows are lost");
    const std::size_t fit = cursor->row_bytes == 0 ? first_rows : std::max<std::size_t>(1, piece_bytes / cursor->row_bytes);
    const std::size_t count = std::min({max_rows, fit, most_rows});
    Single single(*this, *cursor->statement);
    single.rows = &rows;
    Pipeline pipeline(link, *this, single);
    Parameters none;
    none.set({});
    // Not prepared, but the format of its results is remembered with the statement's.
    const auto known = cursor->statement->id != 0 ? link.statements().get(cursor->statement->id * 2) : nullptr;
    pipeline.send_once("FETCH " + std::to_string(count) + " FROM " + cursor->name, known, none, 0);
    pipeline.sync();
    co_await pipeline.drain();
    if (single.error) std::rethrow_exception(single.error);
    if (rows.empty()) {
        cursor->finished = true;
    } else {
        cursor->row_bytes = 16 * rows.columns() + rows.byte_size() / rows.rows();
    }
}

Cursor::~Cursor() { link_->give_up_cursor(state_->name, state_->transaction, state_->generation); }

void OpenCursorOperation::discard() noexcept {
    if (const auto link = link_.lock()) link->give_up_cursor(cursor.name, cursor.transaction, cursor.generation);
}

namespace {

awaitable<ValueBuffer> run_fetch(std::shared_ptr<Link> link, std::shared_ptr<FetchOperation> operation) {
    co_await perform(std::move(link), operation);
    co_return std::move(operation->rows);
}

}  // namespace

awaitable<ValueBuffer> Cursor::fetch(std::size_t max_rows, ValueBuffer rows, Deadline deadline) {
    return run_fetch(link_, std::make_shared<FetchOperation>(link_, state_, max_rows, std::move(rows), deadline));
}

}  // namespace azoth::postgresql::detail
