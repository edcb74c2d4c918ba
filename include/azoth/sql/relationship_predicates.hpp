// any<>, has<>, contains<>, related<>: what is said of related rows.
#pragma once

#include <azoth/schema/mapping.hpp>
#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/operators.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {
/// EXISTS (SELECT 1 FROM target WHERE join AND criterion). The criterion's tape may be empty.
Tape relationship_exists(const Relationship& relationship, Tape criterion);
/// Is `object`, of the target's struct, the related one, or one of them? null: is there none? By the foreign key where the owner has it, else
/// EXISTS. `negate`: the opposite, true for what is related to nothing. Errors: `ArgumentError` for an object whose key is not known yet.
Tape relationship_equals(const Relationship& relationship, const void* object, bool negate);

template <auto R, bool Many>
constexpr void check_relationship() {
    using Member = relation_member_traits<member_type_t<R>>;
    static_assert(Member::is_relation, "azoth: any<>, contains<>, has<> and related<> take a relationship: a member of type many<T> or one<T>");
    if constexpr (Member::is_relation) {
        static_assert(!Many || Member::is_many, "azoth: any<> and contains<> ask about a many<T>; for a one<T> use has<> and related<>");
        static_assert(Many || !Member::is_many, "azoth: has<> and related<> ask about a one<T>; for a many<T> use any<> and contains<>");
    }
}

template <auto R>
using related_struct = typename relation_member_traits<member_type_t<R>>::target;

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

/// Is this object among the related ones (of a many<>)? Takes the object or a handle; its key is read now.
/// Errors: `ArgumentError` for a null handle, and for an object whose key the database has not made yet: flush first.
template <auto R>
Expression<bool> contains(const detail::related_struct<R>& object) {
    detail::check_relationship<R, true>();
    return Expression<bool>(detail::relationship_equals(detail::relationship_of<R>(), &object, false));
}
template <auto R>
Expression<bool> contains(const std::shared_ptr<detail::related_struct<R>>& handle) {
    detail::check_relationship<R, true>();
    return Expression<bool>(detail::relationship_equals(detail::relationship_of<R>(), handle.get(), false));
}

/// The type of `related<R>()`.
template <auto R>
class Related {
    using Target = detail::related_struct<R>;

public:
    friend Expression<bool> operator==(Related, const Target& object) { return compare(&object, false); }
    friend Expression<bool> operator==(Related, const std::shared_ptr<Target>& handle) { return compare(handle.get(), false); }
    friend Expression<bool> operator==(Related, std::nullptr_t) { return compare(nullptr, false); }
    friend Expression<bool> operator!=(Related, const Target& object) { return compare(&object, true); }
    friend Expression<bool> operator!=(Related, const std::shared_ptr<Target>& handle) { return compare(handle.get(), true); }
    friend Expression<bool> operator!=(Related, std::nullptr_t) { return compare(nullptr, true); }

private:
    static Expression<bool> compare(const Target* object, bool negate) {
        return Expression<bool>(detail::relationship_equals(detail::relationship_of<R>(), object, negate));
    }
};

/// The far end of a one<> in comparisons: `related<&Post::author>() == user`, `!= user`, `== nullptr`. Takes the object or a handle; its key is
/// read now. `!= user` holds for a post without an author too.
/// Errors: `ArgumentError` for an object whose key the database has not made yet: flush first.
template <auto R>
Related<R> related() {
    detail::check_relationship<R, false>();
    return {};
}

}  // namespace azoth
