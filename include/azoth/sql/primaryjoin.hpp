// primaryjoin(): a relationship that follows a condition instead of a foreign key.
#pragma once

#include <azoth/schema/mapping.hpp>
#include <azoth/sql/operand.hpp>

#include <type_traits>

namespace azoth {

namespace detail {
struct PrimaryjoinOption {
    void (*write)(Tape& out);
    constexpr void apply(RelationshipDef& relationship) const {
        relationship.primaryjoin = write;
        relationship.has_primaryjoin = true;
    }
};
}  // namespace detail

/// The condition that relates owner and target, as a lambda without captures that returns an SQL predicate over their columns:
/// `relationship<&User::newest>(viewonly, primaryjoin([] { return col<&User::id> == col<&Post::author_id> && col<&Post::pinned>; }))`.
/// For `viewonly` relationships between two different structs; both must be complete where mapping() is defined. The lambda is
/// called when a statement is built, not when the model is.
template <class Condition>
constexpr detail::PrimaryjoinOption primaryjoin(Condition) {
    static_assert(std::is_empty_v<Condition> && std::is_default_constructible_v<Condition>,
                  "azoth: primaryjoin() takes a lambda without captures");
    return {[](detail::Tape& out) {
        using Result = std::remove_cvref_t<decltype(Condition{}())>;
        static_assert(detail::is_predicate<Result>,
                      "azoth: the lambda of primaryjoin() returns an SQL predicate: compare columns of the two structs");
        out.append(detail::tape_of(Condition{}()));
    }};
}

}  // namespace azoth
