// What the floors of relationships read rows into.
#pragma once

#include <cstdint>
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

}  // namespace benchmarks::floors
