// func::*: SQL functions, typed for the common ones, func::call<R>("name", ...) for the rest.
#pragma once

#include <azoth/sql/common_type.hpp>
#include <azoth/sql/operators.hpp>
#include <azoth/sql/window.hpp>
#include <azoth/types/temporal.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

/// Errors: `ArgumentError` unless the name is letters, digits, `_` and dots between names.
void check_function_name(const std::string& name);

template <class E>
struct Distinct {
    E expression;
};

/// Writes a function argument: an expression, or a value bound by its own type.
template <class V>
void write_argument(Tape& out, V&& argument) {
    if constexpr (SqlExpression<V>) {
        std::forward<V>(argument).write(out);
    } else {
        literal(argument).write(out);
    }
}

template <class R, class Over = R, class... A>
FunctionCall<R, Over> call(const char* name, A&&... arguments) {
    Tape out;
    (write_argument(out, std::forward<A>(arguments)), ...);
    out.close(Op::func, static_cast<std::uint16_t>(sizeof...(A)), name);
    return FunctionCall<R, Over>(std::move(out));
}
template <class E>
struct aggregated {
    static_assert(is_sql<E>, "azoth: an aggregate takes a column, an expression, or distinct(expression); func::count() alone counts rows");
    using type = int;
};
template <SqlExpression E>
struct aggregated<E> {
    using type = base_type_of<E>;
};
template <class E>
struct aggregated<Distinct<E>> {
    using type = base_type_of<E>;
};
template <class E>
using aggregated_t = typename aggregated<std::remove_cvref_t<E>>::type;

template <class R, class E>
FunctionCall<R> call_aggregate(const char* name, E&& argument) {
    Tape out;
    if constexpr (SqlExpression<E>) {
        std::forward<E>(argument).write(out);
        out.close(Op::func, 1, name);
    } else if constexpr (requires { argument.expression; }) {
        argument.expression.write(out);
        out.close(Op::func, 1, name, 0, 1);
    }
    return FunctionCall<R>(std::move(out));
}

// Integers are summed in 64 bits, floats in double.
template <class T>
struct sum_type {
    static_assert(is_number<T>, "azoth: sum and avg are for numbers");
    using type = std::conditional_t<std::is_integral_v<T>, std::int64_t, std::conditional_t<std::is_arithmetic_v<T>, double, T>>;
};
template <class T>
using sum_type_t = typename sum_type<T>::type;

// The first argument that is SQL: C++ values are stored like it. void when there is none.
template <class... A>
struct first_sql {
    using type = void;
};
template <class First, class... Rest>
struct first_sql<First, Rest...> {
    using type = typename first_sql<Rest...>::type;
};
template <SqlExpression First, class... Rest>
struct first_sql<First, Rest...> {
    using type = First;
};

/// Writes arguments of one type: values are stored like `Like`, by their own type when that is void.
template <class Like, class V>
void write_argument_like(Tape& out, V&& argument) {
    if constexpr (SqlExpression<V> || std::is_void_v<Like>) {
        write_argument(out, std::forward<V>(argument));
    } else if constexpr (!std::is_void_v<bound_as_t<value_type_of<Like>, V>>) {
        write_operand<Like>(out, std::forward<V>(argument));
    }  // else refused by the caller, in words
}

template <class... A>
struct coalesce_type {
    using base = remove_optional_t<typename merged_all<literal_type_t<A>...>::type>;
    using type = std::conditional_t<(is_optional_v<literal_type_t<A>> && ...), std::optional<base>, base>;
};

template <class E>
constexpr void check_text() {
    static_assert(is_text<remove_optional_t<operand_type_t<E>>>, "azoth: this function is for text; cast<std::string>() first");
}

}  // namespace detail

/// DISTINCT inside an aggregate: `func::count(distinct(x))`.
template <detail::SqlExpression E>
detail::Distinct<std::remove_cvref_t<E>> distinct(E&& expression) {
    return {std::forward<E>(expression)};
}

