// fill_defaults: assignments added behind those of the user, with their values behind the values of the main statement.
#include <sql/defaults.hpp>

#include <schema/spare_object.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

namespace azoth::detail {

namespace {

/// Which columns the statement assigns to itself; nothing where its values come from elsewhere (rows, a query).
std::optional<std::vector<const void*>> assigned_columns(const FlatStatement& statement) {
    std::vector<const void*> columns;
    for (std::uint32_t end = statement.main_size; end > 0; end -= statement.nodes[end - 1].size) {
        const Node& root = statement.nodes[end - 1];
        if (root.op == Op::set) columns.push_back(root.ref);
        if (root.op == Op::insert_columns || root.op == Op::values_row) return std::nullopt;
    }
    return columns;
}

/// As Tape::bind is told of a member's type: nothing for the widest of its kind.
const SqlType* narrow_type(const Column& column) {
    const TypeKind kind = column.type.kind;
    const bool narrow = kind == TypeKind::smallint || kind == TypeKind::integer || kind == TypeKind::real;
    return narrow || column.type.array ? &column.type : nullptr;
}

}  // namespace

void fill_defaults(FlatStatement& statement) {
    if (statement.main_size == 0) return;
    const Node& first = statement.nodes.front();
    const bool insert = first.op == Op::insert_into;
    if (!insert && first.op != Op::update_table) return;
    const Table& table = *static_cast<const Table*>(first.ref);
    const auto function = [&](const Column& column) { return insert ? column.default_factory : column.onupdate; };
    if (std::none_of(table.columns.begin(), table.columns.end(), function)) return;
    const auto assigned = assigned_columns(statement);
    if (!assigned || (!insert && assigned->empty())) return;  // an UPDATE that sets nothing is refused later

    Tape added;
    std::optional<SpareObject> spare;
    for (const Column& column : table.columns) {
        if (function(column) == nullptr || std::find(assigned->begin(), assigned->end(), &column) != assigned->end()) continue;
        if (!spare) spare.emplace(table.entity);
        Value value;
        column.ops->encode(spare->made(column, function(column)), value);
        if (value.is_null()) {
            added.leaf(Op::null_literal);
        } else {
            added.bind(std::move(value), narrow_type(column));
        }
        added.close(Op::set, 1, &column);
    }
    const auto main = statement.nodes.begin() + statement.main_size;
    const auto binds = std::count_if(statement.nodes.begin(), main, [](const Node& node) { return node.op == Op::bind; });
    statement.nodes.insert(main, added.nodes().begin(), added.nodes().end());
    statement.values.insert(statement.values.begin() + binds, added.values().begin(), added.values().end());
    statement.main_size += static_cast<std::uint32_t>(added.nodes().size());
}

}  // namespace azoth::detail
