// SQL's logic of three values, and a fourth: not known here.
#include "row_evaluator.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/decimal.hpp>

#include <algorithm>
#include <compare>

namespace azoth::detail {

namespace {

using Result = std::optional<Value>;

const Result unknown{};
Result null() { return Value(); }
Result truth(bool value) { return Value::boolean(value); }

bool is_true(const Value& value) { return !value.is_null() && value.view().integer != 0; }
bool is_false(const Value& value) { return !value.is_null() && value.view().integer == 0; }

Result negated_result(const Result& result) {
    if (!result || result->is_null()) return result;
    return truth(!is_true(*result));
}

std::optional<Decimal> as_decimal(const Value& value) {
    if (value.kind() == ValueKind::integer) return Decimal(value.view().integer);
    if (value.kind() != ValueKind::decimal) return std::nullopt;
    try {
        return Decimal(value.view().text());
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::optional<double> as_double(const Value& value) {
    constexpr std::int64_t exact = std::int64_t{1} << 53;
    const ValueView view = value.view();
    if (view.kind == ValueKind::real) return view.real;
    if (view.kind == ValueKind::integer && view.integer >= -exact && view.integer <= exact) return static_cast<double>(view.integer);
    return std::nullopt;
}

/// What two values are to each other; nothing when that is the database's to say. `equivalent` and `unordered` alone for kinds without an order.
std::optional<std::partial_ordering> compare(const Value& a, const Value& b) {
    const ValueView left = a.view(), right = b.view();
    if (left.kind == right.kind) {
        switch (left.kind) {
            case ValueKind::boolean:
            case ValueKind::integer:
            case ValueKind::timestamp:
            case ValueKind::datetime:
            case ValueKind::date:
            case ValueKind::time:
            case ValueKind::interval: return left.integer <=> right.integer;
            case ValueKind::text:
            case ValueKind::blob:
            case ValueKind::uuid: return left.text() == right.text() ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
            default: break;
        }
    }
    if (left.kind == ValueKind::decimal || right.kind == ValueKind::decimal) {
        const auto x = as_decimal(a), y = as_decimal(b);
        if (x && y) return *x <=> *y;
        return std::nullopt;
    }
    const auto x = as_double(a), y = as_double(b);
    if (!x || !y || *x != *x || *y != *y) return std::nullopt;
    return *x <=> *y;
}

Result compare(Op op, const Result& a, const Result& b) {
    if (!a || !b) return unknown;
    if (op == Op::is_distinct || op == Op::is_not_distinct) {
        if (a->is_null() || b->is_null()) return truth((a->is_null() == b->is_null()) == (op == Op::is_not_distinct));
    } else if (a->is_null() || b->is_null()) {
        return null();
    }
    const auto order = compare(*a, *b);
    if (!order) return unknown;
    switch (op) {
        case Op::eq:
        case Op::is_not_distinct: return truth(*order == 0);
        case Op::ne:
        case Op::is_distinct: return truth(*order != 0);
        default: break;
    }
    if (*order == std::partial_ordering::unordered) return unknown;
    switch (op) {
        case Op::lt: return truth(*order < 0);
        case Op::le: return truth(*order <= 0);
        case Op::gt: return truth(*order > 0);
        default: return truth(*order >= 0);
    }
}

}  // namespace

RowEvaluator::RowEvaluator(const FlatStatement& statement, const Table& target, const DialectFeatures& features)
    : statement_(statement), target_(target), exact_text_(features.exact_text) {
    std::uint32_t values = 0;
    for (std::uint32_t i = 0; i < statement.main_size; ++i) {
        value_of_.push_back(values);
        if (statement.nodes[i].op == Op::bind) ++values;
    }
    for (std::uint32_t end = statement.main_size; end > 0; end -= statement.nodes[end - 1].size) {
        const Node& root = statement.nodes[end - 1];
        if (root.op == Op::where) criteria_.push_back(end - 2);
        if (root.op == Op::set) assignments_.push_back({static_cast<const Column*>(root.ref), end - 2});
    }
}

std::vector<std::uint32_t> RowEvaluator::operands(std::uint32_t node) const {
    std::vector<std::uint32_t> found(statement_.nodes[node].children);
    std::uint32_t end = node;
    for (std::size_t i = found.size(); i-- > 0;) {
        found[i] = end - 1;
        end -= statement_.nodes[end - 1].size;
    }
    return found;
}

bool RowEvaluator::is_text(std::uint32_t at) const {
    const Node& node = statement_.nodes[at];
    if (node.op == Op::bind) return static_cast<ValueKind>(node.arg) == ValueKind::text;
    return node.op == Op::column && static_cast<const Column*>(node.ref)->type.kind == TypeKind::string;
}

bool RowEvaluator::knows_comparison(std::uint32_t at, bool ordered) const {
    const auto parts = operands(at);
    return std::all_of(parts.begin(), parts.end(), [&](std::uint32_t part) { return knows(part) && (!is_text(part) || (exact_text_ && !ordered)); });
}

bool RowEvaluator::knows(std::uint32_t at) const {
    const Node& node = statement_.nodes[at];
    switch (node.op) {
        case Op::bind:
        case Op::null_literal:
        case Op::true_literal:
        case Op::false_literal: return true;
        case Op::column: return node.source == 0 && static_cast<const Column*>(node.ref)->table == &target_;
        case Op::eq:
        case Op::ne:
        case Op::is_distinct:
        case Op::is_not_distinct:
        case Op::in_list: return knows_comparison(at, false);
        case Op::lt:
        case Op::le:
        case Op::gt:
        case Op::ge:
        case Op::between: return knows_comparison(at, true);
        case Op::is_null:
        case Op::is_not_null:
        case Op::and_:
        case Op::or_:
        case Op::not_:
        case Op::add:
        case Op::sub:
        case Op::mul:
        case Op::neg: {
            const auto parts = operands(at);
            return std::all_of(parts.begin(), parts.end(), [&](std::uint32_t part) { return knows(part); });
        }
        default: return false;
    }
}

// Does the value follow from a column that the same statement assigns? MySQL reads such columns after their change, others before.
bool RowEvaluator::assigned(std::uint32_t at) const {
    for (std::uint32_t i = at + 1 - statement_.nodes[at].size; i <= at; ++i) {
        if (statement_.nodes[i].op != Op::column) continue;
        for (const auto& other : assignments_) {
            if (other.column == statement_.nodes[i].ref && other.value != at) return true;
        }
    }
    return false;
}

bool RowEvaluator::knows_criteria() const {
    return std::all_of(criteria_.begin(), criteria_.end(), [&](std::uint32_t criterion) { return knows(criterion); });
}

bool RowEvaluator::knows_values() const {
    return std::all_of(assignments_.begin(), assignments_.end(),
                       [&](const Assignment& assignment) { return !assignment.column->primary_key && knows(assignment.value) && !assigned(assignment.value); });
}

RowEvaluator::Verdict RowEvaluator::matches(const Entity& row) const {
    Verdict verdict = Verdict::yes;
    for (const std::uint32_t criterion : criteria_) {
        const Result result = evaluate(criterion, row);
        if (result && !is_true(*result)) return Verdict::no;
        if (!result) verdict = Verdict::unknown;
    }
    return verdict;
}

std::optional<Value> RowEvaluator::value(const Assignment& assignment, const Entity& row) const {
    Result result = evaluate(assignment.value, row);
    const SqlType& type = assignment.column->type;
    if (result && result->kind() == ValueKind::decimal && type.precision != 0) {  // more digits than the column keeps: the database rounds
        const auto text = result->view().text();
        const auto point = text.find('.');
        if (point != std::string_view::npos && text.size() - point - 1 > type.scale) return unknown;
    }
    return result;
}

Result RowEvaluator::evaluate(std::uint32_t at, const Entity& row) const {
    const Node& node = statement_.nodes[at];
    switch (node.op) {
        case Op::bind: return statement_.values[value_of_[at]];
        case Op::null_literal: return null();
        case Op::true_literal: return truth(true);
        case Op::false_literal: return truth(false);
        case Op::column: {
            const auto& column = *static_cast<const Column*>(node.ref);
            ValueBuffer cell(1);
            column.ops->append_saved(row.saved_field(column), cell);
            return Value(cell.cells().front());
        }
        case Op::is_null:
        case Op::is_not_null: {
            const Result operand = evaluate(at - 1, row);
            return operand ? truth(operand->is_null() == (node.op == Op::is_null)) : unknown;
        }
        case Op::and_:
        case Op::or_: return junction(at, row);
        case Op::not_: return negated_result(evaluate(at - 1, row));
        case Op::in_list: return in_list(at, row);
        case Op::between: return between(at, row);
        case Op::add:
        case Op::sub:
        case Op::mul:
        case Op::neg: return arithmetic(at, row);
        default: {
            const auto parts = operands(at);
            return compare(node.op, evaluate(parts[0], row), evaluate(parts[1], row));
        }
    }
}

Result RowEvaluator::junction(std::uint32_t at, const Entity& row) const {
    const bool both = statement_.nodes[at].op == Op::and_;
    Result result = truth(both);
    bool open = false;
    for (const std::uint32_t part : operands(at)) {
        const Result one = evaluate(part, row);
        if (!one) {
            open = true;
        } else if (both ? is_false(*one) : is_true(*one)) {
            return one;
        } else if (one->is_null()) {
            result = null();
        }
    }
    return open ? unknown : result;
}

Result RowEvaluator::in_list(std::uint32_t at, const Entity& row) const {
    const auto parts = operands(at);
    const Result left = evaluate(parts[0], row);
    Result found = truth(false);
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const Result one = compare(Op::eq, left, evaluate(parts[i], row));
        if (!one) return unknown;
        if (is_true(*one)) {
            found = one;
            break;
        }
        if (one->is_null()) found = null();
    }
    return (statement_.nodes[at].flags & negated) != 0 ? negated_result(found) : found;
}

Result RowEvaluator::between(std::uint32_t at, const Entity& row) const {
    const auto parts = operands(at);
    const Result x = evaluate(parts[0], row);
    const Result low = compare(Op::ge, x, evaluate(parts[1], row));
    const Result high = compare(Op::le, x, evaluate(parts[2], row));
    Result inside;
    if ((low && is_false(*low)) || (high && is_false(*high))) {
        inside = truth(false);
    } else if (low && high) {
        inside = low->is_null() ? low : high;
    }
    return (statement_.nodes[at].flags & negated) != 0 ? negated_result(inside) : inside;
}

Result RowEvaluator::arithmetic(std::uint32_t at, const Entity& row) const {
    const Op op = statement_.nodes[at].op;
    const auto parts = operands(at);
    const Result left = op == Op::neg ? Result(Value::integer(0)) : evaluate(parts[0], row);
    const Result right = evaluate(parts.back(), row);
    if (!left || !right) return unknown;
    if (left->is_null() || right->is_null()) return null();
    if (left->kind() == ValueKind::integer && right->kind() == ValueKind::integer) {
        const std::int64_t a = left->view().integer, b = right->view().integer;
        std::int64_t out = 0;
        const bool overflow = op == Op::add ? __builtin_add_overflow(a, b, &out) : op == Op::mul ? __builtin_mul_overflow(a, b, &out) : __builtin_sub_overflow(a, b, &out);
        return overflow ? unknown : Result(Value::integer(out));
    }
    const auto a = as_decimal(*left), b = as_decimal(*right);
    if (!a || !b || op == Op::mul) return unknown;
    return Value::bytes((op == Op::add ? *a + *b : *a - *b).to_string(), ValueKind::decimal);
}

}  // namespace azoth::detail
