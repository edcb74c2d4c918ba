// Batch: the unit of I/O, a run of bound statements that one driver call executes.
#pragma once

#include <azoth/dialect/compiled_statement.hpp>
#include <azoth/types/value_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <vector>

namespace azoth {

/// One statement with the values of one or many executions, and what came back.
struct BatchItem {
    // --- in
    CompiledPtr statement;
    /// One row an execution, columns in placeholder order (already permuted by CompiledStatement::parameters).
    /// Statements without placeholders have no columns here and run `executions` times.
    ValueBuffer parameters;
    std::uint32_t executions = 1;
    /// The key the database generated is wanted for each execution. Where the dialect has `keys_by_returning`, the statement returns it as its
    /// first column, and `rows` come in the order of the executions; elsewhere the driver fills `generated_keys` (SQLite: last_insert_rowid).
    bool want_generated_keys = false;
    /// Each execution must match exactly this many rows, else the driver stops with `StaleDataError`; nullopt = any number.
    std::optional<std::int64_t> expected_rows_each{};

    // --- out
    ValueBuffer rows;                           ///< result rows of all executions in order; columns() = columns returned
    std::vector<std::int64_t> generated_keys;   ///< one an execution, if wanted and not returned as a column
    std::int64_t affected = -1;                 ///< rows matched by DML, summed over executions; -1 for statements that match none
    bool done = false;                          ///< every execution of this item succeeded
};

/// When an operation is to end with `StatementTimeout`; nothing = never.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;

/// Runs in order and stops at the first error. The driver fills the out-fields of the items that ran.
struct Batch {
    std::vector<BatchItem> items;
    Deadline deadline{};

    // --- out
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    std::exception_ptr error{};       ///< the first error, of the item below; items after it did not run
    std::size_t failed_item = none;
    std::size_t failed_execution = 0;  ///< which execution of that item

    void rethrow_error() const {
        if (error) std::rethrow_exception(error);
    }
};

}  // namespace azoth
