// Expression<T>: a typed SQL expression as a value, with the operations every expression has as members.
#pragma once

#include <azoth/base/throw.hpp>
#include <azoth/sql/operand.hpp>
#include <azoth/sql/order.hpp>

#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace azoth {

/// A typed SQL expression. `T` is its C++ type, `std::optional` where it can be NULL; `Key` is what a row finds it by.
/// Regular value type: copying copies a few nodes.
template <class T, class Key>
class Expression : public detail::ExpressionTag, public detail::Operations<Expression<T, Key>> {
public:
    using value_type = T;
    using key = Key;

    explicit Expression(detail::Tape tape) : tape_(std::move(tape)) {}

    void write(detail::Tape& out) const& { out.append(tape_); }
    void write(detail::Tape& out) && { out.append(std::move(tape_)); }
    const detail::Tape& tape() const noexcept { return tape_; }

private:
    detail::Tape tape_;
};

namespace detail {

template <class T, class Key = no_key>
Expression<T, Key> expression(Tape tape) {
    return Expression<T, Key>(std::move(tape));
}

}  // namespace detail

/// A C++ value as an SQL expression, bound like every value.
template <class V>
auto literal(const V& value) {
    using Stored = std::conditional_t<std::convertible_to<V, std::string_view>, std::string, V>;
    static_assert(Storable<Stored>, "azoth: this type cannot be stored: specialise azoth::type_traits for it");
    detail::Tape tape;
    if constexpr (Storable<Stored>) detail::bind_value<remove_optional_t<Stored>>(tape, value);
    return Expression<Stored>(std::move(tape));
}

/// SQL NULL of a type.
template <class T>
Expression<std::optional<remove_optional_t<T>>> null() {
    static_assert(Storable<T>, "azoth: null<T>() needs a storable type");
    detail::Tape tape;
    tape.leaf(detail::Op::null_literal);
    return Expression<std::optional<remove_optional_t<T>>>(std::move(tape));
}

/// The same expression with NULL in its type: for what an outer join can leave empty.
template <detail::SqlExpression E>
auto nullable(E&& inner) {
    using Plain = std::remove_cvref_t<E>;
    return Expression<std::optional<detail::base_type_of<E>>, typename Plain::key>(detail::tape_of(std::forward<E>(inner)));
}


class Json;

namespace detail {
template <class T>
inline constexpr bool is_array = false;
template <class T>
    requires Storable<T>
inline constexpr bool is_array<T> = type_traits<T>::sql_type.array;
}

/// Makes contains/startswith/endswith take the text literally: % and _ in it stand for themselves.
struct autoescape_t {};
inline constexpr autoescape_t autoescape{};

namespace detail {

/// A statement that can stand as an operand: Select and compounds. `value_type` of a one-column query is that column's type.
template <class Q>
concept SqlQuery = requires(const std::remove_cvref_t<Q>& query, Tape& tape) { query.write_query(tape); };

/// What an operand adds to a result's nullability: its own type, for ranges that of their elements, for queries that of their item.
template <class V>
struct operand_null {
    static constexpr bool value = is_optional_v<V>;
};
template <SqlExpression V>
struct operand_null<V> {
    static constexpr bool value = is_optional_v<value_type_of<V>>;
};
template <class V>
    requires(!SqlExpression<V> && !SqlQuery<V> && std::ranges::input_range<V>)
struct operand_null<V> {
    static constexpr bool value = operand_null<std::remove_cvref_t<std::ranges::range_reference_t<V>>>::value;
};
template <>
struct operand_null<std::nullopt_t> {
    static constexpr bool value = true;
};
template <SqlQuery V>
    requires(V::width == 1)
struct operand_null<V> {
    static constexpr bool value = is_optional_v<typename V::scalar_type>;
};
/// True or false, or NULL when one of the operands can be.
template <class... Operands>
using predicate_type = std::conditional_t<(operand_null<std::remove_cvref_t<Operands>>::value || ...), std::optional<bool>, bool>;

/// Operands of one node are counted in 16 bits. Errors: `ArgumentError` beyond.
std::uint16_t operand_count(std::size_t count, const char* construct);

/// '%' + text + '%' with wildcards of `text` escaped by '/'.
std::string like_pattern(std::string_view text, bool before, bool after, bool escape);

template <class Derived>
struct Operations {
    // ---- membership
    /// x IN (values...). No values: matches nothing. Takes values, expressions, one range, or one query.
    template <class... V>
    auto in_(V&&... values) const {
        return in(0, std::forward<V>(values)...);
    }
    /// x NOT IN (values...). No values: matches everything. A NULL among them matches nothing, as in SQL.
    template <class... V>
    auto not_in(V&&... values) const {
        return in(negated, std::forward<V>(values)...);
    }

