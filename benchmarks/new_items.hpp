// Items to insert, and the table put back afterwards.
#pragma once

#include "fixture.hpp"

#include <stdexcept>
#include <vector>

namespace benchmarks {

inline std::vector<Item> new_items(std::size_t count) {
    std::vector<Item> items;
    items.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        items.push_back(Item{.name = "new item number " + std::to_string(i + 1000000),
                             .quantity = static_cast<std::int32_t>(i % 997),
                             .price = static_cast<double>(i) * 0.25});
    }
    return items;
}

/// In a thorough run, takes what is in the table; then empties it.
inline void take_and_clear(floors::Database& database, Sample& sample, std::size_t expected) {
    if (sample.thorough()) {
        std::size_t count = 0;
        floors::Statement rows(database.handle(), "SELECT id, name, quantity, price FROM items");
        for (; rows.step(); ++count) sample.take(rows.integer(0), rows.text(1), rows.small(2), rows.real(3));
        if (count != expected) throw std::runtime_error(std::to_string(count) + " rows were inserted");
    }
    database.execute("DELETE FROM items; PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace benchmarks
