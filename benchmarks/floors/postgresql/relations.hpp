// Floors: parents with their children by two queries, children with their parents by a join; without a transaction.
#pragma once

#include "floors/family.hpp"
#include "floors/postgresql/connection.hpp"

#include <cstddef>
#include <vector>

namespace benchmarks::floors::postgresql {

class Relations {
public:
    Relations(Connection& connection, std::size_t parents);

    /// SELECT parents, then SELECT children WHERE parent_id = ANY (every key).
    std::vector<ParentRow> two_queries();
    /// SELECT children LEFT JOIN parents.
    Family join();

private:
    Connection& connection_;
};

}  // namespace benchmarks::floors::postgresql
