// The type of several SQL values as one: the arms of case_, the arguments of coalesce, the arms of a set operation.
#pragma once

#include <azoth/sql/operand.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace azoth {

class Decimal;

namespace detail {

// The type of an argument: an expression's own, a C++ value's as literal() stores it.
template <class V>
struct literal_type {
    using type = std::conditional_t<std::convertible_to<V, std::string_view>, std::string, V>;
};
template <SqlExpression V>
struct literal_type<V> {
    using type = value_type_of<V>;
};
template <class V>
using literal_type_t = typename literal_type<std::remove_cvref_t<V>>::type;

template <class T>
inline constexpr bool is_cpp_number = std::is_arithmetic_v<T> && !std::same_as<T, bool> && !std::same_as<T, char>;
template <class T>
inline constexpr bool is_number = is_cpp_number<T> || std::same_as<T, Decimal>;

// Numbers meet in C++'s common type; an exact number meets integers only.
template <class A, class B>
inline constexpr bool numbers_meet = is_number<A> && is_number<B> &&
                                     !(std::same_as<A, Decimal> && std::is_floating_point_v<B>) && !(std::same_as<B, Decimal> && std::is_floating_point_v<A>);
template <class A, class B>
struct number_type {
    using type = std::common_type_t<A, B>;
};
template <class A>
struct number_type<A, Decimal> {
    using type = Decimal;
};
template <class B>
struct number_type<Decimal, B> {
    using type = Decimal;
};
template <>
struct number_type<Decimal, Decimal> {
    using type = Decimal;
};

/// `type` is void where A and B have nothing in common. Neither is optional.
template <class A, class B>
struct common_base {
    using type = std::conditional_t<!std::is_void_v<typename bound_as<A, B>::type>, A, std::conditional_t<!std::is_void_v<typename bound_as<B, A>::type>, B, void>>;
};
template <class T>
struct common_base<T, T> {
    using type = T;
};
template <class A, class B>
    requires(is_number<A> && is_number<B> && !std::same_as<A, B>)
struct common_base<A, B> {
    using type = typename std::conditional_t<numbers_meet<A, B>, number_type<A, B>, std::type_identity<void>>::type;
};

template <class A, class B>
inline constexpr bool have_common_type = !std::is_void_v<typename common_base<remove_optional_t<A>, remove_optional_t<B>>::type>;

/// Optional when one of them is. A's where they have nothing in common: that is for callers to refuse, by meet_all.
template <class A, class B>
struct merged {
    using common = typename common_base<remove_optional_t<A>, remove_optional_t<B>>::type;
    using type = nullable_if_any<std::conditional_t<std::is_void_v<common>, remove_optional_t<A>, common>, A, B>;
};
template <class First, class... Rest>
struct merged_all {
    using type = First;
};
template <class A, class B, class... Rest>
struct merged_all<A, B, Rest...> {
    using type = typename merged_all<typename merged<A, B>::type, Rest...>::type;
};
template <class... T>
inline constexpr bool meet_all = true;
template <class A, class B, class... Rest>
inline constexpr bool meet_all<A, B, Rest...> = have_common_type<A, B> && meet_all<typename merged<A, B>::type, Rest...>;

}  // namespace detail
}  // namespace azoth
