// C++ enums as database values: by underlying value, or by name.
#pragma once

#include <azoth/types/scalars.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

/// The number behind an enum. A char behind it is a number too.
template <class E>
struct enum_number {
    using underlying = std::underlying_type_t<E>;
    using type = std::conditional_t<std::same_as<underlying, char>,
                                    std::conditional_t<std::is_signed_v<char>, signed char, unsigned char>, underlying>;
};

/// Storage by underlying value.
template <class E>
struct enum_by_value {
    using number = typename enum_number<E>::type;
    static constexpr SqlType sql_type = type_traits<number>::sql_type;
    static void encode(E value, Value& out) { type_traits<number>::encode(static_cast<number>(value), out); }
    /// Errors: `DataError` for a number that the underlying type cannot hold.
    static E decode(ValueView stored) { return static_cast<E>(type_traits<number>::decode(stored)); }
};

[[noreturn]] void throw_unnamed_value(std::int64_t value);
[[noreturn]] void throw_unknown_name(ValueView stored);

}  // namespace detail

/// Every enum is stored by its underlying value unless told otherwise.
template <class E>
    requires(std::is_enum_v<E> && !std::same_as<E, std::byte>)
struct type_traits<E> : detail::enum_by_value<E> {};

/// Base of a `type_traits` specialisation that gives an enum's values their names:
/// ```cpp
/// template <> struct azoth::type_traits<Kind> : azoth::enum_names<Kind> {
///     static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::book, "book"}, {Kind::record, "record"}};
/// };
/// ```
/// A column of it holds the underlying value, or the name with `stored_as<std::string>`.
template <class E>
struct enum_names : detail::enum_by_value<E> {};

/// An enum whose `type_traits` give names, as any range of pairs (value, text).
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires {
    { std::begin(type_traits<E>::names)->first } -> std::convertible_to<E>;
    { std::begin(type_traits<E>::names)->second } -> std::convertible_to<std::string_view>;
};

/// Storage by name: used in place of `type_traits<E>` by columns that are `stored_as<std::string>`.
/// Errors: `DataError` for a value without a name, and for a stored text that is no name.
template <NamedEnum E>
struct enum_name_codec {
    static void encode(E value, Value& out) {
        for (const auto& [known, name] : type_traits<E>::names) {
            if (known == value) return out.assign(ValueView::of_bytes(name, ValueKind::text));
        }
        detail::throw_unnamed_value(static_cast<std::int64_t>(value));
    }
    static E decode(ValueView stored) {
        if (stored.kind != ValueKind::text) detail::throw_wrong_kind(stored, "the name of an enum's value");
        for (const auto& [known, name] : type_traits<E>::names) {
            if (stored.text() == std::string_view(name)) return known;
        }
        detail::throw_unknown_name(stored);
    }

private:
    static constexpr std::uint32_t longest() {
        std::size_t longest = 1;
        for (const auto& [value, name] : type_traits<E>::names) {
            if (std::string_view(name).size() > longest) longest = std::string_view(name).size();
        }
        return static_cast<std::uint32_t>(longest);
    }
    static constexpr bool one_to_one() {
        std::size_t left = 0;
        for (const auto& [value, name] : type_traits<E>::names) {
            std::size_t right = 0;
            for (const auto& [other_value, other_name] : type_traits<E>::names) {
                if (left != right && (value == other_value || std::string_view(name) == std::string_view(other_name)))
                    return false;
                ++right;
            }
            ++left;
        }
        return true;
    }
    static_assert(one_to_one(), "type_traits<E>::names gives two values one name, or one value two names");

public:
    /// Text as long as the longest name.
    static constexpr SqlType sql_type{TypeKind::string, longest()};
};

}  // namespace azoth
