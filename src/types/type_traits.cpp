// What decoders say when they refuse a value. Numbers are named, text never is: it may be somebody's secret.
#include <azoth/types/type_traits.hpp>

#include <azoth/base/error.hpp>

#include <charconv>
#include <string>
#include <utility>

namespace azoth::detail {

namespace {

std::string describe(ValueView stored) {
    std::string text = to_string(stored.kind);
    char digits[32];
    switch (stored.kind) {
        case ValueKind::boolean:
            return text + (stored.integer != 0 ? " true" : " false");
        case ValueKind::integer:
            return text + ' ' + std::string(digits, std::to_chars(digits, digits + sizeof digits, stored.integer).ptr);
        case ValueKind::real:
            return text + ' ' + std::string(digits, std::to_chars(digits, digits + sizeof digits, stored.real).ptr);
        default:
            break;
    }
    if (is_bytes(stored.kind)) text += " of " + std::to_string(stored.size) + (stored.size == 1 ? " byte" : " bytes");
    return text;
}

}  // namespace

void throw_null_value(std::string_view what) {
    throw_data_error("NULL in column '" + std::string(what) + "', which is not std::optional", std::string(what));
}

void throw_wrong_kind(ValueView stored, const char* expected) {
    throw_data_error(std::string("a value of kind ") + to_string(stored.kind) + " cannot be read as " + expected);
}

void throw_out_of_range(ValueView stored, const char* target) {
    throw_data_error(describe(stored) + " is out of range for " + target);
}

void throw_unreadable(ValueView stored, const char* target) {
    throw_data_error(describe(stored) + " is not a valid " + target);
}

void rethrow_naming(std::string_view what) {
    try {
        throw;
    } catch (const DataError& error) {
        if (!error.column().empty()) throw;
        ErrorDetail detail = error.detail();
        detail.column = std::string(what);
        std::string message = "column '" + detail.column + "': " + error.message();
        throw DataError(std::move(message), std::move(detail));
    }
}

}  // namespace azoth::detail
