// Predicates: comparisons, LIKE, BETWEEN, IN, EXISTS, and how each is negated.
#include <azoth/base/throw.hpp>
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

namespace {

Op opposite(Op op) {
    switch (op) {
        case Op::eq: return Op::ne;
        case Op::ne: return Op::eq;
        case Op::lt: return Op::ge;
        case Op::ge: return Op::lt;
        case Op::gt: return Op::le;
        default: return Op::gt;
    }
}

std::string_view symbol(Op op) {
    switch (op) {
        case Op::eq: return " = ";
        case Op::ne: return " != ";
        case Op::lt: return " < ";
        case Op::le: return " <= ";
        case Op::gt: return " > ";
        default: return " >= ";
    }
}

}  // namespace

void Compiler::predicate(NodeId at, bool negate) {
    const Node& node = tree_[at];
    const auto operands = tree_.children(at);
    const bool negative = ((node.flags & negated) != 0) != negate;
    switch (node.op) {
        case Op::is_distinct: distinctness(at, !negate); return;
        case Op::is_not_distinct: distinctness(at, negate); return;
        case Op::is_null:
        case Op::is_not_null:
            expression(operands[0], Rank::other, BindAs::alone);
            sql_ += (node.op == Op::is_null) != negate ? " IS NULL" : " IS NOT NULL";
            return;
        case Op::like: like(at, negative); return;
        case Op::between: {
            const bool decimal = text_decimal(operands[0]) || text_decimal(operands[1]) || text_decimal(operands[2]);
            comparable(operands[0], Rank::other, decimal, beside(operands[0], operands[1]));
            sql_ += negative ? " NOT BETWEEN " : " BETWEEN ";
            comparable(operands[1], Rank::other, decimal, beside(operands[1], operands[0]));
            sql_ += " AND ";
            comparable(operands[2], Rank::other, decimal, beside(operands[2], operands[0]));
            return;
        }
        case Op::in_list: in_list(at, negative); return;
        case Op::in_query:
            expression(operands[0], Rank::other);
            sql_ += negative ? " NOT IN " : " IN ";
            subquery(operands[1]);
            return;
        case Op::exists:
            sql_ += negative ? "NOT EXISTS " : "EXISTS ";
            subquery(operands[0]);
            return;
        default: comparison(at, negate ? opposite(node.op) : node.op); return;
    }
}

void Compiler::comparison(NodeId at, Op op) {
    const auto operands = tree_.children(at);
    const bool decimal = text_decimal(operands[0]) || text_decimal(operands[1]);
    comparable(operands[0], Rank::other, decimal, beside(operands[0], operands[1]));
    sql_ += symbol(op);
    comparable(operands[1], Rank::other, decimal, beside(operands[1], operands[0]));
}

void Compiler::distinctness(NodeId at, bool distinct) {
    using Distinctness = DialectFeatures::Distinctness;
    const auto operands = tree_.children(at);
    const bool decimal = text_decimal(operands[0]) || text_decimal(operands[1]);
    const bool spaceship = features_.distinctness == Distinctness::spaceship;
    if (spaceship && distinct) sql_ += "NOT (";
    comparable(operands[0], Rank::other, decimal, beside(operands[0], operands[1]));
    if (spaceship) {
        sql_ += " <=> ";
    } else if (features_.distinctness == Distinctness::is) {
        sql_ += distinct ? " IS NOT " : " IS ";
    } else {
        sql_ += distinct ? " IS DISTINCT FROM " : " IS NOT DISTINCT FROM ";
    }
    comparable(operands[1], Rank::other, decimal, beside(operands[1], operands[0]));
    if (spaceship && distinct) sql_ += ')';
}

void Compiler::like(NodeId at, bool negative) {
    const Node& node = tree_[at];
    const auto operands = tree_.children(at);
    const bool insensitive = (node.flags & like_insensitive) != 0;
    const bool lower = insensitive && !features_.ilike;
    const auto operand = [&](NodeId operand_node) {
        if (lower) sql_ += "lower(";
        expression(operand_node, lower ? Rank::any : Rank::other);
        if (lower) sql_ += ')';
    };
    operand(operands[0]);
    sql_ += negative ? " NOT " : " ";
    sql_ += insensitive && features_.ilike ? "ILIKE " : "LIKE ";
    operand(operands[1]);
    if (node.arg != 0) {
        sql_ += " ESCAPE ";
        const char escape = static_cast<char>(static_cast<unsigned char>(node.arg));
        dialect_.append_literal(sql_, std::string_view(&escape, 1));
    }
}

// An empty list never comes here: it is plainly false (or true), see Tree::truth.
void Compiler::in_list(NodeId at, bool negative) {
    const auto operands = tree_.children(at);
    const auto items = operands.subspan(1);
    const bool tuples = tree_[operands[0]].op == Op::tuple;
    const bool decimal = std::any_of(operands.begin(), operands.end(), [&](NodeId node) { return text_decimal(node); });
    comparable(operands[0], Rank::other, decimal, beside(operands[0], items[0]));
    sql_ += negative ? " NOT IN (" : " IN (";
    if (tuples && features_.tuple_in_values) sql_ += "VALUES ";
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i != 0) sql_ += ", ";
        if (tuples && tree_[items[i]].op == Op::tuple) {
            comparable_tuple(items[i], operands[0], decimal);
        } else {
            comparable(items[i], Rank::any, decimal, beside(items[i], operands[0]));
        }
    }
    sql_ += ')';
}

void Compiler::comparable_tuple(NodeId at, NodeId like, bool decimal) {
    const auto values = tree_.children(at), others = tree_.children(like);
    sql_ += '(';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i != 0) sql_ += ", ";
        comparable(values[i], Rank::any, decimal && text_decimal(values[i]), i < others.size() ? beside(values[i], others[i]) : BindAs::typed);
    }
    sql_ += ')';
}

}  // namespace azoth::detail