namespace func {

// ---- aggregates
/// count(*)
inline FunctionCall<std::int64_t> count() {
    detail::Tape out;
    out.leaf(detail::Op::star);
    out.close(detail::Op::func, 1, "count");
    return FunctionCall<std::int64_t>(std::move(out));
}
template <class E>
FunctionCall<std::int64_t> count(E&& e) { return detail::call_aggregate<std::int64_t>("count", std::forward<E>(e)); }
template <class E>
auto sum(E&& e) { return detail::call_aggregate<std::optional<detail::sum_type_t<detail::aggregated_t<E>>>>("sum", std::forward<E>(e)); }
template <class E>
auto avg(E&& e) {
    using Sum = detail::sum_type_t<detail::aggregated_t<E>>;
    return detail::call_aggregate<std::optional<std::conditional_t<std::is_arithmetic_v<Sum>, double, Sum>>>("avg", std::forward<E>(e));
}
template <class E>
auto min(E&& e) { return detail::call_aggregate<std::optional<detail::aggregated_t<E>>>("min", std::forward<E>(e)); }
template <class E>
auto max(E&& e) { return detail::call_aggregate<std::optional<detail::aggregated_t<E>>>("max", std::forward<E>(e)); }
/// string_agg / group_concat: the texts joined by a separator.
template <class E>
auto string_agg(E&& e, std::string separator) {
    return detail::call<std::optional<std::string>>("string_agg", std::forward<E>(e), std::move(separator));
}

// ---- NULL
/// The first argument that is not NULL. NULL-able only if all arguments are.
/// Numbers meet in their common type.
template <class... A>
auto coalesce(A&&... arguments) {
    static_assert(sizeof...(A) > 0, "azoth: coalesce() takes at least one argument");
    static_assert(detail::meet_all<detail::literal_type_t<A>...>, "azoth: the arguments of coalesce() have no common SQL type; cast<T>() where they differ");
    using Type = typename detail::coalesce_type<A...>::type;
    using Like = typename detail::first_sql<std::remove_cvref_t<A>...>::type;
    detail::Tape out;
    (detail::write_argument_like<Like>(out, std::forward<A>(arguments)), ...);
    out.close(detail::Op::func, static_cast<std::uint16_t>(sizeof...(A)), "coalesce");
    return FunctionCall<Type>(std::move(out));
}
/// NULL where `a` equals `b`, else `a`.
template <class A, class B>
auto nullif(A&& a, B&& b) {
    static_assert(detail::comparable_types<detail::literal_type_t<A>, detail::literal_type_t<B>>, "azoth: nullif() compares two values of one type; cast<T>() one of them");
    using Like = typename detail::first_sql<std::remove_cvref_t<A>, std::remove_cvref_t<B>>::type;
    detail::Tape out;
    detail::write_argument_like<Like>(out, std::forward<A>(a));
    detail::write_argument_like<Like>(out, std::forward<B>(b));
    out.close(detail::Op::func, 2, "nullif");
    return FunctionCall<std::optional<remove_optional_t<detail::literal_type_t<A>>>>(std::move(out));
}

// ---- text
template <class E>
auto lower(E&& e) {
    detail::check_text<E>();
    return detail::call<detail::nullable_if_any<std::string, detail::operand_type_t<E>>>("lower", std::forward<E>(e));
}
template <class E>
auto upper(E&& e) {
    detail::check_text<E>();
    return detail::call<detail::nullable_if_any<std::string, detail::operand_type_t<E>>>("upper", std::forward<E>(e));
}
template <class E>
auto trim(E&& e) {
    detail::check_text<E>();
    return detail::call<detail::nullable_if_any<std::string, detail::operand_type_t<E>>>("trim", std::forward<E>(e));
}
/// Length in characters.
template <class E>
auto length(E&& e) { return detail::call<detail::nullable_if_any<std::int64_t, detail::operand_type_t<E>>>("length", std::forward<E>(e)); }
/// substr(text, start [, length]); positions count from 1.
template <class E, class... A>
auto substr(E&& e, A&&... positions) {
    detail::check_text<E>();
    return detail::call<detail::nullable_if_any<std::string, detail::operand_type_t<E>, detail::operand_type_t<A>...>>("substr", std::forward<E>(e), std::forward<A>(positions)...);
}
template <class E, class A, class B>
auto replace(E&& e, A&& from, B&& to) {
    detail::check_text<E>();
    return detail::call<detail::nullable_if_any<std::string, detail::operand_type_t<E>, detail::operand_type_t<A>, detail::operand_type_t<B>>>("replace", std::forward<E>(e), std::forward<A>(from), std::forward<B>(to));
}
template <class... A>
auto concat(A&&... parts) {
    static_assert(sizeof...(A) > 0, "azoth: concat() takes at least one argument");
    detail::Tape out;
    (detail::write_argument(out, std::forward<A>(parts)), ...);
    out.close(detail::Op::concat, static_cast<std::uint16_t>(sizeof...(A)));
    return FunctionCall<detail::nullable_if_any<std::string, detail::operand_type_t<A>...>>(std::move(out));
}

// ---- numbers
template <class E>
auto abs(E&& e) {
    static_assert(detail::is_number<remove_optional_t<detail::operand_type_t<E>>>, "azoth: abs() is for numbers");
    return detail::call<detail::operand_type_t<E>>("abs", std::forward<E>(e));
}
/// Of an integer a double, as the databases have it.
template <class E, class... D>
auto round(E&& e, D&&... digits) {
    using Number = remove_optional_t<detail::operand_type_t<E>>;
    static_assert(detail::is_number<Number>, "azoth: round() is for numbers");
    using Rounded = std::conditional_t<std::is_integral_v<Number>, double, Number>;
    return detail::call<detail::nullable_if_any<Rounded, detail::operand_type_t<E>, detail::operand_type_t<D>...>>("round", std::forward<E>(e), std::forward<D>(digits)...);
}
inline auto random() { return detail::call<double>("random"); }

// ---- time
/// The transaction's (SQLite: the statement's) time.
inline auto now() { return detail::call<Timestamp>("now"); }
/// Cuts a timestamp to "year", "month", "day", "hour" ... where the database can.
template <class E>
auto date_trunc(std::string unit, E&& e) { return detail::call<detail::operand_type_t<E>>("date_trunc", std::move(unit), std::forward<E>(e)); }

// ---- windows
inline auto row_number() { return detail::call<std::int64_t>("row_number"); }
inline auto rank() { return detail::call<std::int64_t>("rank"); }
inline auto dense_rank() { return detail::call<std::int64_t>("dense_rank"); }
inline auto percent_rank() { return detail::call<double>("percent_rank"); }
inline auto cume_dist() { return detail::call<double>("cume_dist"); }
inline auto ntile(std::int32_t buckets) { return detail::call<std::int64_t>("ntile", buckets); }
/// lag(e [, rows [, value where there is no such row]])
template <class E, class... A>
auto lag(E&& e, A&&... rest) { return detail::call<std::optional<remove_optional_t<detail::literal_type_t<E>>>>("lag", std::forward<E>(e), std::forward<A>(rest)...); }
template <class E, class... A>
auto lead(E&& e, A&&... rest) { return detail::call<std::optional<remove_optional_t<detail::literal_type_t<E>>>>("lead", std::forward<E>(e), std::forward<A>(rest)...); }
template <class E>
auto first_value(E&& e) { return detail::call<std::optional<remove_optional_t<detail::literal_type_t<E>>>>("first_value", std::forward<E>(e)); }
template <class E>
auto last_value(E&& e) { return detail::call<std::optional<remove_optional_t<detail::literal_type_t<E>>>>("last_value", std::forward<E>(e)); }

/// Any function of the database, by name: `func::call<double>("ts_rank", a, b)`. Errors: `ArgumentError` for a name that is no identifier.
template <class R, class... A>
FunctionCall<R> call(std::string name, A&&... arguments) {
    static_assert(Storable<R>, "azoth: func::call<T>() needs a storable type");
    detail::check_function_name(name);
    detail::Tape out;
    (detail::write_argument(out, std::forward<A>(arguments)), ...);
    out.close_text(detail::Op::func, static_cast<std::uint16_t>(sizeof...(A)), std::move(name));
    return FunctionCall<R>(std::move(out));
}

}  // namespace func

