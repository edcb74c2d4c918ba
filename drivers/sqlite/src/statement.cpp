// The statement cache and the table sets.
#include "statement.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace azoth::sqlite::detail {

void Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

void TableUse::add(std::vector<std::string>& tables, const char* name) {
    if (!name) return;
    // Called once a column: the table is nearly always the last one.
    if (std::find(tables.rbegin(), tables.rend(), name) == tables.rend()) tables.emplace_back(name);
}

std::string_view TableUse::overlap(const TableUse& writer, const TableUse& reader) noexcept {
    for (const std::string& table : writer.written) {
        if (std::find(reader.read.begin(), reader.read.end(), table) != reader.read.end()) return table;
    }
    return {};
}

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

Prepared* StatementCache::find_plain(std::string_view sql) noexcept {
    for (Plain& entry : plain_) {
        if (entry.sql == sql) return &entry.prepared;
    }
    return nullptr;
}

Prepared& StatementCache::insert_plain(std::string_view sql, Prepared prepared) {
    if (plain_.size() < plain_capacity) {
        plain_.push_back(Plain{std::string(sql), std::move(prepared)});
        return plain_.back().prepared;
    }
    Plain& replaced = plain_[oldest_plain_++ % plain_capacity];
    replaced = Plain{std::string(sql), std::move(prepared)};
    return replaced.prepared;
}

void StatementCache::clear() noexcept {
    index_.clear();
    order_.clear();
    plain_.clear();
}

}  // namespace azoth::sqlite::detail
