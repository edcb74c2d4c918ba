// Floors: rows copied into structs and put together by key.
#include "floors/postgresql/relations.hpp"

#include "floors/postgresql/arrays.hpp"

#include <unordered_map>
#include <utility>

namespace benchmarks::floors::postgresql {

namespace {

ChildRow read_child(const Result& rows, int row) {
    return ChildRow{.id = rows.integer(row, 0), .parent_id = rows.integer(row, 1), .label = rows.text(row, 2), .value = rows.small(row, 3)};
}

}  // namespace

Relations::Relations(Connection& connection, std::size_t) : connection_(connection) {
    connection_.prepare("parents", "SELECT id, name FROM parents ORDER BY id");
    connection_.prepare("children", "SELECT id, parent_id, label, value FROM children WHERE parent_id = ANY ($1)", {Type::int8_array});
    connection_.prepare("join",
                        "SELECT c.id, c.parent_id, c.label, c.value, p.id, p.name FROM children c LEFT JOIN parents p ON p.id = c.parent_id "
                        "ORDER BY c.id");
}

std::vector<ParentRow> Relations::two_queries() {
    std::vector<ParentRow> parents;
    std::unordered_map<std::int64_t, std::size_t> places;
    const Result rows = connection_.run("parents");
    const auto count = static_cast<std::size_t>(rows.rows());
    parents.reserve(count);
    places.reserve(count);
    Array keys(Type::int8, count, 8);
    for (int i = 0; i < rows.rows(); ++i) {
        places.emplace(rows.integer(i, 0), parents.size());
        keys.add(rows.integer(i, 0));
        parents.push_back(ParentRow{.id = rows.integer(i, 0), .name = rows.text(i, 1), .children = {}});
    }
    Parameters parameters(1);
    parameters.set(0, keys.text());
    const Result children = connection_.run("children", parameters);
    for (int i = 0; i < children.rows(); ++i) {
        ChildRow child = read_child(children, i);
        parents[places.at(child.parent_id)].children.push_back(std::move(child));
    }
    return parents;
}

Family Relations::join() {
    Family family;
    std::unordered_map<std::int64_t, const ParentRow*> known;
    const Result rows = connection_.run("join");
    family.members.reserve(static_cast<std::size_t>(rows.rows()));
    for (int i = 0; i < rows.rows(); ++i) {
        const ParentRow*& parent = known[rows.integer(i, 4)];
        if (parent == nullptr) {
            family.parents.push_back(std::make_unique<ParentRow>());
            family.parents.back()->id = rows.integer(i, 4);
            family.parents.back()->name = rows.text(i, 5);
            parent = family.parents.back().get();
        }
        family.members.push_back({read_child(rows, i), parent});
    }
    return family;
}

}  // namespace benchmarks::floors::postgresql
