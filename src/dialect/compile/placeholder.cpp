// Placeholders: values are sent without a type, so the server takes the type of what stands beside them. Where that is none, or another
// than the value's own, the placeholder is cast.
#include <dialect/compile/compiler.hpp>

namespace azoth::detail {

void Compiler::placeholder(NodeId at, BindAs bind) {
    const auto kind = static_cast<ValueKind>(tree_[at].arg);
    const auto value = tree_.value(at) + result_.row_columns;
    std::string type;
    if (bind == BindAs::alone && features_.bind_casts && tree_[at].ref != nullptr) {
        type = dialect_.cast_type(*static_cast<const SqlType*>(tree_[at].ref));
    } else if (bind == BindAs::alone && features_.bind_casts) {
        switch (kind) {
            case ValueKind::boolean: type = "BOOLEAN"; break;
            case ValueKind::integer: type = "BIGINT"; break;
            case ValueKind::real: type = "DOUBLE PRECISION"; break;
            case ValueKind::timestamp: type = "TIMESTAMP WITH TIME ZONE"; break;
            case ValueKind::datetime: type = "TIMESTAMP WITHOUT TIME ZONE"; break;
            case ValueKind::date: type = "DATE"; break;
            case ValueKind::time: type = "TIME WITHOUT TIME ZONE"; break;
            case ValueKind::interval: type = "INTERVAL"; break;
            case ValueKind::text: type = "TEXT"; break;
            case ValueKind::blob: type = "BYTEA"; break;
            case ValueKind::decimal: type = "NUMERIC"; break;
            case ValueKind::uuid: type = "UUID"; break;
            case ValueKind::json: type = "JSONB"; break;
            case ValueKind::null:
            case ValueKind::array: break;
        }
    }
    if (!type.empty()) sql_ += "CAST(";
    add_parameter(value, kind);
    if (!type.empty()) {
        sql_ += " AS ";
        sql_ += type;
        sql_ += ')';
    }
}

BindAs Compiler::beside(NodeId at, NodeId other) const {
    if (!features_.bind_casts || tree_[at].op != Op::bind) return BindAs::typed;
    if (tree_[other].op == Op::any_query) {
        SqlType element = type_of(tree_.children(other)[0]);
        element.array = false;
        return beside(at, element);
    }
    return is_value(other) ? BindAs::alone : beside(at, type_of(other));
}

// 2.5 beside an integer column would be read as an integer; 5000000000 beside a 32-bit one is out of range, though no row matches it.
BindAs Compiler::beside(NodeId at, const SqlType& other) const {
    if (!features_.bind_casts || tree_[at].op != Op::bind) return BindAs::typed;
    if (type_of(at).array || other.array) return BindAs::typed;
    const TypeKind own = type_of(at).kind;
    const auto cast_unless = [](bool fits) { return fits ? BindAs::typed : BindAs::alone; };
    const bool exact = other.kind == TypeKind::decimal;
    const bool floating = other.kind == TypeKind::real || other.kind == TypeKind::double_;
    const bool small = other.kind == TypeKind::smallint;
    switch (own) {
        case TypeKind::integer: return cast_unless(!small);
        case TypeKind::bigint: return cast_unless(!small && other.kind != TypeKind::integer);
        case TypeKind::real:
        case TypeKind::double_: return cast_unless(floating || exact);
        case TypeKind::decimal: return cast_unless(exact);
        default: return BindAs::typed;
    }
}

}  // namespace azoth::detail
