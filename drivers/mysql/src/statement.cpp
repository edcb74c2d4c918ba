// The statement cache.
#include "statement.hpp"

#include <utility>

namespace azoth::mysql::detail {

Prepared* StatementCache::find(std::uint64_t id) noexcept {
    if (!order_.empty() && order_.front().id == id) return &order_.front().prepared;
    const auto found = index_.find(id);
    if (found == index_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return &order_.front().prepared;
}

Prepared& StatementCache::insert(std::uint64_t id, Prepared prepared) {
    while (order_.size() >= capacity_ && !order_.empty()) {
        index_.erase(order_.back().id);
        order_.pop_back();
    }
    order_.push_front(Entry{id, std::move(prepared)});
    try {
        index_.emplace(id, order_.begin());
    } catch (...) {
        order_.pop_front();
        throw;
    }
    return order_.front().prepared;
}

void StatementCache::erase(std::uint64_t id) noexcept {
    const auto found = index_.find(id);
    if (found == index_.end()) return;
    order_.erase(found->second);
    index_.erase(found);
}

void StatementCache::clear() noexcept {
    index_.clear();
    order_.clear();
}

}  // namespace azoth::mysql::detail
