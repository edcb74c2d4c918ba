// How the items of two queries fit together: the arms of a set operation, a recursive CTE and its anchor, one item as a value.
#pragma once

#include <azoth/sql/common_type.hpp>
#include <azoth/sql/item.hpp>

#include <type_traits>

namespace azoth::detail {

template <class A, class B>
inline constexpr bool compound_items_match = false;
template <class T, class K1, class U, class K2>
inline constexpr bool compound_items_match<Item<T, K1>, Item<U, K2>> = have_common_type<T, U>;
template <class T>
inline constexpr bool compound_items_match<EntityItem<T>, EntityItem<T>> = true;

template <class A, class B>
struct compound_item {
    using type = A;
};
template <class T, class K1, class U, class K2>
struct compound_item<Item<T, K1>, Item<U, K2>> {
    using type = Item<typename merged<T, U>::type, K1>;
};

/// The type of a query's only item as a value; void when there are several or it is an entity.
template <class... Items>
struct scalar_item {
    using type = void;
};
template <class T, class Key>
struct scalar_item<Item<T, Key>> {
    using type = T;
};

/// What the recursive arm of a CTE may add to its anchor: nothing.
template <class Anchor, class Arm>
struct recursive_item {
    static constexpr bool same_type = std::is_same_v<Anchor, Arm>;
    static constexpr bool same_null = true;
};
template <class T, class K1, class U, class K2>
struct recursive_item<Item<T, K1>, Item<U, K2>> {
    template <class A, class B>
    static constexpr bool holds() {
        if constexpr (have_common_type<A, B>) {
            return std::is_same_v<typename common_base<A, B>::type, A>;
        } else {
            return false;
        }
    }
    static constexpr bool same_type = holds<remove_optional_t<T>, remove_optional_t<U>>();
    static constexpr bool same_null = is_optional_v<T> || !is_optional_v<U>;
};

}  // namespace azoth::detail
