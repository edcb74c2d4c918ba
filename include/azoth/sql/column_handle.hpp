// col<&T::m>: a mapped member as an SQL expression, and entity<T>: the whole struct.
#pragma once

#include <azoth/schema/table_of.hpp>
#include <azoth/sql/expression.hpp>
#include <azoth/types/deferred.hpp>

#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

template <auto... M>
struct member_path;
template <auto M>
struct member_path<M> {
    using owner = member_owner_t<M>;
    using declared = member_type_t<M>;
    using type = remove_deferred_t<declared>;  ///< in SQL
    static constexpr MemberId id{&member_tag<M>, nullptr};
};
template <auto Outer, auto M>
struct member_path<Outer, M> {
    static_assert(std::is_same_v<std::remove_cvref_t<member_type_t<Outer>>, member_owner_t<M>>,
                  "azoth: the second member must belong to the struct embedded by the first");
    using owner = member_owner_t<Outer>;
    using declared = member_type_t<M>;
    using type = remove_deferred_t<declared>;
    static constexpr MemberId id{&member_tag<M>, &member_tag<Outer>};
};

/// The run-time column of a member; looked up once.
template <auto... M>
const Column& column_of() {
    static const Column& column = table_of<typename member_path<M...>::owner>().column(member_path<M...>::id);
    return column;
}

template <class To, class From>
inline constexpr bool loses_fraction = std::is_integral_v<remove_optional_t<To>> && std::is_floating_point_v<remove_optional_t<From>>;

template <class T, class V>
inline constexpr bool go_with = !std::is_void_v<bound_as_t<T, V>>;
template <class T, SqlExpression V>
inline constexpr bool go_with<T, V> = comparable_types<T, value_type_of<V>>;

/// An assigned value is stored as the column's own type. Errors: `DataError` for a number that does not fit it.
template <class Handle, class V>
void write_assigned(Tape& out, V&& value) {
    using Stored = remove_optional_t<typename Handle::value_type>;
    using Given = std::remove_cvref_t<V>;
    if constexpr (is_optional_v<Given>) {
        if (value) {
            write_assigned<Handle>(out, *value);
        } else {
            out.leaf(Op::null_literal);
        }
    } else if constexpr (StoredInteger<Stored> && StoredInteger<Given> && !std::same_as<Stored, Given>) {
        if (!std::in_range<Stored>(value)) {
            const Value given = to_value(value);
            throw_out_of_range(given.view(), integer_type_name<Stored>());
        }
        out.bind(to_value(static_cast<Stored>(value)), bind_type<Stored>());
    } else {
        write_operand<Handle>(out, std::forward<V>(value));
    }
}

/// `column = expression`, as values() and do_update() take it. `Owner` is the mapped struct.
template <class Owner>
class Assignment {
public:
    explicit Assignment(Tape tape) : tape_(std::move(tape)) {}
    void write(Tape& out) const& { out.append(tape_); }
    void write(Tape& out) && { out.append(std::move(tape_)); }

private:
    Tape tape_;
};

}  // namespace detail

/// The type of `col<...>`. An empty constant: passing it costs nothing.
template <auto... M>
struct ColumnHandle : detail::ExpressionTag, detail::Operations<ColumnHandle<M...>> {
    using path = detail::member_path<M...>;
    using owner = typename path::owner;
    using value_type = typename path::type;
    using key = detail::column_key<M...>;

    constexpr ColumnHandle() = default;
    constexpr ColumnHandle(const ColumnHandle&) = default;

    void write(detail::Tape& out) const { out.leaf(detail::Op::column, &detail::column_of<M...>()); }

    /// `col<&T::m> = value` is an assignment for values(); the value may be a C++ value, nullopt, or any expression.
    template <class V>
    detail::Assignment<owner> operator=(V&& value) const {
        detail::Tape out;
        if constexpr (std::is_same_v<std::remove_cvref_t<V>, std::nullopt_t>) {
            static_assert(is_optional_v<value_type>, "azoth: NULL for a member that is not std::optional");
            out.leaf(detail::Op::null_literal);
        } else {
            if constexpr (detail::SqlExpression<V>) {
                static_assert(detail::comparable_types<value_type, detail::value_type_of<V>>,
                              "azoth: the assigned expression is of another type than the column; cast<T>() it");
                static_assert(!detail::loses_fraction<value_type, detail::value_type_of<V>>,
                              "azoth: an expression with a fraction is assigned to an integer column; cast<T>() it");
                static_assert(is_optional_v<value_type> || !is_optional_v<detail::value_type_of<V>>,
                              "azoth: an expression that can be NULL is assigned to a member that is not std::optional; use func::coalesce");
            } else {
                static_assert(!std::is_void_v<detail::bound_as_t<value_type, V>>, "azoth: the assigned value is of another type than the column");
                static_assert(!detail::loses_fraction<value_type, std::remove_cvref_t<V>>, "azoth: a floating-point value is assigned to an integer column");
                static_assert(is_optional_v<value_type> || !is_optional_v<std::remove_cvref_t<V>>,
                              "azoth: a std::optional is assigned to a member that is not std::optional");
            }
            if constexpr (detail::go_with<value_type, V>) detail::write_assigned<ColumnHandle>(out, std::forward<V>(value));
        }
        out.close(detail::Op::set, 1, &detail::column_of<M...>());
        return detail::Assignment<owner>(std::move(out));
    }
    detail::Assignment<owner> operator=(const ColumnHandle& other) const {
        return this->template operator= <const ColumnHandle&>(other);
    }
};

/// A mapped member in SQL: `col<&User::email>`; of an embedded struct: `col<&User::address, &Address::city>`.
template <auto... M>
inline constexpr ColumnHandle<M...> col{};

/// The type of `entity<T>`.
template <class T>
struct EntityHandle {
    using entity_type = T;
    static void write_from(detail::Tape& out) { out.leaf(detail::Op::from_table, &detail::table_of<T>()); }
    static void write_item(detail::Tape& out) { out.leaf(detail::Op::item_entity, &detail::table_of<T>()); }
};

/// The mapped struct itself, in select(...) and join(...).
template <class T>
inline constexpr EntityHandle<T> entity{};

}  // namespace azoth
