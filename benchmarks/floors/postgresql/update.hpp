// Floor: one column of many items, by key, in one transaction and one round trip: a pipeline.
#pragma once

#include "floors/postgresql/read_item.hpp"

#include <vector>

namespace benchmarks::floors::postgresql {

class Update {
public:
    explicit Update(Connection& connection);

    void quantities(const std::vector<Item>& items);

private:
    Connection& connection_;
};

}  // namespace benchmarks::floors::postgresql
