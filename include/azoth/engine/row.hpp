// Row: one result row, typed: structured bindings, row["label"_c], row.get<0>().
#pragma once

#include <azoth/sql/item.hpp>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

template <class I>
struct item_value;
template <class T, class K>
struct item_value<Item<T, K>> {
    using type = T;
};
template <class T>
struct item_value<EntityItem<T>> {
    using type = std::shared_ptr<T>;
};
template <class T>
struct item_value<PlainItem<T>> {
    using type = T;
};
template <class I>
using item_value_t = typename item_value<I>::type;

}  // namespace detail

/// One row of a result. An item is found by position, label, column or entity; what is not there does not compile.
/// Regular value type; owns its values, entities as handles (null where an outer join found none).
template <class... Items>
struct Row {
    using tuple_type = std::tuple<detail::item_value_t<Items>...>;
    template <std::size_t I>
    using item = std::tuple_element_t<I, std::tuple<Items...>>;
    static constexpr std::size_t width = sizeof...(Items);

    Row() = default;
    explicit Row(tuple_type values) : values_(std::move(values)) {}

    template <std::size_t I>
    auto& get() & { return std::get<I>(values_); }
    template <std::size_t I>
    const auto& get() const& { return std::get<I>(values_); }
    template <std::size_t I>
    auto&& get() && { return std::get<I>(std::move(values_)); }

    // By value from a row about to die: `result.one()["total"_c]` dangles nowhere.
    template <fixed_string S>
    const auto& operator[](Label<S>) const& {
        return get<detail::index_of_item<detail::label_key<S>, Items...>()>();
    }
    template <fixed_string S>
    auto operator[](Label<S>) && {
        return std::get<detail::index_of_item<detail::label_key<S>, Items...>()>(std::move(values_));
    }
    template <auto... M>
    const auto& operator[](const ColumnHandle<M...>&) const& {
        return get<detail::index_of_item<detail::column_key<M...>, Items...>()>();
    }
    template <auto... M>
    auto operator[](const ColumnHandle<M...>&) && {
        return std::get<detail::index_of_item<detail::column_key<M...>, Items...>()>(std::move(values_));
    }
    template <class T>
    const auto& operator[](const EntityHandle<T>&) const& {
        return get<detail::index_of_item<detail::entity_key<T>, Items...>()>();
    }
    template <class T>
    auto operator[](const EntityHandle<T>&) && {
        return std::get<detail::index_of_item<detail::entity_key<T>, Items...>()>(std::move(values_));
    }

    const tuple_type& as_tuple() const& { return values_; }
    tuple_type&& as_tuple() && { return std::move(values_); }
    friend bool operator==(const Row&, const Row&) = default;

private:
    tuple_type values_;
};

}  // namespace azoth

template <class... Items>
struct std::tuple_size<azoth::Row<Items...>> : std::integral_constant<std::size_t, sizeof...(Items)> {};
template <std::size_t I, class... Items>
struct std::tuple_element<I, azoth::Row<Items...>> {
    using type = std::tuple_element_t<I, typename azoth::Row<Items...>::tuple_type>;
};
