// Floor: one column of many items, by key, in one transaction.
#pragma once

#include "floors/read_item.hpp"

#include <vector>

namespace benchmarks::floors {

class Update {
public:
    explicit Update(Database& database)
        : transactions_(database), update_(database.handle(), "UPDATE items SET quantity = ? WHERE id = ?") {}

    void quantities(const std::vector<Item>& items);

private:
    Transactions transactions_;
    Statement update_;
};

}  // namespace benchmarks::floors
