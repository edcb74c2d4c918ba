// RawResult: what a statement gave, before anybody says what types its rows have.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/engine/connection_core.hpp>
#include <azoth/engine/row_source.hpp>
#include <azoth/engine/statement_cache.hpp>
#include <azoth/sql/execution_options.hpp>
#include <azoth/sql/tape.hpp>
#include <azoth/types/value_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace azoth {
struct Table;
}

namespace azoth::detail {

struct RawResult {
    RawResult() = default;

    ValueBuffer rows;
    std::int64_t rowcount = -1;  ///< rows matched by DML
    PlanPtr plan;
    std::vector<std::int64_t> generated_keys;
};

/// One execution of a plan with the statement's own values in the order of its placeholders.
BatchItem bind_values(const PlanPtr& plan, const FlatStatement& statement);
RunOptions run_options(const ExecutionOptions& options) noexcept;

/// Renders (or finds) the statement, binds its values and runs it. Errors: those of `compile` and `ConnectionCore::run`.
awaitable<RawResult> execute(ConnectionCore& core, FlatStatement statement, ExecutionOptions options = ExecutionOptions());
/// The same at once on this thread when nothing needs to be waited for; returns false and leaves everything as it was when something does.
bool try_execute(ConnectionCore& core, const FlatStatement& statement, const ExecutionOptions& options, RawResult& result);

/// Rows with what typed results need to know of them. Entities are for sessions: there are none.
RowSource row_source(RawResult&& result);

/// Inserts `count` objects that lie `stride` bytes apart; generated keys are left to the database, as are server defaults where the
/// member holds its value-initialised value. The objects are read before this returns. `rowcount` is the number of rows.
/// `statement`: an insert without values, possibly with ON CONFLICT and RETURNING; what comes back is in the order of the objects. *Round trips*: 1 per chunk of 10,000 rows.
awaitable<RawResult> insert_many(ConnectionCore& core, const Tape& statement, const Table& table, const void* first, std::size_t count, std::size_t stride,
                                 ExecutionOptions options = ExecutionOptions());
/// The same by the database's bulk protocol, where it has one.
awaitable<RawResult> copy_many(ConnectionCore& core, const Table& table, const void* first, std::size_t count, std::size_t stride,
                               ExecutionOptions options = ExecutionOptions());

/// Writes every column but the key of `count` objects that lie `stride` bytes apart to the rows of their keys, as one batch. A version counts up and
/// must be the one given; an onupdate function gives the value of a member that holds its value-initialised one. The objects are read before
/// this returns. Errors: `StaleDataError` when a row is not there; `ArgumentError` when `statement` has clauses.
awaitable<RawResult> update_many(ConnectionCore& core, const Tape& statement, const Table& table, const void* first, std::size_t count, std::size_t stride,
                                 ExecutionOptions options = ExecutionOptions());

}  // namespace azoth::detail
