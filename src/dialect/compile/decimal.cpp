// Types of expressions as far as rendering needs them: whole numbers for division, decimals where they are kept as text.
//
// SQLite has no exact decimal. Stored as text a decimal stays exact, but as text '9.50' is more than '10.00' and not equal to '9.5'.
// So wherever a decimal is compared or ordered there, it is written CAST(x AS NUMERIC), and a computed decimal is rounded to its
// scale wherever it is selected, compared or ordered, which takes away the noise that doubles leave behind: sums of money are right to
// the last digit up to fifteen digits, and equal sums are equal. An index on such a column serves lookups of other columns only.
#include <dialect/compile/compiler.hpp>

#include <algorithm>

namespace azoth::detail {

namespace {

bool whole(TypeKind kind) { return kind == TypeKind::smallint || kind == TypeKind::integer || kind == TypeKind::bigint; }

SqlType decimal_of(std::uint32_t precision, std::uint32_t scale) {
    SqlType type{TypeKind::decimal};
    type.precision = static_cast<std::uint16_t>(std::min<std::uint32_t>(precision, 0xFFFF));
    type.scale = static_cast<std::uint16_t>(std::min<std::uint32_t>(scale, 0xFFFF));
    return type;
}

// Of a sum or product: precision 0 says that the scale is not known.
SqlType arithmetic_type(const SqlType& a, const SqlType& b, bool product) {
    if (a.kind != TypeKind::decimal && b.kind != TypeKind::decimal) {
        if (whole(a.kind) && whole(b.kind)) return {std::max(a.kind, b.kind)};
        const auto number = [](TypeKind kind) { return whole(kind) || kind == TypeKind::real || kind == TypeKind::double_; };
        return {number(a.kind) && number(b.kind) ? TypeKind::double_ : TypeKind::unknown};
    }
    const SqlType& decimal = a.kind == TypeKind::decimal ? a : b;
    const SqlType& other = a.kind == TypeKind::decimal ? b : a;
    if (whole(other.kind)) return decimal;
    if (other.kind != TypeKind::decimal || a.precision == 0 || b.precision == 0) return decimal_of(0, 0);
    const std::uint32_t scale = product ? std::uint32_t{a.scale} + b.scale : std::max(a.scale, b.scale);
    return decimal_of(std::uint32_t{a.precision} + b.precision, scale);
}

}  // namespace

SqlType Compiler::source_type(std::uint32_t source, std::uint32_t column) const { return type_in(tree_.body(source), column); }

// Type of the result column with this number among the items of a body, or of its first arm.
SqlType Compiler::type_in(std::span<const NodeId> roots, std::uint32_t column) const {
    std::uint32_t at = 0;
    for (const NodeId root : roots) {
        const Node& node = tree_[root];
        if (node.op == Op::query || node.op == Op::compound) return type_in(tree_.children(root), column);
        if (node.op == Op::values_row) return column < node.children ? type_of(tree_.children(root)[column]) : SqlType{};
        if (node.op == Op::item_entity) {
            const auto& columns = static_cast<const Table*>(node.ref)->columns;
            if (column < at + columns.size()) return columns[column - at].type;
            at += static_cast<std::uint32_t>(columns.size());
        } else if (node.op == Op::item) {
            if (column == at) return type_of(tree_.children(root)[0]);
            ++at;
        }
    }
    return {};
}

SqlType Compiler::type_of(NodeId at) const {
    const Node& node = tree_[at];
    const auto operands = tree_.children(at);
    switch (node.op) {
        case Op::column:
        case Op::excluded_column: return static_cast<const Column*>(node.ref)->type;
        case Op::source_column: return source_type(node.source, node.arg);
        case Op::cast: return *static_cast<const SqlType*>(node.ref);
        case Op::bind:
            if (node.ref != nullptr) return *static_cast<const SqlType*>(node.ref);
            switch (static_cast<ValueKind>(node.arg)) {
                case ValueKind::integer: return {TypeKind::bigint};
                case ValueKind::real: return {TypeKind::double_};
                case ValueKind::decimal: return {TypeKind::decimal};
                case ValueKind::text: return {TypeKind::string};
                default: return {};
            }
        case Op::add:
        case Op::sub: return arithmetic_type(type_of(operands[0]), type_of(operands[1]), false);
        case Op::mul: return arithmetic_type(type_of(operands[0]), type_of(operands[1]), true);
        case Op::mod: return arithmetic_type(type_of(operands[0]), type_of(operands[1]), false);
        case Op::div: {
            const bool decimal = type_of(operands[0]).kind == TypeKind::decimal || type_of(operands[1]).kind == TypeKind::decimal;
            return {decimal ? TypeKind::decimal : TypeKind::double_};
        }
        case Op::concat: return {TypeKind::string};
        case Op::neg:
        case Op::collate:
        case Op::filter:
        case Op::over: return type_of(operands[0]);
        case Op::bit_and:
        case Op::bit_or:
        case Op::bit_xor:
        case Op::bit_not:
        case Op::shift_left:
        case Op::shift_right: return {TypeKind::bigint};
        case Op::scalar_query: return type_in(operands, 0);
        case Op::case_: return operands.empty() ? SqlType{} : type_of(tree_.children(operands[0]).back());
        case Op::func: {
            const auto name = tree_.text(at);
            constexpr std::string_view counts[] = {"count", "row_number", "rank", "dense_rank", "ntile", "length"};
            if (std::find(std::begin(counts), std::end(counts), name) != std::end(counts)) return {TypeKind::bigint};
            constexpr std::string_view texts[] = {"lower", "upper", "trim", "substr", "replace", "concat", "string_agg", "group_concat"};
            if (std::find(std::begin(texts), std::end(texts), name) != std::end(texts)) return {TypeKind::string};
            constexpr std::string_view same[] = {"sum",    "min",  "max", "coalesce",    "nullif",     "abs",
                                                 "lag",    "lead", "ifnull", "first_value", "last_value"};
            if (operands.empty()) return {};
            const SqlType type = type_of(operands[0]);
            if (std::find(std::begin(same), std::end(same), name) != std::end(same)) return type;
            if (name == "avg") return {type.kind == TypeKind::decimal ? TypeKind::decimal : TypeKind::double_};
            return {};
        }
        default: return {};
    }
}

// A decimal that the database would compare as text.
bool Compiler::text_decimal(NodeId at) const { return features_.text_decimals && type_of(at).kind == TypeKind::decimal; }

void Compiler::comparable(NodeId at, Rank at_least, bool decimal, BindAs bind) {
    const Node& node = tree_[at];
    const bool number = decimal && tree_.truth(at) == Truth::open && node.op != Op::cast && node.op != Op::null_literal &&
                        node.op != Op::tuple && !whole(type_of(at).kind);
    if (!number) {
        expression(at, at_least, bind);
        return;
    }
    const auto scale = noisy_scale(at);
    sql_ += scale ? "round(" : "CAST(";
    expression(at);
    sql_ += scale ? ", " + std::to_string(*scale) + ")" : " AS NUMERIC)";
}

// Does computing it leave noise behind the last digit?
bool Compiler::noisy(NodeId at) const {
    const Node& node = tree_[at];
    switch (node.op) {
        case Op::add:
        case Op::sub:
        case Op::mul:
        case Op::mod: return true;
        case Op::func: {
            const auto name = tree_.text(at);
            if (name == "sum" || name == "min" || name == "max") return true;
            break;
        }
        case Op::neg:
        case Op::filter:
        case Op::over:
        case Op::case_:
        case Op::when: break;
        default: return false;
    }
    const auto operands = tree_.children(at);
    return std::any_of(operands.begin(), operands.end(), [this](NodeId operand) { return noisy(operand); });
}

std::optional<std::uint32_t> Compiler::noisy_scale(NodeId at) const {
    if (!features_.text_decimals || !noisy(at)) return std::nullopt;
    const SqlType type = type_of(at);
    if (type.kind != TypeKind::decimal || type.precision == 0) return std::nullopt;
    return type.scale;
}

// Known to be an integer or a decimal.
bool Compiler::exact_number(NodeId at) const {
    const TypeKind kind = type_of(at).kind;
    return whole(kind) || kind == TypeKind::decimal;
}

bool Compiler::whole_number(NodeId at) const {
    const SqlType type = type_of(at);
    return type.kind == TypeKind::unknown || whole(type.kind);
}

}  // namespace azoth::detail
