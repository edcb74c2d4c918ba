// Comparison, arithmetic and logic on SQL expressions, with SQL's meaning of NULL in the result type.
#pragma once

#include <azoth/sql/common_type.hpp>
#include <azoth/sql/expression.hpp>

#include <concepts>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

template <class L, class R>
concept EitherSql = SqlExpression<L> || SqlExpression<R>;

template <class V>
inline constexpr bool is_nullopt = std::same_as<std::remove_cvref_t<V>, std::nullopt_t>;

// The type an operand has in SQL: its own for expressions, the bare C++ type for values.
template <class V>
struct operand_type {
    using type = std::decay_t<V>;
};
template <SqlExpression V>
struct operand_type<V> {
    using type = value_type_of<V>;
};
template <class V>
using operand_type_t = typename operand_type<std::remove_cvref_t<V>>::type;

// May the two stand beside each other? Two expressions, or an expression and a value that is bound like it.
template <class L, class R>
inline constexpr bool go_together = !std::is_void_v<bound_as_t<operand_type_t<R>, L>>;
template <SqlExpression L, class R>
inline constexpr bool go_together<L, R> = !std::is_void_v<bound_as_t<value_type_of<L>, R>>;
template <SqlExpression L, SqlExpression R>
inline constexpr bool go_together<L, R> = comparable_types<value_type_of<L>, value_type_of<R>>;
template <class L, class R>
inline constexpr bool values_go_together = (SqlExpression<L> && SqlExpression<R>) || go_together<L, R>;

template <class L, class R>
void write_pair(Tape& out, L&& left, R&& right) {
    if constexpr (SqlExpression<L>) {
        if constexpr (SqlExpression<R>) {
            std::forward<L>(left).write(out);
            std::forward<R>(right).write(out);
        } else {
            out.append(tape_of(left));
            write_beside(out, left, right);
        }
    } else {
        write_beside(out, right, left);
        std::forward<R>(right).write(out);
    }
}

template <Op op, class L, class R>
auto compare(L&& left, R&& right) {
    Tape out;
    if constexpr (is_nullopt<L> || is_nullopt<R>) {
        static_assert(op == Op::eq || op == Op::ne, "azoth: only == and != compare with nullopt");
        if constexpr (is_nullopt<L>) {
            std::forward<R>(right).write(out);
        } else {
            std::forward<L>(left).write(out);
        }
        out.close(op == Op::eq ? Op::is_null : Op::is_not_null, 1);
        return Expression<bool>(std::move(out));
    } else {
        static_assert(values_go_together<L, R>, "azoth: a column or expression is compared with a value of another type");
        static_assert(!values_go_together<L, R> || go_together<L, R>, "azoth: these two SQL expressions have different types and cannot be compared; cast<T>() one of them");
        using Result = nullable_if_any<bool, operand_type_t<L>, operand_type_t<R>>;
        if constexpr ((op == Op::eq || op == Op::ne) && !SqlExpression<R> && is_optional_v<std::remove_cvref_t<R>>) {
            if (!right) {  // decided when the statement is built, so it is part of its shape
                std::forward<L>(left).write(out);
                out.close(op == Op::eq ? Op::is_null : Op::is_not_null, 1);
                return Expression<Result>(std::move(out));
            }
        }
        if constexpr ((op == Op::eq || op == Op::ne) && !SqlExpression<L> && is_optional_v<std::remove_cvref_t<L>>) {
            if (!left) {
                std::forward<R>(right).write(out);
                out.close(op == Op::eq ? Op::is_null : Op::is_not_null, 1);
                return Expression<Result>(std::move(out));
            }
        }
        if constexpr (go_together<L, R>) write_pair(out, std::forward<L>(left), std::forward<R>(right));
        out.close(op, 2);
        return Expression<Result>(std::move(out));
    }
}

template <class V>
inline constexpr bool is_text = std::convertible_to<V, std::string_view>;