    // ---- text
    /// LIKE with the pattern as it is.
    template <class P>
    auto like(P&& pattern, char escape = 0) const {
        return like_as(0, std::forward<P>(pattern), escape);
    }
    template <class P>
    auto not_like(P&& pattern, char escape = 0) const {
        return like_as(like_negated, std::forward<P>(pattern), escape);
    }
    /// Without regard to case (on SQLite: of ASCII letters).
    template <class P>
    auto ilike(P&& pattern, char escape = 0) const {
        return like_as(like_insensitive, std::forward<P>(pattern), escape);
    }
    template <class P>
    auto not_ilike(P&& pattern, char escape = 0) const {
        return like_as(like_insensitive | like_negated, std::forward<P>(pattern), escape);
    }
    /// LIKE '%text%'. Wildcards in `text` count unless `autoescape` is given.
    auto contains(std::string_view text) const { return like_as(0, like_pattern(text, true, true, false), 0); }
    auto contains(std::string_view text, autoescape_t) const { return like_as(0, like_pattern(text, true, true, true), '/'); }
    auto startswith(std::string_view text) const { return like_as(0, like_pattern(text, false, true, false), 0); }
    auto startswith(std::string_view text, autoescape_t) const { return like_as(0, like_pattern(text, false, true, true), '/'); }
    auto endswith(std::string_view text) const { return like_as(0, like_pattern(text, true, false, false), 0); }
    auto endswith(std::string_view text, autoescape_t) const { return like_as(0, like_pattern(text, true, false, true), '/'); }

    // ---- NULL, ranges
    template <class L, class H>
    auto between(L&& low, H&& high) const {
        return between_as(0, std::forward<L>(low), std::forward<H>(high));
    }
    template <class L, class H>
    auto not_between(L&& low, H&& high) const {
        return between_as(negated, std::forward<L>(low), std::forward<H>(high));
    }
    Expression<bool> is_null() const { return unary<bool>(Op::is_null); }
    Expression<bool> is_not_null() const { return unary<bool>(Op::is_not_null); }
    /// Like `!=`, but NULL is a value like any other.
    template <class V>
    Expression<bool> is_distinct_from(V&& other) const {
        return distinct_as(Op::is_distinct, std::forward<V>(other));
    }
    template <class V>
    Expression<bool> is_not_distinct_from(V&& other) const {
        return distinct_as(Op::is_not_distinct, std::forward<V>(other));
    }

    // ---- naming and order
    /// Names the expression in the row: `row["total"_c]`.
    template <fixed_string S>
    auto label(Label<S>) const {
        return Expression<typename Derived::value_type, label_key<S>>(tape());
    }
    Ordered asc() const { return {tape(), 0}; }
    Ordered desc() const { return {tape(), order_desc}; }
    Ordered nulls_first() const { return {tape(), order_nulls_first}; }
    Ordered nulls_last() const { return {tape(), order_nulls_last}; }

    auto collate(std::string name) const {
        Tape out = tape();
        out.close_text(Op::collate, 1, std::move(name));
        return expression<typename Derived::value_type>(std::move(out));
    }
    /// Any operator of the database: `col<&Doc::body>.op<bool>("@@", query)`.
    template <class R, class V>
    auto op(std::string name, V&& other) const {
        Tape out = tape();
        if constexpr (SqlExpression<V>) {
            std::forward<V>(other).write(out);
        } else if constexpr (!std::is_void_v<bound_as_t<typename Derived::value_type, V>>) {
            write_operand<Derived>(out, std::forward<V>(other));
        } else {
            literal(other).write(out);
        }
        out.close_text(Op::custom_op, 2, std::move(name));
        return expression<R>(std::move(out));
    }

    // ---- arrays (PostgreSQL)
    /// array @> other: has all of its elements.
    template <class V>
    auto contains(V&& other) const
        requires is_array<remove_optional_t<typename Derived::value_type>>
    {
        return beside_like<V>("@>", std::forward<V>(other));
    }
    /// array <@ other: all its elements are in the other.
    template <class V>
    auto contained_by(V&& other) const
        requires is_array<remove_optional_t<typename Derived::value_type>>
    {
        return beside_like<V>("<@", std::forward<V>(other));
    }
    /// array && other: they have an element in common.
    template <class V>
    auto overlap(V&& other) const
        requires is_array<remove_optional_t<typename Derived::value_type>>
    {
        return beside_like<V>("&&", std::forward<V>(other));
    }

