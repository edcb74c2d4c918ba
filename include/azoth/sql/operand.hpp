// Operands: what may stand beside an SQL expression, and how C++ values are bound there.
#pragma once

#include <azoth/sql/label.hpp>
#include <azoth/sql/tape.hpp>
#include <azoth/types/scalars.hpp>
#include <azoth/types/text.hpp>
#include <azoth/types/type_traits.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace azoth {

template <class T, class Key = detail::no_key>
class Expression;

namespace detail {

struct ExpressionTag {};

/// Column handles, expressions, functions: whatever stands for a value in SQL.
template <class E>
concept SqlExpression = std::derived_from<std::remove_cvref_t<E>, ExpressionTag>;

template <SqlExpression E>
using value_type_of = typename std::remove_cvref_t<E>::value_type;
template <SqlExpression E>
using base_type_of = remove_optional_t<value_type_of<E>>;

/// True or false (or unknown) in SQL.
template <class E>
concept SqlPredicate = SqlExpression<E> && std::same_as<base_type_of<E>, bool>;

template <class R, class... Operands>
using nullable_if_any = std::conditional_t<(is_optional_v<Operands> || ...), std::optional<remove_optional_t<R>>, R>;

template <SqlExpression E>
Tape tape_of(E&& expression) {
    Tape tape;
    std::forward<E>(expression).write(tape);
    return tape;
}

/// The database type a C++ operand is bound as when it stands beside a T; void when the two do not go together.
template <class T, class V>
struct bound_as {
    using type = void;
};
template <class T, class V>
    requires(std::is_arithmetic_v<T> && std::is_arithmetic_v<V> && !std::same_as<T, bool> && !std::same_as<V, bool> &&
             !std::same_as<V, char>)
struct bound_as<T, V> {
    using type = V;
};
template <class T>
struct bound_as<T, T> {
    using type = T;
};
template <class T, class V>
    requires(!std::same_as<T, V> && !std::is_arithmetic_v<T> && !std::is_arithmetic_v<V> && std::convertible_to<V, T> &&
             !std::same_as<std::remove_cvref_t<V>, std::nullopt_t>)
struct bound_as<T, V> {
    using type = T;
};
template <class T, class V>
    requires(!std::is_arithmetic_v<T> && std::is_arithmetic_v<V> && std::integral<V> && !std::same_as<V, bool> && std::constructible_from<T, std::int64_t> && std::convertible_to<std::int64_t, T>)
struct bound_as<T, V> {
    using type = T;
};
template <class T, class V>
using bound_as_t = typename bound_as<remove_optional_t<T>, remove_optional_t<std::decay_t<V>>>::type;

/// Two SQL expressions that may stand on the two sides of a comparison.
template <class A, class B>
inline constexpr bool comparable_types =
    !std::is_void_v<typename bound_as<remove_optional_t<A>, remove_optional_t<B>>::type> ||
    !std::is_void_v<typename bound_as<remove_optional_t<B>, remove_optional_t<A>>::type>;

/// Binds `value` as it would be stored in a T.
template <class T, class V>
void bind_value(Tape& tape, const V& value) {
    if constexpr (is_optional_v<V>) {
        if (value) {
            bind_value<T>(tape, *value);
        } else {
            tape.leaf(Op::null_literal);
        }
    } else {
        using Bound = bound_as_t<T, V>;
        static_assert(!std::is_void_v<Bound>, "azoth: this value cannot be used with an SQL expression of that type");
        if constexpr (std::same_as<Bound, std::decay_t<V>>) {
            tape.bind(to_value(value));
        } else {
            tape.bind(to_value(static_cast<Bound>(value)));
        }
    }
}

template <class E>
concept HasColumnType = requires(const std::remove_cvref_t<E>& e) { e.column_ops(); };

/// Writes an operand that stands beside `Other`: an expression as it is, a C++ value as a bind of Other's type.
template <class Other, class V>
void write_operand(Tape& tape, V&& operand) {
    if constexpr (SqlExpression<V>) {
        std::forward<V>(operand).write(tape);
    } else {
        bind_value<value_type_of<Other>>(tape, operand);
    }
}

/// The same, knowing the other side as an object: an enum column may be stored by name.
template <class Other, class V>
void write_beside(Tape& tape, const Other& other, V&& operand) {
    if constexpr (!SqlExpression<V> && HasColumnType<Other> && std::is_enum_v<base_type_of<Other>>) {
        if constexpr (std::convertible_to<V, value_type_of<Other>>) {
            const value_type_of<Other> stored = operand;
            Value encoded;
            other.column_ops().encode(&stored, encoded);
            tape.bind(std::move(encoded));
            return;
        }
    }
    write_operand<Other>(tape, std::forward<V>(operand));
}

template <class Derived>
struct Operations;

}  // namespace detail

}  // namespace azoth
