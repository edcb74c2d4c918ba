// Names of value kinds for error messages.
#include <azoth/types/value_kind.hpp>

namespace azoth {

const char* to_string(ValueKind kind) noexcept {
    switch (kind) {
        case ValueKind::null:
            return "NULL";
        case ValueKind::boolean:
            return "boolean";
        case ValueKind::integer:
            return "integer";
        case ValueKind::real:
            return "real";
        case ValueKind::timestamp:
            return "timestamp";
        case ValueKind::datetime:
            return "datetime";
        case ValueKind::date:
            return "date";
        case ValueKind::time:
            return "time";
        case ValueKind::interval:
            return "interval";
        case ValueKind::text:
            return "text";
        case ValueKind::blob:
            return "blob";
        case ValueKind::decimal:
            return "decimal";
        case ValueKind::uuid:
            return "uuid";
        case ValueKind::json:
            return "json";
        case ValueKind::array:
            return "array";
    }
    return "unknown";
}

}  // namespace azoth
