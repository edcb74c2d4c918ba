// What an outer join can make NULL, and the refusal to read it into a type that cannot hold NULL.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>
#include <array>

namespace azoth::detail {

namespace {

std::string_view join_name(std::uint8_t kind) {
    return kind == join_left ? "LEFT OUTER JOIN" : kind == join_right ? "RIGHT OUTER JOIN" : "FULL OUTER JOIN";
}

bool counts(std::string_view name) {
    constexpr std::array<std::string_view, 7> names{"count", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

// FROM elements whose NULLs make the expression NULL.
void Compiler::strict(NodeId at, std::vector<FromKey>& out) const {
    switch (tree_[at].op) {
        case Op::column:
            if (static_cast<const Column*>(tree_[at].ref)->expression != nullptr) return;
            [[fallthrough]];
        case Op::source_column: out.push_back(key_of(at)); return;
        case Op::add:
        case Op::sub:
        case Op::mul:
        case Op::div:
        case Op::mod:
        case Op::neg:
        case Op::cast:
        case Op::collate:
            for (const NodeId operand : tree_.children(at)) strict(operand, out);
            return;
        default: return;
    }
}

// FROM elements of which no row that is all NULL passes the predicate.
void Compiler::rejected_nulls(NodeId at, std::vector<FromKey>& out) const {
    const auto [node, negate] = simplified(at);
    if (tree_.truth(node) != Truth::open) return;
    const auto operands = tree_.children(node);
    switch (tree_[node].op) {
        case Op::and_:
            if (negate) return;
            for (const NodeId operand : operands) rejected_nulls(operand, out);
            return;
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge:
        case Op::like: strict(operands[0], out), strict(operands[1], out); return;
        case Op::between:
        case Op::in_query:
        case Op::in_list: strict(operands[0], out); return;
        case Op::is_not_null:
            if (!negate) strict(operands[0], out);
            return;
        case Op::is_null:
            if (negate) strict(operands[0], out);
            return;
        case Op::column: strict(node, out); return;
        default: return;
    }
}

void Compiler::apply_nullability(Scope& scope, std::span<const NodeId> where_predicates) const {
    const auto mark = [&](const FromKey& key, const JoinStep& step) {
        if (FromElement* element = scope.find(key); element != nullptr && !element->nullable) {
            element->nullable = true;
            element->reason = std::string(join_name(step.kind)) + ' ' + describe(step.target);
        }
    };
    const auto clear = [&](const std::vector<FromKey>& keys) {
        for (const auto& key : keys) {
            if (FromElement* element = scope.find(key)) element->nullable = false;
        }
    };
    for (const auto& tree : scope.trees) {
        std::vector<FromKey> before{tree.root};
        for (const auto& step : tree.joins) {
            if (step.kind == join_right || step.kind == join_full) {
                for (const auto& key : before) mark(key, step);
            }
            if (step.kind == join_left || step.kind == join_full) mark(step.target, step);
            if (step.kind == join_inner || step.kind == join_right) {
                // What an inner join compares is there in every row that comes out. The condition of a right join keeps nothing.
                std::vector<FromKey> keys;
                if (step.kind == join_inner) {
                    for (const auto& [left, right] : step.equal) keys.push_back(left.from), keys.push_back(right.from);
                    if (step.on != no_node) rejected_nulls(step.on, keys);
                }
                clear(keys);
            }
            before.push_back(step.target);
        }
    }
    std::vector<FromKey> keys;
    for (const NodeId predicate_node : where_predicates) rejected_nulls(predicate_node, keys);
    clear(keys);
}

bool Compiler::never_null(NodeId at, const Scope& scope) const {
    const Node& node = tree_[at];
    switch (node.op) {
        case Op::bind: return static_cast<ValueKind>(node.arg) != ValueKind::null;
        case Op::true_literal:
        case Op::false_literal:
        case Op::exists:
        case Op::is_null:
        case Op::is_not_null:
        case Op::is_distinct:
        case Op::is_not_distinct: return true;
        case Op::column: {
            const FromElement* element = scope.find(key_of(at));
            return !static_cast<const Column*>(node.ref)->nullable && element != nullptr && !element->nullable;
        }
        case Op::cast:
        case Op::collate:
        case Op::neg: return never_null(tree_.children(at)[0], scope);
        case Op::over:
        case Op::filter: return tree_[tree_.children(at)[0]].op == Op::func && counts(tree_.text(tree_.children(at)[0]));
        case Op::func: {
            if (counts(tree_.text(at))) return true;
            if (tree_.text(at) != "coalesce" && tree_.text(at) != "ifnull") return false;
            const auto operands = tree_.children(at);
            return std::any_of(operands.begin(), operands.end(), [&](NodeId operand) { return never_null(operand, scope); });
        }
        default: return false;
    }
}

// The column by which an outer join can make the expression NULL, or no_node.
NodeId Compiler::made_nullable(NodeId at, const Scope& scope) const {
    const Node& node = tree_[at];
    auto operands = tree_.children(at);
    switch (node.op) {
        case Op::column:
        case Op::source_column: {
            const FromElement* element = scope.find(key_of(at));
            return element != nullptr && element->nullable ? at : no_node;
        }
        case Op::exists:
        case Op::is_null:
        case Op::is_not_null:
        case Op::is_distinct:
        case Op::is_not_distinct:
        case Op::scalar_query:  // optional by its C++ type
        case Op::query: return no_node;
        case Op::func:
            if (never_null(at, scope)) return no_node;
            break;
        case Op::over:
        case Op::filter:
            if (never_null(at, scope)) return no_node;
            operands = operands.first(1);
            break;
        case Op::case_: {
            // Its value is one of the values; the conditions only choose.
            const bool otherwise = (node.flags & 1) != 0;
            for (std::size_t i = 0; i < operands.size(); ++i) {
                const bool last = otherwise && i + 1 == operands.size();
                const NodeId found = made_nullable(last ? operands[i] : tree_.children(operands[i])[1], scope);
                if (found != no_node) return found;
            }
            return no_node;
        }
        default: break;
    }
    for (const NodeId operand : operands) {
        if (const NodeId found = made_nullable(operand, scope); found != no_node) return found;
    }
    return no_node;
}

void Compiler::check_item(NodeId item_node, const Scope& scope) const {
    if ((tree_[item_node].flags & item_not_null) == 0) return;
    if (tree_[item_node].op == Op::item_entity) {
        const FromElement* element = scope.find(key_of(item_node));
        if (element == nullptr || !element->nullable) return;
        throw_argument_error(describe(element->key) + " can be NULL as a whole because of " + element->reason + ": it cannot be read as a plain value here");
    }
    const NodeId inner = tree_.children(item_node)[0];
    const NodeId column_node = made_nullable(inner, scope);
    if (column_node == no_node) return;
    const FromElement& element = *scope.find(key_of(column_node));
    std::string message = describe(element.key) + '.' + column_label(column_node) + " can be NULL because of " + element.reason;
    message += inner == column_node ? ": select nullable(...) of it" : ": select nullable(...) of the expression that uses it";
    throw_argument_error(std::move(message));
}

}  // namespace azoth::detail