template <Op op, class L, class R>
auto arithmetic(L&& left, R&& right) {
    using A = remove_optional_t<operand_type_t<L>>;
    using B = remove_optional_t<operand_type_t<R>>;
    Tape out;
    if constexpr (op == Op::add && is_text<A> && is_text<B>) {
        write_pair(out, std::forward<L>(left), std::forward<R>(right));
        out.close(Op::concat, 2);
        return Expression<nullable_if_any<std::string, operand_type_t<L>, operand_type_t<R>>>(std::move(out));
    } else if constexpr (!is_number<A> || !is_number<B>) {
        static_assert(is_number<A> && is_number<B>, "azoth: arithmetic is for numbers; + also joins text");
        return Expression<int>(std::move(out));
    } else if constexpr (!numbers_meet<A, B>) {
        static_assert(numbers_meet<A, B>, "azoth: a Decimal and a floating-point number do not mix: cast<T>() one of them, or write Decimal(\"0.1\")");
        return Expression<Decimal>(std::move(out));
    } else {
        write_pair(out, std::forward<L>(left), std::forward<R>(right));
        out.close(op, 2);
        using Common = typename number_type<A, B>::type;
        // `/` is true division, so that it means the same on every database.
        using Number = std::conditional_t<op == Op::div && std::is_integral_v<Common>, double, Common>;
        // Division by zero is NULL on SQLite and MySQL.
        using Result = std::conditional_t<op == Op::div || op == Op::mod, std::optional<Number>, nullable_if_any<Number, operand_type_t<L>, operand_type_t<R>>>;
        return Expression<Result>(std::move(out));
    }
}

template <Op op, class L, class R>
auto logic(L&& left, R&& right) {
    Tape out;
    std::forward<L>(left).write(out);
    std::forward<R>(right).write(out);
    out.close(op, 2);
    return Expression<nullable_if_any<bool, value_type_of<L>, value_type_of<R>>>(std::move(out));
}

}  // namespace detail

template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator==(L&& left, R&& right) { return detail::compare<detail::Op::eq>(std::forward<L>(left), std::forward<R>(right)); }
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator!=(L&& left, R&& right) { return detail::compare<detail::Op::ne>(std::forward<L>(left), std::forward<R>(right)); }
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator<(L&& left, R&& right) { return detail::compare<detail::Op::lt>(std::forward<L>(left), std::forward<R>(right)); }
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator<=(L&& left, R&& right) { return detail::compare<detail::Op::le>(std::forward<L>(left), std::forward<R>(right)); }
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator>(L&& left, R&& right) { return detail::compare<detail::Op::gt>(std::forward<L>(left), std::forward<R>(right)); }
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator>=(L&& left, R&& right) { return detail::compare<detail::Op::ge>(std::forward<L>(left), std::forward<R>(right)); }

template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator+(L&& left, R&& right) { return detail::arithmetic<detail::Op::add>(std::forward<L>(left), std::forward<R>(right)); }
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator-(L&& left, R&& right) { return detail::arithmetic<detail::Op::sub>(std::forward<L>(left), std::forward<R>(right)); }
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator*(L&& left, R&& right) { return detail::arithmetic<detail::Op::mul>(std::forward<L>(left), std::forward<R>(right)); }
/// True division on every database; NULL when the divisor is zero on SQLite and MySQL.
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator/(L&& left, R&& right) { return detail::arithmetic<detail::Op::div>(std::forward<L>(left), std::forward<R>(right)); }
template <class L, class R>
    requires detail::EitherSql<L, R>
auto operator%(L&& left, R&& right) { return detail::arithmetic<detail::Op::mod>(std::forward<L>(left), std::forward<R>(right)); }
template <detail::SqlExpression E>
auto operator-(E&& operand) {
    static_assert(detail::is_number<detail::base_type_of<E>>, "azoth: unary minus is for numbers");
    detail::Tape out = detail::tape_of(std::forward<E>(operand));
    out.close(detail::Op::neg, 1);
    return Expression<detail::value_type_of<E>>(std::move(out));
}

