// Many executions as one message. The server undoes an array as a whole when one of its rows fails, and does not say which: halves of it are
// then run again, in order, until the row is found.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <utility>

namespace azoth::mysql::detail {

namespace {

constexpr std::size_t largest_message = std::size_t{8} << 20;  // what is copied into one message stays bounded, whatever the server takes
constexpr std::size_t header = 4096;
constexpr std::string_view savepoint = "SAVEPOINT azoth_array";
constexpr std::string_view rollback_to_savepoint = "ROLLBACK TO SAVEPOINT azoth_array";

}  // namespace

bool Database::uses_arrays(const BatchItem& item, const Prepared& prepared) const noexcept {
    // With a savepoint in front of it an array of two saves nothing.
    const std::size_t least = item.expected_rows_each ? 3 : 2;
    const bool returns = mysql_stmt_field_count(prepared.handle.get()) != 0;
    if (!facts_.arrays || prepared.verb != Verb::change || prepared.parameters == 0 || item.parameters.rows() < least) return false;
    if (returns) return !item.expected_rows_each;
    // The server tells one generated key an array, and arithmetic on it is wrong as soon as one row brings its own.
    return !item.want_generated_keys;
}

Task<> Database::run_arrays(BatchItem& item, const Prepared& prepared, std::size_t& execution) {
    const std::size_t limit = std::min(largest_message, facts_.max_packet) - std::min(header + 2 * prepared.parameters, facts_.max_packet / 2);
    const std::size_t total = item.parameters.rows();
    while (execution < total) {
        const std::size_t first = execution;
        std::size_t bytes = 0;
        std::size_t size = 0;
        while (first + size < total) {
            bytes += message_size(item.parameters.row(first + size));
            if (bytes > limit && size != 0) break;
            ++size;
        }
        co_await run_slice(item, prepared, first, size, execution);
        execution = first + size;
    }
}

// Runs the rows [first, first + size). On an error `execution` is the row at fault, and those before it have been executed.
Task<> Database::run_slice(BatchItem& item, const Prepared& prepared, std::size_t first, std::size_t size, std::size_t& execution) {
    if (size == 1) {
        execution = first;
        co_await run_once(item, prepared, first);
        co_return;
    }
    if (co_await execute_slice(item, prepared, first, size, execution)) co_return;
    const std::size_t half = size / 2;
    co_await run_slice(item, prepared, first, half, execution);
    co_await run_slice(item, prepared, first + half, size - half, execution);
}

Task<> Database::run_singly(BatchItem& item, const Prepared& prepared, std::size_t first, std::size_t size, std::size_t& execution) {
    for (execution = first; execution < first + size; ++execution) co_await run_once(item, prepared, execution);
}

// Returns false when a row failed: then none of them was executed.
Task<bool> Database::execute_slice(BatchItem& item, const Prepared& prepared, std::size_t first, std::size_t size, std::size_t& execution) {
    MYSQL_STMT* const statement = prepared.handle.get();
    const std::string& sql = item.statement->sql;
    execution = first;
    if (!binder_.bind_rows(statement, item.parameters, first, size)) {
        Binder::no_rows(statement);
        co_await run_singly(item, prepared, first, size, execution);
        co_return true;
    }
    if (item.expected_rows_each) co_await text(savepoint);
    co_await settle();
    check_token(sql);
    bool failed = co_await wire.execute(statement) != 0;
    Binder::no_rows(statement);
    const bool returns = mysql_stmt_field_count(statement) != 0;
    if (!failed && returns) failed = co_await wire.store_result(statement) != 0;  // RETURNING: an error may come behind the first rows
    if (failed) {
        ServerError error = error_of(statement);
        if (is_stale(error.code)) throw Stale();
        if (error.code == unsupported_in_prepared) {
            co_await run_singly(item, prepared, first, size, execution);
            co_return true;
        }
        const bool final = loses_connection(error.code) || is_interruption(error.code) || error.code == 1205 ||
                           ends_transaction(error.code, facts_.rollback_on_timeout) || !wire.handle()->net.pvio;
        if (final) fail(std::move(error), sql);
        co_return false;
    }
    if (returns) co_await read_rows(statement, *item.statement, item.rows);
    const auto matched = static_cast<std::int64_t>(mysql_stmt_affected_rows(statement));
    if (item.expected_rows_each && matched != *item.expected_rows_each * static_cast<std::int64_t>(size)) {
        // The sum does not say whose row is missing.
        co_await text(rollback_to_savepoint);
        co_await run_singly(item, prepared, first, size, execution);
        co_return true;
    }
    if (matched > 0) item.affected += matched;
    co_return true;
}

}  // namespace azoth::mysql::detail
