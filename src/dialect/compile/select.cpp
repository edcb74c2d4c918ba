// SELECT: its clauses, selected items and what an ordinal means.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <utility>

namespace azoth::detail {

Clauses Compiler::clauses(std::span<const NodeId> roots) const {
    Clauses parts;
    for (const NodeId root : roots) {
        const auto operands = tree_.children(root);
        switch (tree_[root].op) {
            case Op::item:
            case Op::item_entity: parts.items.push_back(root); break;
            case Op::select_from: parts.from.insert(parts.from.end(), operands.begin(), operands.end()); break;
            case Op::join:
            case Op::join_relationship: parts.joins.push_back(root); break;
            case Op::where: parts.where.insert(parts.where.end(), operands.begin(), operands.end()); break;
            case Op::group_by: parts.group_by.insert(parts.group_by.end(), operands.begin(), operands.end()); break;
            case Op::having: parts.having.insert(parts.having.end(), operands.begin(), operands.end()); break;
            case Op::order_by:
                if (operands.empty()) parts.order_by.clear();
                parts.order_by.insert(parts.order_by.end(), operands.begin(), operands.end());
                break;
            case Op::limit: parts.limit = root; break;
            case Op::offset: parts.offset = root; break;
            case Op::distinct: parts.distinct = root; break;
            case Op::for_update: parts.for_update = root; break;
            case Op::compound: parts.compound = root; break;
            case Op::load_option:
            case Op::column_option:
            case Op::criteria:
            case Op::statement_flag: break;
            default: throw_argument_error("a SELECT holds something that is not a clause of a SELECT");
        }
    }
    return parts;
}

void Compiler::query(NodeId at, const Scope* parent, const std::vector<std::string>* names) {
    if (tree_[at].op != Op::query) throw_internal_error("an SQL expression stands where a query is expected");
    query_body(tree_.children(at), parent, names, false);
}

void Compiler::subquery(NodeId at) {
    sql_ += '(';
    query(at, scope_);
    sql_ += ')';
}

void Compiler::query_body(std::span<const NodeId> roots, const Scope* parent, const std::vector<std::string>* names, bool top) {
    if (roots.size() == 1 && tree_[roots[0]].op == Op::query) roots = tree_.children(roots[0]);
    const Clauses parts = clauses(roots);
    if (parts.compound != no_node) {
        compound(parts, parent, names, top);
    } else {
        select(parts, parent, names, top);
    }
}

void Compiler::select(const Clauses& parts, const Scope* parent, const std::vector<std::string>* names, bool top) {
    if (parts.items.empty()) throw_argument_error("a SELECT selects nothing");
    Scope scope;
    scope.parent = parent;
    build_from(parts, scope);
    check_connected(scope, parts.where);
    apply_nullability(scope, parts.where);
    for (const NodeId item_node : parts.items) check_item(item_node, scope);

    const Saved<const Scope*> in_scope(scope_, &scope);
    const Saved<std::span<const NodeId>> items(current_items_, parts.items);
    const Saved<bool> qualified(qualify_, true);
    sql_ += "SELECT ";
    if (parts.distinct != no_node) {
        sql_ += "DISTINCT ";
        if (tree_[parts.distinct].children != 0) {
            if (!features_.distinct_on) unsupported("SELECT DISTINCT ON", "group_by() or a row_number() window does the same");
            sql_ += "ON (";
            list(tree_.children(parts.distinct));
            sql_ += ") ";
        }
    }
    select_items(parts.items, names, top, std::exchange(widen_items_, false));
    from_clause(scope, 0, " FROM ");
    where_with(parts.where, criteria_for_where(scope, top));
    if (!parts.group_by.empty()) {
        sql_ += " GROUP BY ";
        for (std::size_t i = 0; i < parts.group_by.size(); ++i) {
            if (i != 0) sql_ += ", ";
            ordinal_or(parts.group_by[i], true);
        }
    }
    where(parts.having, " HAVING ");
    order_by(parts);
    limit(parts);
    lock(parts);
}

void Compiler::select_items(std::span<const NodeId> items, const std::vector<std::string>* names, bool top, bool widen) {
    std::uint32_t at = 0;
    for (const NodeId node : items) {
        const std::uint32_t columns = width(node);
        if (names != nullptr && at + columns > names->size()) throw_internal_error("a subquery selects more columns than it is said to have");
        if (at != 0) sql_ += ", ";
        item(node, names == nullptr ? nullptr : names->data() + at, widen);
        if (top) {
            ResultItem out;
            out.first_column = at;
            out.column_count = columns;
            if (tree_[node].op == Op::item_entity) {
                out.entity = true;
                out.table = static_cast<const Table*>(tree_[node].ref);
                out.source = tree_[node].source;
                out.further = further_columns(node);
            } else {
                const auto label = tree_.text(node);
                out.label = label.empty() ? column_label(tree_.children(node)[0]) : std::string(label);
            }
            result_.items.push_back(std::move(out));
        }
        at += columns;
    }
    if (top) columns_ = at;
}

// PostgreSQL wants the anchor of a recursive CTE to have the type of both arms together: text where one of them computes from VARCHAR(50),
// NUMERIC where one adds to NUMERIC(10, 2). MySQL gives all rows the anchor's length, and refuses a longer text.
std::string Compiler::widened(const SqlType& type) const {
    constexpr std::uint32_t longest_char = 16383;
    if (features_.anchor == DialectFeatures::Anchor::long_text) {
        return type.kind == TypeKind::string && !type.array ? dialect_.cast_type({type.kind, longest_char}) : std::string();
    }
    const bool bounded = type.kind == TypeKind::string || type.kind == TypeKind::decimal;
    SqlType widest{type.kind};
    widest.array = type.array;
    return bounded ? dialect_.cast_type(widest) : std::string();
}

// A function's own type may be narrower or wider than what its result is to azoth: length() is an int4, sum() of bigint a numeric.
std::string Compiler::widened(NodeId at) const {
    const SqlType type = type_of(at);
    if (features_.anchor == DialectFeatures::Anchor::long_text) return widened(type);
    if (is_value(at)) return {};
    const Op op = tree_[at].op;
    const bool computed = op == Op::func || op == Op::filter || op == Op::over || op == Op::scalar_query;
    if (computed && (type.kind == TypeKind::bigint || type.kind == TypeKind::double_)) return dialect_.cast_type({type.kind});
    return widened(type);
}

// `name` points at as many names as the item has columns, or nowhere when the item names itself.
void Compiler::item(NodeId at, const std::string* name, bool widen) {
    if (tree_[at].op == Op::item_entity) return entity_item(at, name, widen);
    const NodeId inner = tree_.children(at)[0];
    const auto scale = noisy_scale(inner);
    const std::string type = widen ? widened(inner) : std::string();
    if (!type.empty()) sql_ += "CAST(";
    if (scale) sql_ += "round(";
    expression(inner, Rank::any, BindAs::alone);
    if (scale) sql_ += ", " + std::to_string(*scale) + ")";
    if (!type.empty()) sql_ += " AS " + type + ')';
    append_alias(column_label(inner), name != nullptr ? std::string_view(*name) : tree_.text(at));
}

void Compiler::where(std::span<const NodeId> predicates, std::string_view keyword) {
    std::vector<NodeId> open;
    for (const NodeId node : predicates) {
        if (tree_.truth(node) == Truth::no) {
            sql_ += keyword;
            truth(false);
            return;
        }
        if (tree_.truth(node) == Truth::open) open.push_back(node);
    }
    if (open.empty()) return;
    sql_ += keyword;
    side_by_side(open, Op::and_);
}

std::uint32_t Compiler::width(NodeId at) const {
    if (tree_[at].op != Op::item_entity) return 1;
    return static_cast<const Table*>(tree_[at].ref)->plain_columns + static_cast<std::uint32_t>(further_columns(at).size());
}

NodeId Compiler::item_of(NodeId ordinal) const {
    const auto index = tree_[ordinal].arg;
    if (index >= current_items_.size()) throw_internal_error("an ordinal of a statement's tape counts past the selected items");
    if (tree_[current_items_[index]].op != Op::item) {
        throw_argument_error("ORDER BY and GROUP BY cannot take a whole entity; name its columns");
    }
    return current_items_[index];
}

std::uint32_t Compiler::position_of(std::uint32_t index) const {
    std::uint32_t position = 1;
    for (std::uint32_t i = 0; i < index; ++i) position += width(current_items_[i]);
    return position;
}

}  // namespace azoth::detail
