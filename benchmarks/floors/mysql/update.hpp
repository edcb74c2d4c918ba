// Floor: one column of many items, by key, in one transaction, a statement and a round trip each.
#pragma once

#include "floors/mysql/read_item.hpp"

#include <vector>

namespace benchmarks::floors::mysql {

class Update {
public:
    explicit Update(Connection& connection)
        : connection_(connection), update_(connection, "UPDATE items SET quantity = ? WHERE id = ?", {}) {}

    void quantities(const std::vector<Item>& items);

private:
    Connection& connection_;
    Statement update_;
};

}  // namespace benchmarks::floors::mysql
