// Expressions: which parentheses are needed, and the operators.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

// Takes NOT off as far as an operator can carry it, and junctions of one operand.
std::pair<NodeId, bool> Compiler::simplified(NodeId at) const {
    bool negate = false;
    for (;;) {
        if (tree_.truth(at) != Truth::open) return {at, negate};
        const Op op = tree_[at].op;
        if (op == Op::not_) {
            negate = !negate;
            at = tree_.children(at)[0];
            continue;
        }
        if (op != Op::and_ && op != Op::or_) return {at, negate};
        NodeId only = no_node;
        for (const NodeId child : tree_.children(at)) {
            if (tree_.truth(child) != Truth::open) continue;  // neutral, or the junction's own truth would be known
            if (only != no_node) return {at, negate};
            only = child;
        }
        at = only;
    }
}

Rank Compiler::rank_of(NodeId at, bool negate) const {
    if (tree_.truth(at) != Truth::open) return Rank::atom;
    const Node& node = tree_[at];
    switch (node.op) {
        case Op::or_: return negate ? Rank::not_ : Rank::or_;
        case Op::and_: return negate ? Rank::not_ : Rank::and_;
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge:
        case Op::is_null:
        case Op::is_not_null:
        case Op::like:
        case Op::between:
        case Op::in_list:
        case Op::in_query: return Rank::comparison;
        case Op::is_distinct:
        case Op::is_not_distinct: {
            const bool distinct = (node.op == Op::is_distinct) != negate;
            return distinct && features_.distinctness == DialectFeatures::Distinctness::spaceship ? Rank::not_ : Rank::comparison;
        }
        case Op::exists: return ((node.flags & negated) != 0) != negate ? Rank::not_ : Rank::atom;
        default: break;
    }
    if (negate) return Rank::not_;
    switch (node.op) {
        case Op::concat: return features_.concat_function ? Rank::atom : Rank::other;
        case Op::custom_op:
        case Op::bit_and:
        case Op::bit_or:
        case Op::shift_left:
        case Op::shift_right: return Rank::other;
        case Op::json_path: 
            return features_.json == DialectFeatures::Json::functions || features_.json == DialectFeatures::Json::text_functions ? Rank::atom : Rank::other;
        case Op::bit_xor: return features_.bit_xor == DialectFeatures::BitXor::none ? Rank::sum : Rank::other;
        case Op::add:
        case Op::sub: return Rank::sum;
        case Op::mul:
        case Op::div:
        case Op::mod: return Rank::product;
        case Op::neg:
        case Op::bit_not: return Rank::unary;
        case Op::collate: return Rank::collate;
        default: return Rank::atom;
    }
}

void Compiler::expression(NodeId at, Rank at_least, BindAs bind) {
    const auto [node, negate] = simplified(at);
    const bool parentheses = rank_of(node, negate) < at_least;
    if (parentheses) sql_ += '(';
    render(node, negate, bind);
    if (parentheses) sql_ += ')';
}

void Compiler::list(std::span<const NodeId> nodes, BindAs bind) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (i != 0) sql_ += ", ";
        expression(nodes[i], Rank::any, bind);
    }
}

void Compiler::binary(NodeId at, std::string_view op, Rank left, Rank right, BindAs bind) {
    const auto operands = tree_.children(at);
    expression(operands[0], left, bind);
    sql_ += ' ';
    sql_ += op;
    sql_ += ' ';
    expression(operands[1], right, bind);
}

