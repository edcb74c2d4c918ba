// any_(array), all_(array): the elements of an array, or the rows of a query, on one side of a comparison.
#pragma once

#include <azoth/sql/operators.hpp>

#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

template <class T>
struct element_of {
    static_assert(is_array<remove_optional_t<T>>, "azoth: any_() and all_() take an array column, a std::vector of values, or a query of one expression");
    using type = T;
};
template <class T>
    requires is_array<remove_optional_t<T>>
struct element_of<T> {
    using type = nullable_if_any<typename remove_optional_t<T>::value_type, T, typename remove_optional_t<T>::value_type>;
};

template <class V>
auto quantified(V&& operand, std::uint8_t flags) {
    Tape out;
    if constexpr (SqlQuery<V>) {
        static_assert(std::remove_cvref_t<V>::width == 1, "azoth: any_() and all_() take a query that selects one expression");
        operand.write_query(out);
        out.close(Op::any_query, 1, nullptr, 0, flags);
        return Expression<typename std::remove_cvref_t<V>::scalar_type>(std::move(out));
    } else if constexpr (SqlExpression<V>) {
        std::forward<V>(operand).write(out);
        out.close(Op::any_query, 1, nullptr, 0, flags);
        return Expression<typename element_of<value_type_of<V>>::type>(std::move(out));
    } else {
        using Array = std::remove_cvref_t<V>;
        bind_value<Array>(out, operand);
        out.close(Op::any_query, 1, nullptr, 0, flags);
        return Expression<typename element_of<Array>::type>(std::move(out));
    }
}

}  // namespace detail

/// `col<&User::id> == any_(ids)`: equal to one of them. Takes an array column or a std::vector (PostgreSQL; one shape of SQL for any number
/// of values, where in_() has one for each), or a query of one expression (not on SQLite). Stands only on a side of a comparison.
template <class V>
auto any_(V&& operand) {
    return detail::quantified(std::forward<V>(operand), 0);
}
/// The same with ALL: `5 > all_(col<&Dice::rolls>)`.
template <class V>
auto all_(V&& operand) {
    return detail::quantified(std::forward<V>(operand), detail::negated);
}

}  // namespace azoth
