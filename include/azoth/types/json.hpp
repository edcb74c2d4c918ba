// Json: a JSON document as validated text. Bring your own library to look inside.
#pragma once

#include <azoth/types/type_traits.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace azoth {

class ValueBuffer;

/// A JSON document (RFC 8259), checked when it is made and kept without insignificant white space, so that equality
/// does not depend on how a database prints it. Members keep their order, numbers their digits, and objects are not
/// searched for duplicate names. A default-constructed one is the JSON `null`; SQL NULL is an empty
/// `std::optional<Json>`.
class Json {
public:
    Json() : text_("null") {}

    /// Errors: `DataError` naming the offset, also for nesting deeper than 512 and for text that is not UTF-8.
    static Json parse(std::string text);

    /// The document, compact. To look inside, hand this to a JSON library.
    const std::string& text() const& noexcept { return text_; }
    std::string text() && noexcept { return std::move(text_); }
    bool is_null() const noexcept { return text_ == "null"; }

    friend bool operator==(const Json&, const Json&) = default;

private:
    explicit Json(std::string text, int) : text_(std::move(text)) {}

    std::string text_;
};

/// Reading accepts json and text.
template <>
struct type_traits<Json> {
    static constexpr SqlType sql_type{TypeKind::json};
    static void encode(const Json& value, Value& out);
    static void append(const Json& value, ValueBuffer& out);
    static Json decode(ValueView stored);
};

}  // namespace azoth

template <>
struct std::hash<azoth::Json> {
    std::size_t operator()(const azoth::Json& value) const noexcept { return std::hash<std::string>()(value.text()); }
};
