// The cache: lookup, making, eviction.
#include "statement.hpp"

#include <utility>

namespace azoth::postgresql::detail {

std::shared_ptr<Prepared> StatementCache::get(std::uint64_t key) {
    if (capacity_ == 0) return nullptr;
    if (!order_.empty() && order_.front().key == key) return order_.front().prepared;
    if (const auto found = index_.find(key); found != index_.end()) {
        order_.splice(order_.begin(), order_, found->second);
        return order_.front().prepared;
    }
    while (order_.size() >= capacity_) {
        Prepared& oldest = *order_.back().prepared;
        if (oldest.state != Prepared::State::absent) evicted_.push_back(oldest.name);
        index_.erase(order_.back().key);
        order_.pop_back();
    }
    auto prepared = std::make_shared<Prepared>();
    order_.push_front(Entry{key, prepared});
    index_.emplace(key, order_.begin());
    return prepared;
}

void StatementCache::forget(bool server_has_them) {
    if (!server_has_them) evicted_.clear();
    for (Entry& entry : order_) {
        Prepared& prepared = *entry.prepared;
        if (server_has_them && prepared.state != Prepared::State::absent) evicted_.push_back(prepared.name);
        prepared.state = Prepared::State::absent;
        prepared.binary = false;  // the columns may have other types now
    }
}

}  // namespace azoth::postgresql::detail
