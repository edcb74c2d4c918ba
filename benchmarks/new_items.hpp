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

/// In a thorough run: every object must have the key of its own row. `objects` has taken all of them.
inline void check_keys(floors::Items& table, const Sample& sample, const Sample& objects) {
    if (!sample.thorough()) return;
    Sample stored(true);
    table.take(stored);
    if (stored.sum() != objects.sum()) throw std::runtime_error("the objects do not have the keys of their rows");
}

/// In a thorough run, takes what is in the table, without the keys; then empties it.
inline void take_and_clear(floors::Items& table, Sample& sample, std::size_t expected) {
    if (sample.thorough()) {
        const std::size_t count = table.take_values(sample);
        if (count != expected) throw std::runtime_error(std::to_string(count) + " rows were inserted");
    }
    table.clear();
}

}  // namespace benchmarks
