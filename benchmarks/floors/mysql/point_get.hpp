// Floor: one item by key, blocking, without a transaction: what ours adds to this is all of its own.
#pragma once

#include "floors/mysql/read_item.hpp"

#include <cstdint>

namespace benchmarks::floors::mysql {

class PointGet {
public:
    explicit PointGet(Connection& connection)
        : select_(connection, "SELECT id, name, quantity, price FROM items WHERE id = ?", item_columns) {}
    Item get(std::int64_t id);

private:
    Statement select_;
};

}  // namespace benchmarks::floors::mysql
