// Floor: all items, in one vector or chunk by chunk.
#pragma once

#include "floors/read_item.hpp"

#include <vector>

namespace benchmarks::floors {

class List {
public:
    explicit List(Database& database)
        : transactions_(database),
          select_(database.handle(), "SELECT id, name, quantity, price FROM items ORDER BY id") {}

    std::vector<Item> all();
    /// Calls `use(item)` for every row, copied into structs `chunk` rows at a time.
    template <class Use>
    void chunks(std::size_t chunk, Use use) {
        transactions_.begin();
        std::vector<Item> items;
        items.reserve(chunk);
        for (bool more = true; more;) {
            more = fill(items, chunk);
            for (const Item& item : items) use(item);
        }
        select_.reset();
        transactions_.rollback();
    }

private:
    /// False at the end, where another step would begin anew.
    bool fill(std::vector<Item>& items, std::size_t chunk);
    Transactions transactions_;
    Statement select_;
};

}  // namespace benchmarks::floors
