// Floor: all items, in one vector without a transaction, or chunk by chunk from a cursor.
#pragma once

#include "floors/mysql/read_item.hpp"

#include <cstddef>
#include <vector>

namespace benchmarks::floors::mysql {

class List {
public:
    explicit List(Connection& connection);

    std::vector<Item> all();
    /// A read-only cursor with a prefetch of `chunk` rows; calls `use(item)` for every row, copied into structs.
    template <class Use>
    void chunks(std::size_t chunk, Use use) {
        cursor_.use_cursor(static_cast<unsigned long>(chunk));
        cursor_.execute();
        std::vector<Item> items;
        items.reserve(chunk);
        for (bool more = true; more;) {
            more = fill(items, chunk);
            for (const Item& item : items) use(item);
        }
    }

private:
    /// False at the end.
    bool fill(std::vector<Item>& items, std::size_t chunk);
    Statement select_;
    Statement cursor_;
};

}  // namespace benchmarks::floors::mysql
