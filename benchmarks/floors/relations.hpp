// Floors: parents with their children by two queries, children with their parents by a join.
#pragma once

#include "floors/database.hpp"

#include <memory>
#include <string>
#include <vector>

namespace benchmarks::floors {

/// The columns of benchmarks::Child.
struct ChildRow {
    std::int64_t id{};
    std::int64_t parent_id{};
    std::string label{};
    std::int32_t value{};
};

/// The columns of benchmarks::Parent.
struct ParentRow {
    std::int64_t id{};
    std::string name{};
    std::vector<ChildRow> children{};
};

/// What a joined query gives: children, each pointing to its parent, which is there once.
struct Family {
    struct Member {
        ChildRow child;
        const ParentRow* parent;
    };
    std::vector<Member> members;
    std::vector<std::unique_ptr<ParentRow>> parents;
};

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