void Compiler::render(NodeId at, bool negate, BindAs bind) {
    if (tree_.truth(at) != Truth::open) {
        truth((tree_.truth(at) == Truth::yes) != negate);
        return;
    }
    const Node& node = tree_[at];
    switch (node.op) {
        case Op::eq:
        case Op::ne:
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge:
        case Op::is_distinct:
        case Op::is_not_distinct:
        case Op::is_null:
        case Op::is_not_null:
        case Op::like:
        case Op::between:
        case Op::in_list:
        case Op::in_query:
        case Op::exists: predicate(at, negate); return;
        default: break;
    }
    if (negate) {
        sql_ += "NOT ";
        expression(at, Rank::unary, bind);
        return;
    }
    switch (node.op) {
        case Op::bind: placeholder(at, bind); return;
        case Op::null_literal: sql_ += "NULL"; return;
        case Op::star: sql_ += '*'; return;
        case Op::column:
        case Op::source_column:
        case Op::excluded_column: column(at); return;
        case Op::ordinal: expression(tree_.children(item_of(at))[0], Rank::atom); return;
        case Op::raw: sql_ += tree_.text(at); return;
        case Op::and_:
        case Op::or_: junction(at); return;
        case Op::add:
        case Op::sub:
        case Op::mul:
        case Op::div:
        case Op::mod: arithmetic(at); return;
        case Op::neg:
            // Two minus signs side by side would begin a comment.
            sql_ += '-';
            expression(tree_.children(at)[0], Rank::collate, BindAs::alone);
            return;
        case Op::bit_not:
            sql_ += '~';
            expression(tree_.children(at)[0], Rank::collate, BindAs::alone);
            return;
        case Op::concat: concat(at); return;
        case Op::bit_and: binary(at, "&", Rank::unary, Rank::unary); return;
        case Op::bit_or: binary(at, "|", Rank::unary, Rank::unary); return;
        case Op::bit_xor: bit_xor(at); return;
        case Op::shift_left: binary(at, "<<", Rank::unary, Rank::unary); return;
        case Op::shift_right: binary(at, ">>", Rank::unary, Rank::unary); return;
        case Op::custom_op: custom_operator(at); return;
        case Op::tuple:
            sql_ += '(';
            list(tree_.children(at), bind);
            sql_ += ')';
            return;
        case Op::collate:
            expression(tree_.children(at)[0], Rank::collate, BindAs::alone);
            sql_ += " COLLATE ";
            dialect_.append_identifier(sql_, tree_.text(at));
            return;
        case Op::cast: cast(at); return;
        case Op::case_: case_when(at, bind); return;
        case Op::func: function(at); return;
        case Op::filter: filter(at); return;
        case Op::over: over(at); return;
        case Op::extract: extract(at); return;
        case Op::json_path: json_path(at); return;
        case Op::scalar_query: subquery(tree_.children(at)[0]); return;
        case Op::any_query:
            if (tree_[tree_.children(at)[0]].op != Op::query) {
                if (!features_.arrays) unsupported("ANY or ALL over an array", "use in_()");
                sql_ += (node.flags & negated) != 0 ? "ALL (" : "ANY (";
                expression(tree_.children(at)[0], Rank::any, BindAs::alone);
                sql_ += ')';
                return;
            }
            if (!features_.quantified) unsupported("ANY or ALL over a query", "use in_(), exists() or an aggregate");
            sql_ += (node.flags & negated) != 0 ? "ALL " : "ANY ";
            subquery(tree_.children(at)[0]);
            return;
        case Op::query: subquery(at); return;
        default: throw_internal_error("a clause stands where an SQL expression is expected");
    }
}

void Compiler::truth(bool value) {
    if (features_.native_boolean) {
        sql_ += value ? "true" : "false";
    } else {
        sql_ += value ? '1' : '0';
    }
}

void Compiler::junction(NodeId at) {
    std::vector<NodeId> operands;
    junction_operands(at, tree_[at].op, operands);
    side_by_side(operands, tree_[at].op);
}

// and_(and_(a, b), c) reads a AND b AND c.
void Compiler::junction_operands(NodeId at, Op op, std::vector<NodeId>& out) const {
    for (const NodeId child : tree_.children(at)) {
        if (tree_.truth(child) != Truth::open) continue;
        const auto [node, negate] = simplified(child);
        if (!negate && tree_[node].op == op) {
            junction_operands(node, op, out);
        } else {
            out.push_back(child);
        }
    }
}

// A long row is cut into halves in parentheses: to a parser a OR b OR c ... is a tree as deep as the row is long, and SQLite takes
// a depth of 1000.
void Compiler::side_by_side(std::span<const NodeId> operands, Op op) {
    constexpr std::size_t longest = 200;
    const std::string_view between = op == Op::and_ ? " AND " : " OR ";
    if (operands.size() > longest) {
        const auto half = operands.size() / 2;
        sql_ += '(';
        side_by_side(operands.first(half), op);
        sql_ += ')';
        sql_ += between;
        sql_ += '(';
        side_by_side(operands.subspan(half), op);
        sql_ += ')';
        return;
    }
    // AND inside OR needs no parentheses; OR inside AND does.
    const Rank rank = operands.size() == 1 ? Rank::any : op == Op::and_ ? Rank::not_ : Rank::and_;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (i != 0) sql_ += between;
        expression(operands[i], rank);
    }
}