/// CAST(x AS ...): the database's conversion.
template <class R, class E>
auto cast(E&& e) {
    static_assert(Storable<R>, "azoth: cast<T>() needs a storable type");
    static_assert(detail::is_sql<E>, "azoth: cast<T>() takes an SQL expression; literal(value) makes one of a C++ value");
    detail::Tape out = detail::tape_of(std::forward<E>(e));
    out.close(detail::Op::cast, 1, &type_traits<remove_optional_t<R>>::sql_type);
    return Expression<detail::nullable_if_any<R, detail::value_type_of<E>>>(std::move(out));
}

/// A row value: `tuple_(a, b).in_(pairs)`.
template <detail::SqlExpression... E>
class TupleExpression {
public:
    explicit TupleExpression(detail::Tape tape) : tape_(std::move(tape)) {}

    /// Pairs (tuples) of values; none matches nothing.
    template <class Range>
    Expression<std::optional<bool>> in_(const Range& range) const { return in(range, 0); }
    template <class Range>
    Expression<std::optional<bool>> not_in(const Range& range) const { return in(range, detail::negated); }

private:
    template <class Range>
    Expression<std::optional<bool>> in(const Range& range, std::uint8_t flags) const {
        detail::Tape out = tape_;
        if constexpr (detail::SqlQuery<Range>) {
            static_assert(Range::width == sizeof...(E), "azoth: tuple_().in_() takes a query that selects as many items");
            range.write_query(out);
            out.close(detail::Op::in_query, 2, nullptr, 0, flags);
        } else {
            std::size_t count = 0;
            for (const auto& row : range) {
                write_row(out, row, std::index_sequence_for<E...>());
                ++count;
            }
            out.close(detail::Op::in_list, detail::operand_count(count + 1, "in_()"), nullptr, 0, flags);
        }
        return Expression<std::optional<bool>>(std::move(out));
    }
    template <class RowType, std::size_t... I>
    static void write_row(detail::Tape& out, const RowType& row, std::index_sequence<I...>) {
        static_assert(std::tuple_size_v<RowType> == sizeof...(E), "azoth: tuple_().in_() takes rows of as many values");
        (detail::write_operand<E>(out, std::get<I>(row)), ...);
        out.close(detail::Op::tuple, static_cast<std::uint16_t>(sizeof...(E)));
    }
    detail::Tape tape_;
};
template <detail::SqlExpression... E>
TupleExpression<std::remove_cvref_t<E>...> tuple_(E&&... e) {
    detail::Tape out;
    (std::forward<E>(e).write(out), ...);
    out.close(detail::Op::tuple, static_cast<std::uint16_t>(sizeof...(E)));
    return TupleExpression<std::remove_cvref_t<E>...>(std::move(out));
}

/// SQL text as an expression of type R, without binds.
template <class R>
Expression<R> literal_column(std::string sql) {
    detail::Tape out;
    out.text_leaf(detail::Op::raw, std::move(sql));
    return Expression<R>(std::move(out));
}

}  // namespace azoth
