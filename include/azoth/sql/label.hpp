// Labels: "x"_c as a type, and the keys by which a row or subquery finds its items.
#pragma once

#include <azoth/base/fixed_string.hpp>
#include <azoth/base/member.hpp>

#include <cstdint>
#include <string_view>

namespace azoth {

namespace detail {

/// A label in ORDER BY with a direction.
template <fixed_string S>
struct OrderedLabel {
    std::uint8_t flags = 0;
    constexpr OrderedLabel nulls_first() const { return {static_cast<std::uint8_t>(flags | 0x02)}; }
    constexpr OrderedLabel nulls_last() const { return {static_cast<std::uint8_t>(flags | 0x04)}; }
};

struct no_key {};
template <fixed_string S>
struct label_key {};
template <auto... M>
struct column_key {};
template <class T>
struct entity_key {};

}  // namespace detail

/// The name of a selected expression, known to the compiler: `"total"_c`.
template <fixed_string S>
struct Label {
    static constexpr std::string_view name() { return S.view(); }
    static constexpr const char* c_str() { return S.data; }
    constexpr detail::OrderedLabel<S> asc() const { return {0}; }
    constexpr detail::OrderedLabel<S> desc() const { return {1}; }
};

namespace literals {
/// `"total"_c`
template <fixed_string S>
constexpr Label<S> operator""_c() {
    return {};
}
}  // namespace literals

namespace detail {

/// Does an item with key `Key` answer to `Wanted` (a label_key, column_key or entity_key)? A column answers to its member's name too.
template <class Key, class Wanted>
inline constexpr bool answers_to = false;
template <class Key>
inline constexpr bool answers_to<Key, Key> = true;
template <>
inline constexpr bool answers_to<no_key, no_key> = false;
template <auto M, auto... Rest, fixed_string S>
inline constexpr bool answers_to<column_key<M, Rest...>, label_key<S>> = [] {
    if constexpr (sizeof...(Rest) == 0) {
        return member_name<M>() == S.view();
    } else {
        return answers_to<column_key<Rest...>, label_key<S>>;
    }
}();

template <class Key>
inline constexpr bool has_name = true;
template <>
inline constexpr bool has_name<no_key> = false;
template <class T>
inline constexpr bool has_name<entity_key<T>> = false;

template <class Key>
struct key_name {
    static constexpr std::string_view value() { return {}; }
};
template <fixed_string S>
struct key_name<label_key<S>> {
    static constexpr std::string_view value() { return S.view(); }
};
template <auto M, auto... Rest>
struct key_name<column_key<M, Rest...>> {
    static constexpr std::string_view value() {
        if constexpr (sizeof...(Rest) == 0) {
            return member_name<M>();
        } else {
            return key_name<column_key<Rest...>>::value();
        }
    }
};

}  // namespace detail
}  // namespace azoth