void Compiler::column(NodeId at) {
    const Node& node = tree_[at];
    const auto* mapped = static_cast<const Column*>(node.ref);
    if (node.op == Op::excluded_column) {
        sql_ += features_.on_conflict ? "excluded." : "VALUES(";
        dialect_.append_identifier(sql_, mapped->name);
        if (!features_.on_conflict) sql_ += ')';
        return;
    }
    const FromKey key = key_of(at);
    if (scope_ != nullptr && !scope_->visible(key)) {
        const std::string column = node.op == Op::column ? mapped->name : column_label(at);
        throw_argument_error(describe(key) + '.' + column + " is used where " + describe(key) + " is not in FROM: join it, or name it in select_from()");
    }
    if (node.op == Op::column) {
        append_column({key, mapped});
        return;
    }
    append_name(key);
    sql_ += '.';
    dialect_.append_identifier(sql_, column_label(at));
}

void Compiler::arithmetic(NodeId at) {
    const auto operands = tree_.children(at);
    const auto both = [&](std::string_view op, Rank left, Rank right) {
        // A time or interval beside a placeholder: the server could take it for another timestamp.
        const auto bind = [&](NodeId node, NodeId other) {
            const auto kind = static_cast<ValueKind>(tree_[node].arg);
            const bool temporal = tree_[node].op == Op::bind && kind >= ValueKind::timestamp && kind <= ValueKind::interval;
            return temporal ? BindAs::alone : beside(node, other);
        };
        expression(operands[0], left, bind(operands[0], operands[1]));
        sql_ += op;
        expression(operands[1], right, bind(operands[1], operands[0]));
    };
    switch (tree_[at].op) {
        case Op::add: both(" + ", Rank::sum, Rank::product); return;
        case Op::sub: both(" - ", Rank::sum, Rank::product); return;
        case Op::mul: both(" * ", Rank::product, Rank::unary); return;
        case Op::mod: both(" % ", Rank::product, Rank::unary); return;
        default: break;
    }
    // Division keeps its fraction on every database.
    const bool whole = features_.division != DialectFeatures::Division::native && whole_number(operands[0]) && whole_number(operands[1]);
    if (!whole) {
        both(" / ", Rank::product, Rank::unary);
        return;
    }
    expression(operands[0], Rank::product, tree_[operands[0]].op == Op::bind ? BindAs::alone : BindAs::typed);
    sql_ += " / ";
    if (features_.division == DialectFeatures::Division::cast_numeric) {
        sql_ += "CAST(";
        expression(operands[1]);
        sql_ += " AS NUMERIC)";
    } else {
        sql_ += '(';
        expression(operands[1], Rank::sum);
        sql_ += features_.division == DialectFeatures::Division::add_double ? " + 0e0)" : " + 0.0)";
    }
}

void Compiler::concat(NodeId at) {
    const auto operands = tree_.children(at);
    if (operands.size() < 2) {
        if (operands.empty()) throw_argument_error("concat() needs something to join");
        expression(operands[0], Rank::atom, BindAs::alone);
        return;
    }
    if (features_.concat_function) {
        sql_ += "concat(";
        list(operands);
        sql_ += ')';
        return;
    }
    for (std::size_t i = 0; i < operands.size(); ++i) {
        if (i != 0) sql_ += " || ";
        const auto [node, negate] = simplified(operands[i]);
        expression(operands[i], i == 0 && !negate && tree_[node].op == Op::concat ? Rank::other : Rank::unary, BindAs::alone);
    }
}

void Compiler::bit_xor(NodeId at) {
    if (features_.bit_xor != DialectFeatures::BitXor::none) {
        binary(at, features_.bit_xor == DialectFeatures::BitXor::hash ? "#" : "^", Rank::unary, Rank::unary);
        return;
    }
    // (a | b) - (a & b)
    sql_ += '(';
    binary(at, "|", Rank::unary, Rank::unary);
    sql_ += ") - (";
    binary(at, "&", Rank::unary, Rank::unary);
    sql_ += ')';
}

void Compiler::custom_operator(NodeId at) {
    const auto op = tree_.text(at);
    constexpr std::string_view symbols = "+-*/<>=~!@#%^&|`?:";
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ' '; };
    const bool word = !op.empty() && op.find_first_not_of(' ') != std::string_view::npos && std::all_of(op.begin(), op.end(), letter);
    const bool symbol = !op.empty() && op.find_first_not_of(symbols) == std::string_view::npos;
    if ((!word && !symbol) || op.find("--") != std::string_view::npos || op.find("/*") != std::string_view::npos) {
        throw_argument_error("op(\"" + std::string(op) + "\"): an SQL operator is made of operator characters or of words");
    }
    const bool of_arrays = op == "@>" || op == "<@" || op == "&&";
    if ((of_arrays && !features_.arrays) || (op.find('?') != std::string_view::npos && !features_.dollar_placeholders)) unsupported("operator \"" + std::string(op) + '"');
    binary(at, op, Rank::unary, Rank::unary);
}

}  // namespace azoth::detail
