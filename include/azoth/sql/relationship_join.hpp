// Joins along a relationship: what select() needs to write ON, between tables or their aliases.
#pragma once

#include <azoth/schema/mapping.hpp>
#include <azoth/sql/column_handle.hpp>
#include <azoth/sql/source.hpp>

#include <cstdint>
#include <memory>
#include <type_traits>

namespace azoth::detail {

/// Both joins of a many-to-many relationship, the secondary table's closed, the target's operands without their root (so that a further
/// condition can follow). `owner`, `between`, `target`: the aliases they go by, or 0.
void write_secondary_join(Tape& out, const Relationship& relationship, std::uint8_t kind, std::uint32_t owner, std::uint32_t between, std::uint32_t target);

/// Writes ON from a relationship: `join<&User::posts>()`. A secondary table is joined under an alias of its own. `target`, `from`: the aliases
/// that both ends go by; null: the tables themselves.
void write_relationship_join(Tape& out, const void* member, const Table& owner, std::uint8_t kind, const std::shared_ptr<const Source>& target,
                             const std::shared_ptr<const Source>& from);

template <class Target>
struct named_entity {
    using type = void;
};
template <class Target>
    requires requires { typename Target::entity_type; }
struct named_entity<Target> {
    using type = typename Target::entity_type;
};

template <auto R, class Target, class Owner>
constexpr void check_relationship_join() {
    static_assert(std::is_same_v<typename named_entity<Target>::type, typename relation_member_traits<member_type_t<R>>::target>,
                  "azoth: a join along a relationship leads to its target: give an alias<> of that struct, or entity<> of it");
    static_assert(std::is_same_v<Owner, member_owner_t<R>>, "azoth: from() names an alias of the struct that has the relationship");
}

/// The alias of a join's far end.
template <class T>
std::shared_ptr<const Source> source_of(const EntityHandle<T>&) { return nullptr; }
template <class T>
std::shared_ptr<const Source> source_of(const Alias<T>& alias) { return alias.source(); }

}  // namespace azoth::detail
