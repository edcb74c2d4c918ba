// std::string as text.
#pragma once

#include <azoth/types/type_traits.hpp>

#include <string>
#include <string_view>

namespace azoth {

class ValueBuffer;

/// Text to bind, for operands that are views or literals. The characters are copied.
/// Errors: `DataError` when `text` is not valid UTF-8 or holds a NUL byte.
Value text_value(std::string_view text);

namespace detail {
void encode_text(std::string_view text, Value& out);
std::string decode_text(ValueView stored);
}  // namespace detail

/// Encoding refuses NUL bytes and what is not UTF-8. Reading takes text as it is, and decimal, JSON and UUID in their
/// text form.
template <>
struct type_traits<std::string> {
    static constexpr SqlType sql_type{TypeKind::string};
    static void encode(const std::string& value, Value& out) { detail::encode_text(value, out); }
    static void append(const std::string& value, ValueBuffer& out);
    static std::string decode(ValueView stored) {
        if (stored.kind == ValueKind::text) return std::string(stored.text());
        return detail::decode_text(stored);
    }
};

}  // namespace azoth
