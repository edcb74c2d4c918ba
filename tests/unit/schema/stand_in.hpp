// Stand-ins for one<T> and many<T>: the schema layer knows of them only that they are relationship members.
#pragma once

#include <azoth/schema/mapping.hpp>

namespace schema_test {

template <class T>
struct one {
    void* at = nullptr;
    // Relationship members are reached as RelationMember, which only the orm layer completes.
    azoth::detail::RelationMember* operator&() { return reinterpret_cast<azoth::detail::RelationMember*>(this); }
};
template <class T>
struct many {
    void* at = nullptr;
    azoth::detail::RelationMember* operator&() { return reinterpret_cast<azoth::detail::RelationMember*>(this); }
};

}  // namespace schema_test

template <class T>
struct azoth::detail::relation_member_traits<schema_test::one<T>> {
    static constexpr bool is_relation = true, is_many = false;
    using target = T;
};
template <class T>
struct azoth::detail::relation_member_traits<schema_test::many<T>> {
    static constexpr bool is_relation = true, is_many = true;
    using target = T;
};
