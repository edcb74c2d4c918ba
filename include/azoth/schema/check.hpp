// check<User, Post>(): what a compiler can know of a model, proved at compile time.
#pragma once

#include <azoth/schema/ends.hpp>
#include <azoth/schema/refuse.hpp>
#include <azoth/schema/table_of.hpp>

#include <cstddef>
#include <cstdint>

namespace azoth {

namespace detail {

constexpr Finding check_shape(const TableShape& shape, Range<TableShape> all) {
    Finding result;
    each_key(shape, [&](std::uint32_t, const KeyView& key) {
        for (const auto& target : all) {
            if (!result && key.refers_to(target)) result = check_key(key, target);
        }
        return static_cast<bool>(result);
    });
    if (result) return result;
    for (const auto& relationship : shape.relationships) {
        for (const auto& target : all) {
            if (!same(relationship.target_type, target.type)) continue;
            std::size_t at = no_position;
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (same(relationship.secondary_type, all[i].type)) at = i;
            }
            if (relationship.has_secondary() && at == no_position) continue;  // not listed: left to run time
            const TableShape& secondary = at == no_position ? shape : all[at];
            Ends ends;
            std::uint32_t inverse = 0;
            if (const auto finding = find_ends(shape, relationship, target, secondary, ends)) return finding;
            if (const auto finding = find_inverse(shape, relationship, target, secondary, ends, inverse))
                return finding;
        }
    }
    return {};
}

constexpr Finding check_shapes(Range<TableShape> shapes) {
    for (const auto& shape : shapes) {
        if (const auto finding = check_struct(shape)) return finding;
    }
    for (const auto& shape : shapes) {
        if (const auto finding = check_shape(shape, shapes)) return finding;
    }
    return {};
}

template <class... Ts>
struct ModelFinding {
    static constexpr TableShape shapes[] = {table_shape<Ts>()...};
    static constexpr Finding finding = check_shapes({shapes, sizeof...(Ts)});
};

}  // namespace detail

/// Checks the mappings of the structs against each other: `static_assert(azoth::check<User, Post>());`. Primary keys,
/// types of foreign keys, foreign keys of relationships, pairings of back_populates. What refers to a struct that is
/// not listed is left to run time. Returns true; whatever is wrong is a compile error that names the member.
template <class... Ts>
    requires(sizeof...(Ts) > 0)
consteval bool check() {
    static_assert((detail::is_mapped<Ts> && ...),
                  "azoth: this struct is not mapped: give it `static constexpr auto mapping()` or specialise "
                  "azoth::mapping_of for it");
    using Model = detail::ModelFinding<Ts...>;
    if constexpr (detail::wrong<Model>)
        detail::refuse<Model::finding.problem, detail::where<Model>, detail::other<Model>>();
    return true;
}

}  // namespace azoth
