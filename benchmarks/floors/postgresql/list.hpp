// Floor: all items, in one vector without a transaction, or chunk by chunk from a cursor.
#pragma once

#include "floors/postgresql/read_item.hpp"

#include <cstddef>
#include <vector>

namespace benchmarks::floors::postgresql {

class List {
public:
    explicit List(Connection& connection);

    std::vector<Item> all();
    /// DECLARE CURSOR, then FETCH of `chunk` rows at a time; calls `use(item)` for every row, copied into structs.
    template <class Use>
    void chunks(std::size_t chunk, Use use) {
        open(chunk);
        std::vector<Item> items;
        items.reserve(chunk);
        do {
            fetch(items);
            for (const Item& item : items) use(item);
        } while (items.size() == chunk);
        close();
    }

private:
    void open(std::size_t chunk);
    void fetch(std::vector<Item>& items);
    void close();
    Connection& connection_;
};

}  // namespace benchmarks::floors::postgresql
