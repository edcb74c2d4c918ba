// expression<&T::m>(...): a member that is filled from an SQL expression with every read of its row.
#pragma once

#include <azoth/schema/mapping.hpp>
#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/expression.hpp>
#include <azoth/types/deferred.hpp>

#include <type_traits>

namespace azoth {

/// In mapping(): the member is read from SQL, and never written. In queries `col<&User::post_count>` stands for the expression.
/// ```cpp
/// expression<&User::post_count>([] {
///     return select(func::count(col<&Post::id>)).where(col<&Post::author_id> == col<&User::id>).scalar_subquery();
/// })
/// ```
/// `F`: a lambda without captures that returns an expression over the mapped struct, called when statements are rendered. Columns of the
/// struct itself mean the row that is read, also under an alias. What can be NULL needs a std::optional member; a member of type deferred<T>
/// is read when asked for. It has the value of the last read: after a change and a flush, refresh() reads it anew.
template <auto M, class F>
constexpr auto expression(F) {  // deduced: the body is instantiated where the word is written, and so are its errors
    using Declared = detail::member_type_t<M>;
    using Member = remove_optional_t<detail::remove_deferred_t<Declared>>;
    constexpr bool stateless = std::is_empty_v<F> && std::is_default_constructible_v<F>;
    static_assert(stateless, "azoth: expression<&T::member>() takes a lambda without captures");
    constexpr bool storable = Storable<Member>;
    static_assert(storable, "azoth: this member's type cannot be read from a column: specialise azoth::type_traits for it");
    detail::ColumnDef def;
    if constexpr (stateless && storable) {
        using E = decltype(F{}());
        constexpr bool is_sql = detail::is_sql<E>;
        static_assert(is_sql, "azoth: the lambda of expression<&T::member>() returns an SQL expression: a scalar_subquery(), a function of columns ...");
        if constexpr (is_sql) {
            constexpr bool fits = detail::comparable_types<Member, detail::value_type_of<E>>, keeps_fraction = !detail::loses_fraction<Member, detail::value_type_of<E>>;
            static_assert(fits, "azoth: the expression is of another type than the member; cast<T>() it");
            static_assert(keeps_fraction, "azoth: an expression with a fraction is read into an integer member; cast<T>() it");
            def.id.member = &detail::member_tag<M>;
            def.member_name = detail::member_name<M>();
            def.name = def.member_name;
            def.owner = &detail::type_tag<detail::member_owner_t<M>>;
            def.type = &detail::read_only_type_ops<Declared>;
            def.facts = detail::make_type_facts<detail::remove_deferred_t<Declared>>();
            def.deferred = detail::is_deferred_v<Declared>;
            def.is_expression = true;
            def.field = [](const void* object) -> const void* { return &(static_cast<const detail::member_owner_t<M>*>(object)->*M); };
            def.expression = [](detail::Tape& out) { F{}().write(out); };
        }
    }
    return def;
}

}  // namespace azoth
