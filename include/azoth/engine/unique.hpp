// Removing repetitions from a vector while keeping the order of first appearance.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace azoth::detail {

template <class V>
concept StdHashable = requires(const V& value) {
    { std::hash<V>{}(value) } -> std::convertible_to<std::size_t>;
};

/// A hash of what has one; 0 for other types, which are then found by comparison alone.
template <class V>
std::size_t hash_value(const V& value) {
    if constexpr (requires { value.as_tuple(); }) {
        return std::apply(
            [](const auto&... item) {
                std::size_t hash = 0;
                ((hash = hash * 1099511628211u ^ hash_value(item)), ...);
                return hash;
            },
            value.as_tuple());
    } else if constexpr (StdHashable<V>) {
        return std::hash<V>{}(value);
    } else if constexpr (requires { value.time_since_epoch().count(); }) {
        return std::hash<std::int64_t>{}(static_cast<std::int64_t>(value.time_since_epoch().count()));
    } else if constexpr (requires { value.has_value(); *value; }) {
        return value.has_value() ? hash_value(*value) + 1 : 0;
    } else {
        return 0;
    }
}

/// Keeps the first of equal values.
template <class V>
std::vector<V> unique_values(std::vector<V>&& values) {
    std::size_t room = 16;
    while (room < values.size() * 2) room *= 2;
    std::vector<std::size_t> places(room, 0);  // index + 1 of a kept value; 0 = free
    std::vector<V> kept;
    for (auto& value : values) {
        std::size_t hash = hash_value(value);
        hash ^= hash >> 29;
        std::size_t place = (hash * 0x9E3779B97F4A7C15u >> 7) & (room - 1);
        while (places[place] != 0 && !(kept[places[place] - 1] == value)) place = (place + 1) & (room - 1);
        if (places[place] != 0) continue;
        kept.push_back(std::move(value));
        places[place] = kept.size();
    }
    return kept;
}

}  // namespace azoth::detail
