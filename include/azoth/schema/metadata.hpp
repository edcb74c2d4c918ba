// Metadata: the set of mapped structs that make up a database schema.
#pragma once

#include <azoth/schema/naming.hpp>
#include <azoth/schema/table_of.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace azoth {

/// Tables in the order in which they can be created.
struct SortedTables {
    std::vector<const Table*> tables;
    /// Keys that close a cycle: their tables come before the ones they refer to, so they are added when all tables
    /// exist. A key of a table to itself is not among them.
    std::vector<const ForeignKey*> cycle_keys;
};

/// The tables of a model, as a value: `inline const azoth::Metadata metadata = azoth::metadata<User, Post>();`. Holds
/// function pointers; nothing is built or checked before the first use. Copying is cheap. Thread safety: safe.
class Metadata {
public:
    using TableFunction = const Table& (*)();

    constexpr Metadata() noexcept = default;
    /// Lifetimes: the array must outlive the Metadata.
    constexpr Metadata(const TableFunction* functions, std::size_t count, const NamingConvention& convention) noexcept
        : functions_(functions), count_(count), convention_(convention) {}

    /// Returns the tables in the order they were listed. Errors: `ArgumentError` when a mapping contradicts itself or
    /// another: two tables or two indexes of one name, a foreign key to no column or to one of another type, a
    /// relationship without its other end.
    std::vector<const Table*> tables() const;
    /// Returns the tables with referenced ones before those that refer to them, otherwise in the order they were
    /// listed. Errors: as `tables()`.
    std::vector<const Table*> sorted_tables() const { return sorted().tables; }
    /// The same, and what stands in the way of a perfect order. Errors: as `tables()`.
    SortedTables sorted() const;
    /// "users", or "shop.users" for a table with a schema. Errors: `ArgumentError` when there is no such table.
    const Table& table(std::string_view name) const;
    /// Null when there is no such table.
    const Table* find_table(std::string_view name) const;
    /// The far end of a foreign key of one of these tables, given by struct or by name. Errors: `ArgumentError` when it
    /// is not there.
    ForeignKeyTarget resolve(const ForeignKey& key) const;

    std::size_t size() const noexcept { return count_; }
    const NamingConvention& naming() const noexcept { return convention_; }

private:
    std::vector<const Table*> built() const;

    const TableFunction* functions_ = nullptr;
    std::size_t count_ = 0;
    NamingConvention convention_{};
};

namespace detail {
template <class... Ts>
inline constexpr Metadata::TableFunction table_functions[]{&table_of<Ts>...};
}

/// The tables of the listed structs. Options: a naming convention for constraints, `metadata<User,
/// Post>(naming_convention{.fk = "fk_{table}_{columns}"})`.
template <class... Ts>
    requires(sizeof...(Ts) > 0)
constexpr Metadata metadata(const NamingConvention& convention = {}) noexcept {
    static_assert((detail::is_mapped<Ts> && ...),
                  "azoth: this struct is not mapped: give it `static constexpr auto mapping()` or specialise "
                  "azoth::mapping_of for it");
    return Metadata(detail::table_functions<Ts...>, sizeof...(Ts), convention);
}

}  // namespace azoth