    // ---- JSON
    /// jsonb @> document: has all of it (PostgreSQL).
    auto contains(const Json& document) const
        requires std::same_as<remove_optional_t<typename Derived::value_type>, Json>
    {
        return beside_like<Json>("@>", document);
    }
    /// jsonb ? key: is an object with this key, or an array with this text (PostgreSQL).
    auto has_key(std::string_view key) const
        requires std::same_as<remove_optional_t<typename Derived::value_type>, Json>
    {
        Tape out = tape();
        out.bind(text_value(key));
        out.close(Op::custom_op, 2, "?");
        return expression<predicate_type<Derived>>(std::move(out));
    }
    /// A member or element of a JSON value, as JSON.
    template <class K>
    auto operator[](const K& key) const
        requires(std::same_as<remove_optional_t<typename Derived::value_type>, Json> &&
                 (std::convertible_to<K, std::string_view> || std::integral<K>))
    {
        Tape out = tape();
        if constexpr (std::integral<K>) {
            out.bind(Value::integer(static_cast<std::int64_t>(key)));
        } else {
            out.bind(text_value(std::string_view(key)));
        }
        out.close(Op::json_path, 2);
        return expression<std::optional<Json>>(std::move(out));
    }
    /// A JSON value read as a T.
    template <class R>
    auto as() const
        requires std::same_as<remove_optional_t<typename Derived::value_type>, Json>
    {
        Tape out = tape();
        out.close(Op::json_path, 1, nullptr, 0, 1);
        if constexpr (!std::same_as<R, std::string>) out.close(Op::cast, 1, &type_traits<R>::sql_type);
        return expression<std::optional<R>>(std::move(out));
    }

    explicit operator bool() const {
        static_assert(sizeof(Derived) == 0, "azoth: an SQL expression is neither true nor false in C++; the database decides: put it into where(...)");
        return false;
    }

private:
    const Derived& self() const { return static_cast<const Derived&>(*this); }
    Tape tape() const { return tape_of(self()); }

    template <class R>
    Expression<R> unary(Op op) const {
        Tape out = tape();
        out.close(op, 1);
        return Expression<R>(std::move(out));
    }

    template <class V>
    auto beside_like(const char* op, const V& other) const {
        Tape out = tape();
        write_beside(out, self(), other);
        out.close(Op::custom_op, 2, op);
        return expression<predicate_type<Derived, V>>(std::move(out));
    }

    template <class... V>
    auto in(std::uint8_t flags, V&&... values) const {
        Tape out = tape();
        using Single = std::remove_cvref_t<std::tuple_element_t<0, std::tuple<V..., void>>>;
        constexpr bool one = sizeof...(V) == 1;
        if constexpr (one && SqlQuery<Single>) {
            static_assert(Single::width == 1, "azoth: in_() takes a query that selects one expression");
            if constexpr (Single::width == 1) {
                static_assert(comparable_types<typename Derived::value_type, typename Single::scalar_type>,
                              "azoth: in_() takes a query whose expression has the type of this one; cast<T>() one of them");
            }
            (values.write_query(out), ...);
            out.close(Op::in_query, 2, nullptr, 0, flags);
        } else if constexpr (one && std::ranges::input_range<Single> && !std::convertible_to<Single, std::string_view> && !SqlExpression<Single>) {
            std::size_t count = 0;
            const auto each = [&](auto& range) {
                for (const std::ranges::range_value_t<decltype(range)>& value : range) {
                    write_operand<Derived>(out, value);
                    ++count;
                }
            };
            (each(values), ...);
            out.close(Op::in_list, operand_count(count + 1, "in_()"), nullptr, 0, flags);
        } else {
            (write_operand<Derived>(out, std::forward<V>(values)), ...);
            out.close(Op::in_list, static_cast<std::uint16_t>(sizeof...(V) + 1), nullptr, 0, flags);
        }
        return expression<predicate_type<Derived, V...>>(std::move(out));
    }

    template <class P>
    auto like_as(std::uint8_t flags, P&& pattern, char escape) const {
        constexpr bool text = std::is_same_v<remove_optional_t<typename Derived::value_type>, std::string>;
        static_assert(text, "azoth: like and its kin are for text; cast<std::string>() first");
        Tape out = tape();
        if constexpr (text) write_operand<Derived>(out, std::forward<P>(pattern));
        out.close(Op::like, 2, nullptr, static_cast<unsigned char>(escape), flags);
        return expression<predicate_type<Derived, P>>(std::move(out));
    }

    template <class L, class H>
    auto between_as(std::uint8_t flags, L&& low, H&& high) const {
        Tape out = tape();
        write_beside(out, self(), std::forward<L>(low));
        write_beside(out, self(), std::forward<H>(high));
        out.close(Op::between, 3, nullptr, 0, flags);
        return expression<predicate_type<Derived, L, H>>(std::move(out));
    }

    template <class V>
    Expression<bool> distinct_as(Op op, V&& other) const {
        Tape out = tape();
        if constexpr (std::same_as<std::remove_cvref_t<V>, std::nullopt_t>) {
            out.leaf(Op::null_literal);
        } else {
            write_beside(out, self(), std::forward<V>(other));
        }
        out.close(op, 2);
        return Expression<bool>(std::move(out));
    }
};

}  // namespace detail
}  // namespace azoth
