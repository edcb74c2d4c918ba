// Operands: what may stand beside an SQL expression, and how C++ values are bound there.
#pragma once

#include <azoth/sql/label.hpp>
#include <azoth/sql/tape.hpp>
#include <azoth/types/scalars.hpp>
#include <azoth/types/text.hpp>
#include <azoth/types/type_traits.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace azoth {

template <class T, class Key = detail::no_key>
class Expression;
struct Column;

namespace detail {

template <auto... M>
const Column& column_of();
template <auto... M>
struct member_path;

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

// As plain bools, for static_assert: compilers explain a concept at length where the message says it in words.
template <class E>
inline constexpr bool is_sql = SqlExpression<E>;
template <class E>
inline constexpr bool is_predicate = SqlPredicate<E>;

template <class R, class... Operands>
using nullable_if_any = std::conditional_t<(is_optional_v<Operands> || ...), std::optional<remove_optional_t<R>>, R>;

/// Empty for what is no expression: callers have refused that in words.
template <class E>
Tape tape_of(E&& expression) {
    Tape tape;
    if constexpr (is_sql<E>) std::forward<E>(expression).write(tape);
    return tape;
}

/// The database type a C++ operand is bound as when it stands beside a T; void when the two do not go together.
template <class T, class V>
struct bound_as {
    using type = void;
};
template <class T, class V>
    requires(!std::same_as<T, V> && std::is_arithmetic_v<T> && std::is_arithmetic_v<V> && !std::same_as<T, bool> && !std::same_as<V, bool> &&
             !std::same_as<V, char>)
struct bound_as<T, V> {
    using type = V;
};
template <class T>
struct bound_as<T, T> {
    using type = T;
};
template <class V>
    requires(!std::same_as<std::string, V> && !std::same_as<std::nullptr_t, V> && std::convertible_to<V, std::string_view>)
struct bound_as<std::string, V> {
    using type = std::string;
};
template <class T, class V>
    requires(!std::same_as<T, V> && !std::same_as<T, std::string> && !std::is_arithmetic_v<T> && !std::is_arithmetic_v<V> && std::convertible_to<V, T> &&
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

/// Errors: `ArgumentError`, always: a null pointer given for a text.
[[noreturn]] void throw_null_text();

/// What Tape::bind is told of a type.
template <class T>
constexpr const SqlType* bind_type() {
    if (type_traits<T>::sql_type.array) return &type_traits<T>::sql_type;
    switch (type_traits<T>::sql_type.kind) {
        case TypeKind::smallint:
        case TypeKind::integer:
        case TypeKind::real: return &type_traits<T>::sql_type;
        default: return nullptr;
    }
}

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
        if constexpr (std::is_void_v<Bound>) {
            // refused above
        } else if constexpr (std::same_as<Bound, std::string>) {
            if constexpr (std::is_pointer_v<V>) {
                if (value == nullptr) throw_null_text();
            }
            tape.bind(text_value(std::string_view(value)));
        } else if constexpr (std::same_as<Bound, std::decay_t<V>>) {
            tape.bind(to_value(value), bind_type<Bound>());
        } else {
            tape.bind(to_value(static_cast<Bound>(value)), bind_type<Bound>());
        }
    }
}

/// What is known of how a C++ value beside an E is stored: where E is a column, as the column says (an enum may be stored by name).
template <class E, class Key = typename E::key>
struct stored_like {
    static constexpr bool by_column = false;
};
template <class E, auto... M>
    requires std::is_enum_v<base_type_of<E>>
struct stored_like<E, column_key<M...>> {
    static constexpr bool by_column = true;
    static void bind(Tape& tape, const base_type_of<E>& value) {
        const typename member_path<M...>::declared stored = value;
        Value encoded;
        column_of<M...>().ops->encode(&stored, encoded);
        tape.bind(std::move(encoded));
    }
};

/// Writes an operand that stands beside an `Other`: an expression as it is, a C++ value as a bind of Other's type.
template <class Other, class V>
void write_operand(Tape& tape, V&& operand) {
    using Given = std::remove_cvref_t<V>;
    if constexpr (SqlExpression<V>) {
        static_assert(comparable_types<value_type_of<Other>, value_type_of<V>>,
                      "azoth: these two SQL expressions have different types and do not go together; cast<T>() one of them");
        std::forward<V>(operand).write(tape);
    } else if constexpr (is_optional_v<Given>) {
        if (operand) {
            write_operand<Other>(tape, *operand);
        } else {
            tape.leaf(Op::null_literal);
        }
    } else if constexpr (stored_like<Other>::by_column && std::same_as<Given, base_type_of<Other>>) {
        stored_like<Other>::bind(tape, operand);
    } else {
        bind_value<value_type_of<Other>>(tape, operand);
    }
}

/// The same, for where the other side is at hand.
template <class Other, class V>
void write_beside(Tape& tape, const Other&, V&& operand) {
    write_operand<Other>(tape, std::forward<V>(operand));
}

template <class Derived>
struct Operations;

}  // namespace detail

}  // namespace azoth