template <detail::SqlPredicate L, detail::SqlPredicate R>
auto operator&&(L&& left, R&& right) { return detail::logic<detail::Op::and_>(std::forward<L>(left), std::forward<R>(right)); }
template <detail::SqlPredicate L, detail::SqlPredicate R>
auto operator||(L&& left, R&& right) { return detail::logic<detail::Op::or_>(std::forward<L>(left), std::forward<R>(right)); }
template <detail::SqlPredicate E>
auto operator!(E&& operand) {
    detail::Tape out = detail::tape_of(std::forward<E>(operand));
    out.close(detail::Op::not_, 1);
    return Expression<detail::value_type_of<E>>(std::move(out));
}

// A C++ bool, pointer or optional beside a predicate is nearly always a forgotten comparison: SQL predicates only. Not `= delete`,
// which gives no reason.
template <class L, class R>
    requires(detail::EitherSql<L, R> && !(detail::SqlPredicate<L> && detail::SqlPredicate<R>))
Expression<bool> operator&&(L&&, R&&) {
    static_assert(detail::is_predicate<L> && detail::is_predicate<R>,
                  "azoth: && takes SQL predicates on both sides, no bool, pointer or optional of C++: compare it with something, or decide with `if`");
    return Expression<bool>(detail::Tape());
}
template <class L, class R>
    requires(detail::EitherSql<L, R> && !(detail::SqlPredicate<L> && detail::SqlPredicate<R>))
Expression<bool> operator||(L&&, R&&) {
    static_assert(detail::is_predicate<L> && detail::is_predicate<R>,
                  "azoth: || takes SQL predicates on both sides, no bool, pointer or optional of C++: compare it with something, or decide with `if`");
    return Expression<bool>(detail::Tape());
}
template <detail::SqlExpression E>
    requires(!detail::SqlPredicate<E>)
Expression<bool> operator!(E&&) {
    static_assert(detail::is_predicate<E>, "azoth: ! takes an SQL predicate; compare the column with something");
    return Expression<bool>(detail::Tape());
}

template <class E>
auto not_(E&& operand) {
    static_assert(detail::is_predicate<E>, "azoth: not_() takes an SQL predicate");
    return !std::forward<E>(operand);
}

namespace detail {
template <Op op, class... P>
auto junction(P&&... predicates) {
    Tape out;
    if constexpr (sizeof...(P) == 1 && (std::ranges::input_range<P> && ...)) {
        std::size_t count = 0;
        const auto each = [&](auto& range) {
            static_assert(is_predicate<std::ranges::range_reference_t<decltype(range)>>, "azoth: and_/or_ take SQL predicates, or one range of them");
            for (const auto& predicate : range) {
                predicate.write(out);
                ++count;
            }
        };
        (each(predicates), ...);
        out.close(op, operand_count(count, op == Op::and_ ? "and_()" : "or_()"));
        return Expression<std::optional<bool>>(std::move(out));
    } else {
        static_assert((is_predicate<P> && ...), "azoth: and_/or_ take SQL predicates, or one range of them");
        (std::forward<P>(predicates).write(out), ...);
        out.close(op, static_cast<std::uint16_t>(sizeof...(P)));
        return Expression<std::optional<bool>>(std::move(out));
    }
}
}  // namespace detail

/// All of them: predicates, or one range of predicates. None: true.
template <class... P>
auto and_(P&&... predicates) { return detail::junction<detail::Op::and_>(std::forward<P>(predicates)...); }
/// Any of them: predicates, or one range of predicates. None: false.
template <class... P>
auto or_(P&&... predicates) { return detail::junction<detail::Op::or_>(std::forward<P>(predicates)...); }

}  // namespace azoth
