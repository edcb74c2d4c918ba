// Floor: one item by key, blocking, without a transaction: what ours adds to this is all of its own.
#pragma once

#include "floors/postgresql/read_item.hpp"

#include <cstdint>

namespace benchmarks::floors::postgresql {

class PointGet {
public:
    explicit PointGet(Connection& connection);
    Item get(std::int64_t id);

private:
    Connection& connection_;
    Parameters parameters_{1};
};

}  // namespace benchmarks::floors::postgresql
