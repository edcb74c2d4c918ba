// table_of<T>(): from a mapped struct to its Table, and the slot through which incomplete types are reached.
#pragma once

#include <azoth/schema/refuse.hpp>
#include <azoth/schema/table.hpp>

#include <atomic>
#include <new>
#include <type_traits>
#include <utility>

namespace azoth {

/// Specialise to map a struct you cannot touch: `static constexpr auto mapping()`.
template <class T>
struct mapping_of;

namespace detail {

/// Where the far end of a relationship is found when its type need not be complete here: any code that uses the type
/// complete fills the slot before main. It holds a function pointer, nothing is built until asked for.
struct TableSlot {
    std::atomic<const Table& (*)()> build{nullptr};
    std::string_view type_name{};

    /// Errors: `ArgumentError` when no part of the program uses the type as a mapped one.
    const Table& table() const;
    bool filled() const noexcept { return build.load(std::memory_order_acquire) != nullptr; }
};

template <class T>
constinit inline TableSlot table_slot{{nullptr}, type_name<T>()};

template <class T>
concept HasOwnMapping = requires { T::mapping(); };
template <class T>
concept HasOutsideMapping = requires { mapping_of<T>::mapping(); };

template <class T>
inline constexpr bool is_mapped = HasOwnMapping<T> || HasOutsideMapping<T>;

template <class T>
constexpr auto mapping() {
    if constexpr (HasOwnMapping<T>) {
        return T::mapping();
    } else {
        return mapping_of<T>::mapping();
    }
}

template <class T>
inline constexpr auto table_def = mapping<T>();

template <class T>
constexpr TableShape table_shape() {
    const auto& def = table_def<T>;
    return {def.name,
            type_name<T>(),
            &type_tag<T>,
            {def.columns.data(), def.columns.size()},
            {def.relationships.data(), def.relationships.size()},
            {def.constraints.data(), def.constraints.size()}};
}

template <class T>
struct StructFinding {
    static constexpr Finding finding = check_struct(table_shape<T>());
};

template <class T>
inline constexpr EntityOps entity_ops{
    sizeof(T),
    alignof(T),
    [](void* at) { ::new (at) T(); },
    [](void* at, const void* from) { ::new (at) T(*static_cast<const T*>(from)); },
    [](void* at, void* from) { ::new (at) T(std::move(*static_cast<T*>(from))); },
    [](void* object) noexcept { static_cast<T*>(object)->~T(); },
};

template <class T>
const Table& table_of();

template <class T>
struct TableRegistrar {
    static bool fill() noexcept {
        table_slot<T>.build.store(&table_of<T>, std::memory_order_release);
        return true;
    }
    static inline const bool filled = fill();
};

/// The table of a mapped struct, built on first use; it lives until the program ends and is never destroyed.
/// Errors: `ArgumentError` (each time) when the mapping contradicts itself in a way that the compiler cannot see.
/// Thread safety: safe.
template <class T>
const Table& table_of() {
    static_assert(sizeof(T) > 0, "azoth: the mapped struct must be complete here");
    static_assert(is_mapped<T>,
                  "azoth: this struct is not mapped: give it `static constexpr auto mapping()` or specialise "
                  "azoth::mapping_of for it");
    static_assert(std::is_default_constructible_v<T>,
                  "azoth: a mapped struct must be default-constructible: rows are read into one");
    static_assert(std::is_copy_constructible_v<T>,
                  "azoth: a mapped struct must be copyable: new rows start as copies of a prototype");
    using Struct = StructFinding<T>;
    if constexpr (wrong<Struct>) refuse<Struct::finding.problem, where<Struct>, other<Struct>>();
    (void)&TableRegistrar<T>::filled;
    static const Table* const table = build_table(table_shape<T>(), entity_ops<T>).release();
    return *table;
}

}  // namespace detail
}  // namespace azoth
