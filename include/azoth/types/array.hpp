// std::vector<T> as a PostgreSQL array. (std::vector<std::byte> is a blob, see blob.hpp.)
#pragma once

#include <azoth/types/type_traits.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace azoth {

namespace detail {

constexpr bool array_element(const SqlType& type) {
    switch (type.kind) {
        case TypeKind::unknown:
        case TypeKind::blob:
        case TypeKind::interval: return false;
        default: return !type.array;
    }
}

/// What an array may hold: numbers, bool, text, Decimal, Uuid, Json, dates and times, enums; each also in a std::optional.
template <class T>
concept ArrayElement = Storable<T> && !std::same_as<T, std::byte> && array_element(type_traits<remove_optional_t<T>>::sql_type);

constexpr SqlType array_of(SqlType element) {
    element.array = true;
    return element;
}

/// Appends an element to the array's text, after a '{' or a ','. Errors: `DataError` for text with a NUL byte.
void append_element(ValueView element, std::string& out);
/// Errors: `DataError`: not an array, or of several dimensions.
class ArrayReader {
public:
    explicit ArrayReader(ValueView stored);
    /// The next element as text, or NULL; false at the end. Lifetimes: valid until the next call.
    bool next(ValueView& element);

private:
    [[noreturn]] void refuse() const;
    ValueView stored_;
    std::string_view rest_;
    std::string element_;
    bool first_ = true;
};
[[noreturn]] void throw_null_element();

}  // namespace detail

/// An array of one dimension, on PostgreSQL. An empty vector is an empty array, not NULL. A NULL element needs std::optional elements.
/// Other databases have no arrays: there a column of this type is a `NotSupportedError`; store Json instead.
template <detail::ArrayElement T>
struct type_traits<std::vector<T>> {
    static constexpr SqlType sql_type = detail::array_of(type_traits<remove_optional_t<T>>::sql_type);

    static void encode(const std::vector<T>& value, Value& out) {
        std::string text = "{";
        Value element;
        for (const T& item : value) {
            if (text.size() > 1) text += ',';
            azoth::encode(item, element);
            detail::append_element(element.view(), text);
        }
        text += '}';
        out.assign(ValueView::of_bytes(text, ValueKind::array));
    }

    static std::vector<T> decode(ValueView stored) {
        std::vector<T> out;
        detail::ArrayReader reader(stored);
        for (ValueView element; reader.next(element);) {
            if constexpr (is_optional_v<T>) {
                if (element.is_null()) {
                    out.emplace_back();
                    continue;
                }
            } else {
                if (element.is_null()) detail::throw_null_element();
            }
            out.push_back(T(type_traits<remove_optional_t<T>>::decode(element)));
        }
        return out;
    }
};

}  // namespace azoth
