// Text in, checked; text out of every kind that has one text form.
#include <azoth/types/text.hpp>

#include <azoth/types/utf8.hpp>
#include <azoth/types/uuid.hpp>
#include <azoth/types/value_buffer.hpp>

namespace azoth {

Value text_value(std::string_view text) {
    Value value;
    detail::encode_text(text, value);
    return value;
}

void type_traits<std::string>::append(const std::string& value, ValueBuffer& out) {
    detail::check_text(value);
    out.append(ValueView::of_bytes(value, ValueKind::text));
}

namespace detail {

void encode_text(std::string_view text, Value& out) {
    check_text(text);
    out.assign(ValueView::of_bytes(text, ValueKind::text));
}

std::string decode_text(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::text:
        case ValueKind::decimal:
        case ValueKind::json:
            return std::string(stored.text());
        case ValueKind::uuid:
            return type_traits<Uuid>::decode(stored).to_string();
        default:
            throw_wrong_kind(stored, "std::string");
    }
}

}  // namespace detail

}  // namespace azoth
