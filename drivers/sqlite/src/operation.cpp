// What each operation does on the worker.
#include "operation.hpp"

#include <algorithm>

namespace azoth::sqlite::detail {

void OpenOperation::run(Database& database) noexcept {
    try {
        database.open(settings, token);
    } catch (...) {
        error = std::current_exception();
    }
}

bool ExecuteOperation::touches_transaction() const noexcept {
    return std::any_of(batch.items.begin(), batch.items.end(), [](const BatchItem& item) {
        return item.statement->effect == Effect::transaction || item.statement->effect == Effect::unknown;
    });
}

void OpenCursorOperation::run(Database& database) noexcept {
    try {
        cursor = database.open_cursor(std::move(item), token);
    } catch (...) {
        error = std::current_exception();
    }
}

void OpenCursorOperation::discard() noexcept {
    if (cursor) cursor->abandoned.store(true, std::memory_order_release);
}

// Rows were fetched that nobody has seen: going on after them would lose them in silence.
void FetchOperation::discard() noexcept {
    cursor->finished = false;
    cursor->open = false;
    cursor->abandoned.store(true, std::memory_order_release);
}

void FetchOperation::run(Database& database) noexcept {
    try {
        database.fetch(*cursor, max_rows, rows, token);
    } catch (...) {
        error = std::current_exception();
    }
}

}  // namespace azoth::sqlite::detail
