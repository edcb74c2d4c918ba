// any<> and has<>: does a related row exist that ...?
#pragma once

#include <azoth/schema/mapping.hpp>
#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/operators.hpp>

#include <utility>

namespace azoth {

namespace detail {
/// EXISTS (SELECT 1 FROM target WHERE join AND criterion). The criterion's tape may be empty.
Tape relationship_exists(const Relationship& relationship, Tape criterion);

template <auto R, bool Many>
constexpr void check_relationship() {
    using Member = relation_member_traits<member_type_t<R>>;
    static_assert(Member::is_relation, "azoth: any<> and has<> take a relationship: a member of type many<T> or one<T>");
    if constexpr (Member::is_relation) {
        static_assert(!Many || Member::is_many, "azoth: any<> asks about a many<T>; for a one<T> use has<>");
        static_assert(Many || !Member::is_many, "azoth: has<> asks about a one<T>; for a many<T> use any<>");
    }
}

template <auto R>
const Relationship& relationship_of() {
    static const Relationship& relationship = table_of<member_owner_t<R>>().relationship(&member_tag<R>);
    return relationship;
}
}  // namespace detail

/// Is there a related row (of a many<>) for which the predicate holds?
template <auto R>
Expression<bool> any() {
    detail::check_relationship<R, true>();
    return Expression<bool>(detail::relationship_exists(detail::relationship_of<R>(), {}));
}
template <auto R, class P>
Expression<bool> any(P&& predicate) {
    detail::check_relationship<R, true>();
    static_assert(detail::is_predicate<P>, "azoth: any<>() takes an SQL predicate");
    return Expression<bool>(detail::relationship_exists(detail::relationship_of<R>(), detail::tape_of(std::forward<P>(predicate))));
}
/// The same for a one<>.
template <auto R>
Expression<bool> has() {
    detail::check_relationship<R, false>();
    return Expression<bool>(detail::relationship_exists(detail::relationship_of<R>(), {}));
}
template <auto R, class P>
Expression<bool> has(P&& predicate) {
    detail::check_relationship<R, false>();
    static_assert(detail::is_predicate<P>, "azoth: has<>() takes an SQL predicate");
    return Expression<bool>(detail::relationship_exists(detail::relationship_of<R>(), detail::tape_of(std::forward<P>(predicate))));
}

}  // namespace azoth
