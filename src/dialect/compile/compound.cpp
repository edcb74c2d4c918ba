// UNION, INTERSECT, EXCEPT: their arms and the order of the whole.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

namespace azoth::detail {

namespace {

std::string_view keyword(CompoundKind kind) {
    switch (kind) {
        case CompoundKind::union_: return " UNION ";
        case CompoundKind::union_all: return " UNION ALL ";
        case CompoundKind::intersect: return " INTERSECT ";
        case CompoundKind::intersect_all: return " INTERSECT ALL ";
        case CompoundKind::except: return " EXCEPT ";
        case CompoundKind::except_all: return " EXCEPT ALL ";
    }
    return {};
}

}  // namespace

void Compiler::compound(const Clauses& parts, const Scope* parent, const std::vector<std::string>* names, bool top) {
    const auto kind = static_cast<CompoundKind>(tree_[parts.compound].arg);
    const auto arms = tree_.children(parts.compound);
    if (!parts.where.empty() || !parts.joins.empty() || !parts.group_by.empty() || !parts.having.empty()) {
        throw_argument_error("where(), join() and group_by() belong to the arms of a set operation: make a subquery() of it to filter it");
    }
    if (parts.for_update != no_node) throw_argument_error("a set operation cannot lock rows: with_for_update() belongs to a plain select");
    if (!features_.intersect_all && (kind == CompoundKind::intersect_all || kind == CompoundKind::except_all)) unsupported(keyword(kind).substr(1, keyword(kind).size() - 2));
    arm(arms[0], parent, names, top, kind, true);
    sql_ += keyword(kind);
    arm(arms[1], parent, nullptr, false, kind, false);

    if (!parts.order_by.empty()) {
        std::vector<NodeId> storage;
        const Saved<std::span<const NodeId>> items(current_items_, leading_items(arms[0], storage));
        sql_ += " ORDER BY ";
        for (std::size_t i = 0; i < parts.order_by.size(); ++i) {
            const Node& order = tree_[parts.order_by[i]];
            const NodeId key = order.op == Op::order ? tree_.children(parts.order_by[i])[0] : parts.order_by[i];
            const std::uint32_t item_index = selected_item(key);
            if (item_index == current_items_.size()) {
                throw_argument_error("ORDER BY of a set operation takes labels and selected columns of its first arm");
            }
            const auto flags = order.op == Op::order ? order.flags : std::uint8_t{0};
            if ((flags & (order_nulls_first | order_nulls_last)) != 0 && !features_.nulls_order) unsupported("NULLS FIRST or LAST for a set operation");
            if (i != 0) sql_ += ", ";
            sql_ += std::to_string(position_of(item_index));
            if ((flags & order_desc) != 0) sql_ += " DESC";
            if ((flags & order_nulls_first) != 0) sql_ += " NULLS FIRST";
            if ((flags & order_nulls_last) != 0) sql_ += " NULLS LAST";
        }
    }
    limit(parts);
}

// Number of the current item that a sort key means; their number when it is none of them.
std::uint32_t Compiler::selected_item(NodeId key) const {
    const Node& wanted = tree_[key];
    if (wanted.op == Op::ordinal) {
        (void)item_of(key);
        return wanted.arg;
    }
    std::uint32_t index = 0;
    for (; index < current_items_.size() && (wanted.op == Op::column || wanted.op == Op::source_column); ++index) {
        if (tree_[current_items_[index]].op != Op::item) continue;
        const Node& selected = tree_[tree_.children(current_items_[index])[0]];
        if (selected.op == wanted.op && selected.ref == wanted.ref && selected.source == wanted.source && selected.arg == wanted.arg) return index;
    }
    return static_cast<std::uint32_t>(current_items_.size());
}

std::span<const NodeId> Compiler::leading_items(NodeId at, std::vector<NodeId>& storage) const {
    const Clauses parts = clauses(tree_.children(at));
    if (parts.compound != no_node) return leading_items(tree_.children(parts.compound)[0], storage);
    storage = parts.items;
    return storage;
}

void Compiler::arm(NodeId at, const Scope* parent, const std::vector<std::string>* names, bool top, CompoundKind kind, bool left) {
    const Clauses parts = clauses(tree_.children(at));
    bool own = !parts.order_by.empty() || parts.limit != no_node || parts.offset != no_node || parts.for_update != no_node;
    if (parts.compound != no_node) {
        // Set operations read from left to right, but for INTERSECT on most databases.
        const bool same = static_cast<CompoundKind>(tree_[parts.compound].arg) == kind;
        own = own || !left || (features_.intersect_first && !same);
    }
    if (own) sql_ += features_.arm_parentheses ? "(" : "SELECT * FROM (";
    query_body(tree_.children(at), parent, names, top);
    if (own) sql_ += ')';
}

}  // namespace azoth::detail
