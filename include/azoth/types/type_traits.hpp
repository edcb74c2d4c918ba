// type_traits<T>: the one customisation point between C++ types and database values.
#pragma once

#include <azoth/types/sql_type.hpp>
#include <azoth/types/value.hpp>
#include <azoth/types/value_view.hpp>

#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>

namespace azoth {

/// How a C++ type is stored. Specialise for your own types:
/// ```cpp
/// template <> struct azoth::type_traits<Money> {
///     static constexpr SqlType sql_type{TypeKind::bigint};
///     static void encode(const Money& value, Value& out);      // what is bound; throws DataError when it cannot be
///     stored static Money decode(ValueView stored);                   // never called for NULL; throws DataError when
///     it cannot be read
/// };
/// ```
/// Types that hold many bytes may add `static void append(const Money& value, ValueBuffer& out)`, which does what
/// `encode` does without the copy in between. NULL is `std::optional<T>`, handled once for all types. For enums
/// `type_traits<E>::names` may be given (see enum.hpp).
template <class T>
struct type_traits;

namespace detail {
template <class T>
struct remove_optional {
    using type = T;
    static constexpr bool optional = false;
};
template <class T>
struct remove_optional<std::optional<T>> {
    using type = T;
    static constexpr bool optional = true;
};

/// Thrown for SQL NULL read into a type that cannot hold it; `what` is the column or label.
[[noreturn]] void throw_null_value(std::string_view what);
/// DataError: a stored value of another kind than the type can read.
[[noreturn]] void throw_wrong_kind(ValueView stored, const char* expected);
/// DataError: a number that does not fit the target type.
[[noreturn]] void throw_out_of_range(ValueView stored, const char* target);
/// DataError: a value of a readable kind whose content is not a `target`. Text is never quoted, only measured.
[[noreturn]] void throw_unreadable(ValueView stored, const char* target);
/// Called in a handler: throws the DataError in flight again with the column `what` in message and detail, any other
/// exception as it is.
[[noreturn]] void rethrow_naming(std::string_view what);
}  // namespace detail

template <class T>
using remove_optional_t = typename detail::remove_optional<T>::type;
template <class T>
inline constexpr bool is_optional_v = detail::remove_optional<T>::optional;

/// A type that can be stored: type_traits is specialised for it (or for what its optional holds).
template <class T>
concept Storable = requires(const remove_optional_t<T>& value, Value& out, ValueView stored) {
    { type_traits<remove_optional_t<T>>::sql_type } -> std::convertible_to<SqlType>;
    type_traits<remove_optional_t<T>>::encode(value, out);
    { type_traits<remove_optional_t<T>>::decode(stored) } -> std::convertible_to<remove_optional_t<T>>;
};

/// Encodes `value` (NULL for an empty optional).
template <class T>
void encode(const T& value, Value& out) {
    if constexpr (is_optional_v<T>) {
        if (value) {
            type_traits<remove_optional_t<T>>::encode(*value, out);
        } else {
            out = Value();
        }
    } else {
        type_traits<T>::encode(value, out);
    }
}

template <class T>
Value to_value(const T& value) {
    Value out;
    azoth::encode(value, out);
    return out;
}

/// Decodes a stored value into T. Errors: `DataError` naming `what` for NULL into a non-optional T, a wrong kind or a
/// number out of range.
template <class T>
T decode(ValueView stored, std::string_view what) {
    if (stored.is_null()) {
        if constexpr (is_optional_v<T>) {
            return std::nullopt;
        } else {
            detail::throw_null_value(what);
        }
    }
    try {
        return T(type_traits<remove_optional_t<T>>::decode(stored));
    } catch (...) {
        detail::rethrow_naming(what);
    }
}

}  // namespace azoth
