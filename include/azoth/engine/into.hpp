// A row read into a user's aggregate.
#pragma once

#include <azoth/engine/row.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace azoth::detail {

/// By position: as many members as items; narrowing does not compile.
template <class Dto, class... Items>
Dto row_into(Row<Items...>&& row) {
    static_assert(std::is_aggregate_v<Dto>, "azoth: into<T>() fills an aggregate");
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        static_assert(requires { Dto{std::declval<typename std::tuple_element_t<I, typename Row<Items...>::tuple_type>>()...}; },
                      "azoth: into<T>(): the selected items do not fit T's members in number and type");
        return Dto{std::move(row).template get<I>()...};
    }(std::index_sequence_for<Items...>());
}

}  // namespace azoth::detail
