// Floors: rows copied into structs and put together by key.
#include "floors/relations.hpp"

#include <unordered_map>

namespace benchmarks::floors {

namespace {

std::string children_of(std::size_t parents) {
    std::string sql = "SELECT id, parent_id, label, value FROM children WHERE parent_id IN (?";
    for (std::size_t i = 1; i < parents; ++i) sql += ", ?";
    return sql + ")";
}

ChildRow read_child(Statement& row) {
    return ChildRow{.id = row.integer(0), .parent_id = row.integer(1), .label = row.text(2), .value = row.small(3)};
}

}  // namespace

Relations::Relations(Database& database, std::size_t parents)
    : transactions_(database),
      parents_(database.handle(), "SELECT id, name FROM parents ORDER BY id"),
      children_(database.handle(), children_of(parents)),
      join_(database.handle(),
            "SELECT c.id, c.parent_id, c.label, c.value, p.id, p.name FROM children c LEFT JOIN parents p ON p.id = "
            "c.parent_id ORDER BY c.id") {}

std::vector<ParentRow> Relations::two_queries() {
    transactions_.begin();
    std::vector<ParentRow> parents;
    std::unordered_map<std::int64_t, std::size_t> places;
    while (parents_.step()) {
        places.emplace(parents_.integer(0), parents.size());
        parents.push_back(ParentRow{.id = parents_.integer(0), .name = parents_.text(1), .children = {}});
    }
    parents_.reset();
    for (std::size_t i = 0; i < parents.size(); ++i) children_.bind(static_cast<int>(i + 1), parents[i].id);
    while (children_.step()) {
        ChildRow child = read_child(children_);
        parents[places.at(child.parent_id)].children.push_back(std::move(child));
    }
    children_.reset();
    transactions_.rollback();
    return parents;
}

Family Relations::join() {
    transactions_.begin();
    Family family;
    std::unordered_map<std::int64_t, const ParentRow*> known;
    while (join_.step()) {
        const ParentRow*& parent = known[join_.integer(4)];
        if (parent == nullptr) {
            family.parents.push_back(std::make_unique<ParentRow>());
            family.parents.back()->id = join_.integer(4);
            family.parents.back()->name = join_.text(5);
            parent = family.parents.back().get();
        }
        family.members.push_back({read_child(join_), parent});
    }
    join_.reset();
    transactions_.rollback();
    return family;
}

}  // namespace benchmarks::floors
