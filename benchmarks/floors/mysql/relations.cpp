// Floors: rows copied into structs and put together by key.
#include "floors/mysql/relations.hpp"

#include <string>
#include <unordered_map>
#include <utility>

namespace benchmarks::floors::mysql {

namespace {

std::string children_of(std::size_t parents) {
    std::string sql = "SELECT id, parent_id, label, value FROM children WHERE parent_id IN (?";
    for (std::size_t i = 1; i < parents; ++i) sql += ", ?";
    return sql + ")";
}

ChildRow read_child(const Statement& row) {
    return ChildRow{.id = row.integer(0), .parent_id = row.integer(1), .label = row.text(2), .value = row.small(3)};
}

}  // namespace

Relations::Relations(Connection& connection, std::size_t parents)
    : parents_(connection, "SELECT id, name FROM parents ORDER BY id", {Column::integer, Column::text}),
      children_(connection, children_of(parents), {Column::integer, Column::integer, Column::text, Column::small}),
      join_(connection,
            "SELECT c.id, c.parent_id, c.label, c.value, p.id, p.name FROM children c LEFT JOIN parents p ON p.id = c.parent_id ORDER BY c.id",
            {Column::integer, Column::integer, Column::text, Column::small, Column::integer, Column::text}) {}

std::vector<ParentRow> Relations::two_queries() {
    std::vector<ParentRow> parents;
    std::unordered_map<std::int64_t, std::size_t> places;
    for (parents_.execute(); parents_.fetch();) {
        places.emplace(parents_.integer(0), parents.size());
        parents.push_back(ParentRow{.id = parents_.integer(0), .name = parents_.text(1), .children = {}});
    }
    for (std::size_t i = 0; i < parents.size(); ++i) children_.bind(i, parents[i].id);
    for (children_.execute(); children_.fetch();) {
        ChildRow child = read_child(children_);
        parents[places.at(child.parent_id)].children.push_back(std::move(child));
    }
    return parents;
}

Family Relations::join() {
    Family family;
    std::unordered_map<std::int64_t, const ParentRow*> known;
    for (join_.execute(); join_.fetch();) {
        const ParentRow*& parent = known[join_.integer(4)];
        if (parent == nullptr) {
            family.parents.push_back(std::make_unique<ParentRow>());
            family.parents.back()->id = join_.integer(4);
            family.parents.back()->name = join_.text(5);
            parent = family.parents.back().get();
        }
        family.members.push_back({read_child(join_), parent});
    }
    return family;
}

}  // namespace benchmarks::floors::mysql
