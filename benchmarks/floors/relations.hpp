// Floors: parents with their children by two queries, children with their parents by a join.
#pragma once

#include "floors/database.hpp"
#include "floors/family.hpp"

#include <cstddef>
#include <vector>

namespace benchmarks::floors {

class Relations {
public:
    Relations(Database& database, std::size_t parents);

    /// SELECT parents, then SELECT children WHERE parent_id IN (every key).
    std::vector<ParentRow> two_queries();
    /// SELECT children LEFT JOIN parents.
    Family join();

private:
    Transactions transactions_;
    Statement parents_;
    Statement children_;
    Statement join_;
};

}  // namespace benchmarks::floors
