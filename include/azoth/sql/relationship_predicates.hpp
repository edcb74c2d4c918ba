// any<> and has<>: does a related row exist that ...?
#pragma once

#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/operators.hpp>

#include <utility>

namespace azoth {

namespace detail {
/// EXISTS (SELECT 1 FROM target WHERE join AND criterion). The criterion's tape may be empty.
Tape relationship_exists(const Relationship& relationship, Tape criterion);

template <auto R>
const Relationship& relationship_of() {
    static const Relationship& relationship = table_of<member_owner_t<R>>().relationship(&member_tag<R>);
    return relationship;
}
}  // namespace detail

/// Is there a related row (of a many<>) for which the predicate holds?
template <auto R>
Expression<bool> any() {
    return Expression<bool>(detail::relationship_exists(detail::relationship_of<R>(), {}));
}
template <auto R, detail::SqlPredicate P>
Expression<bool> any(P&& predicate) {
    return Expression<bool>(detail::relationship_exists(detail::relationship_of<R>(), detail::tape_of(std::forward<P>(predicate))));
}
/// The same for a one<>.
template <auto R>
Expression<bool> has() {
    return any<R>();
}
template <auto R, detail::SqlPredicate P>
Expression<bool> has(P&& predicate) {
    return any<R>(std::forward<P>(predicate));
}

}  // namespace azoth
