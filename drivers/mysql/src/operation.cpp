// What each operation does on its link.
#include "operation.hpp"

#include "link.hpp"

#include <algorithm>

namespace azoth::mysql::detail {

void Operation::abandoned() noexcept {
    token.request(Stop::cancelled);
    if (const auto running = link.lock()) running->watch.wake();
}

void ExecuteOperation::fail(std::exception_ptr given) noexcept {
    if (batch.error) return;
    batch.error = std::move(given);
    const auto undone = std::find_if(batch.items.begin(), batch.items.end(), [](const BatchItem& item) { return !item.done; });
    batch.failed_item = undone == batch.items.end() ? 0 : static_cast<std::size_t>(undone - batch.items.begin());
}

bool ExecuteOperation::touches_transaction() const noexcept {
    return std::any_of(batch.items.begin(), batch.items.end(), [](const BatchItem& item) {
        return item.statement->effect == Effect::transaction || item.statement->effect == Effect::unknown;
    });
}

Task<> OpenCursorOperation::run(Database& database) { cursor = co_await database.open_cursor(std::move(item), token); }

void OpenCursorOperation::discard() noexcept {
    if (cursor) cursor->abandoned.store(true, std::memory_order_release);
}

// Rows were fetched that nobody has seen: going on after them would lose them in silence.
void FetchOperation::discard() noexcept {
    cursor->finished = false;
    cursor->open = false;
    cursor->abandoned.store(true, std::memory_order_release);
}

}  // namespace azoth::mysql::detail
