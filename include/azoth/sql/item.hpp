// What is selected: the items of a row and how each argument of select() becomes one.
#pragma once

#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/expression.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace azoth {

template <class T>
class Alias;

/// A selected expression: its C++ type and what a row finds it by.
template <class T, class Key>
struct Item {
    using value_type = T;
    using key = Key;
};
/// A selected entity: a handle into the session's graph.
template <class T>
struct EntityItem {
    using entity_type = T;
    using key = detail::entity_key<T>;
};
/// A selected entity read as a plain value (untracked).
template <class T>
struct PlainItem {
    using entity_type = T;
    using key = detail::entity_key<T>;
};

namespace detail {

template <class E>
struct item_for {
    static_assert(is_sql<E>, "azoth: select() takes columns, expressions, entity<T>, aliases");
    using type = Item<int, no_key>;
    static void write(Tape&, const E&) {}
};
template <SqlExpression E>
struct item_for<E> {
    using type = Item<value_type_of<E>, typename E::key>;
    static void write(Tape& out, const E& e) {
        e.write(out);
        constexpr std::uint8_t flags = is_optional_v<value_type_of<E>> ? 0 : item_not_null;
        write_key(out, flags, static_cast<typename E::key*>(nullptr));
    }

private:
    template <fixed_string S>
    static void write_key(Tape& out, std::uint8_t flags, label_key<S>*) {
        out.close(Op::item, 1, Label<S>::c_str(), 0, flags);
    }
    static void write_key(Tape& out, std::uint8_t flags, void*) { out.close(Op::item, 1, nullptr, 0, flags); }
};
template <class T>
struct item_for<EntityHandle<T>> {
    using type = EntityItem<T>;
    static void write(Tape& out, const EntityHandle<T>&) { EntityHandle<T>::write_item(out); }
};
template <class T>
struct item_for<Alias<T>> {
    using type = EntityItem<T>;
    static void write(Tape& out, const Alias<T>& alias) { alias.write_item(out); }
};

template <class Wanted, class... Items>
constexpr std::size_t count_items() {
    return (std::size_t{answers_to<typename Items::key, Wanted>} + ... + 0);
}
template <class Wanted, class... Items>
constexpr std::size_t index_of_item() {
    constexpr std::size_t count = count_items<Wanted, Items...>();
    constexpr bool found_one = count != 0, found_several = count > 1;  // named, so that compilers add no arithmetic to the message
    static_assert(found_one, "azoth: no selected item has this label or column");
    static_assert(!found_several, "azoth: several selected items have this label or column; label them apart");
    std::size_t index = 0;
    bool found = false;
    ((found = found || answers_to<typename Items::key, Wanted>, index += found ? 0 : 1), ...);
    return found ? index : 0;  // refused above; 0 spares the reader what follows from it
}

template <class A, class B>
inline constexpr bool same_label = false;
template <fixed_string S>
inline constexpr bool same_label<label_key<S>, label_key<S>> = true;

template <class... Keys>
constexpr bool labels_differ() {
    // n is small; a label that stands twice could not be asked for
    constexpr auto once = []<class K>(K*) { return (std::size_t{same_label<K, Keys>} + ... + 0) <= 1; };
    return (once(static_cast<Keys*>(nullptr)) && ...);
}

}  // namespace detail
}  // namespace azoth
