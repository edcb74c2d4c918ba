// A selected entity: which of its columns are read, and their text.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

namespace {

bool selects(const Tree& tree, std::span<const NodeId> roots, const Table* table) {
    return std::any_of(roots.begin(), roots.end(), [&](NodeId root) {
        const Op op = tree[root].op;
        if (op == Op::item_entity) return tree[root].ref == table;
        return (op == Op::query || op == Op::compound) && selects(tree, tree.children(root), table);
    });
}

}  // namespace

// Entities of the outermost query, or of the arms of an outermost UNION. Elsewhere an entity is all of its columns.
void Compiler::list_read_columns() {
    const auto roots = tree_.roots();
    for (const NodeId root : roots) {
        if (tree_[root].op != Op::column_option) continue;
        const Column& column = *static_cast<const Column*>(tree_[root].ref);
        if (selects(tree_, roots, column.table)) continue;
        throw_argument_error("an option names " + std::string(column.table->type_name) + '.' + std::string(column.member) + ", but the query selects no " +
                             std::string(column.table->type_name) + " as an entity");
    }
    list_read_columns(roots, false);
}

// RETURNING speaks of single rows, and not every database takes a subquery there: it leaves expressions out.
void Compiler::list_read_columns(std::span<const NodeId> roots, bool returning) {
    for (const NodeId root : roots) {
        const Node& node = tree_[root];
        if (node.op == Op::query || node.op == Op::compound || node.op == Op::returning) {
            list_read_columns(tree_.children(root), node.op == Op::returning);
            continue;
        }
        if (node.op != Op::item_entity) continue;
        const Table& table = *static_cast<const Table*>(node.ref);
        if (table.plain_columns == table.columns.size()) continue;
        std::vector<bool> read(table.columns.size());
        if ((node.flags & item_listed) != 0) {
            for (const NodeId child : tree_.children(root)) read[static_cast<const Column*>(tree_[child].ref)->index] = true;
        } else {
            for (const Column& column : table.columns) read[column.index] = column.read_by_default();
            for (const NodeId option : tree_.roots()) {
                if (tree_[option].op != Op::column_option) continue;
                const Column& column = *static_cast<const Column*>(tree_[option].ref);
                if (column.table == &table) read[column.index] = tree_[option].arg != 0;
            }
        }
        auto& further = read_.emplace_back(root, std::vector<std::uint32_t>()).second;
        for (std::uint32_t i = table.plain_columns; i < table.columns.size(); ++i) {
            if (read[i] && !(returning && table.columns[i].expression != nullptr)) further.push_back(i);
        }
    }
}

std::vector<std::uint32_t> Compiler::further_columns(NodeId at) const {
    for (const auto& [node, further] : read_) {
        if (node == at) return further;
    }
    const Table& table = *static_cast<const Table*>(tree_[at].ref);
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = table.plain_columns; i < table.columns.size(); ++i) all.push_back(i);
    return all;
}

// `names` points at as many names as the entity has columns here, or nowhere.
void Compiler::entity_item(NodeId at, const std::string* names, bool widen) {
    const Table& table = *static_cast<const Table*>(tree_[at].ref);
    const FromKey from = key_of(at);
    bool first = true;
    const auto column = [&](std::uint32_t index) {
        if (!first) sql_ += ", ";
        first = false;
        const Column& described = table.columns[index];
        const std::string type = widen ? widened(described.type) : std::string();
        if (!type.empty()) sql_ += "CAST(";
        append_column({from, &described});
        if (!type.empty()) sql_ += " AS " + type + ')';
        const std::string_view natural = described.expression == nullptr ? std::string_view(described.name) : std::string_view();
        append_alias(natural, names == nullptr ? std::string_view(described.name) : std::string_view(*names++));
    };
    for (std::uint32_t i = 0; i < table.plain_columns; ++i) column(i);
    for (const std::uint32_t index : further_columns(at)) column(index);
}

}  // namespace azoth::detail
