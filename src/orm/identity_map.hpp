// IdentityMap: from a table and a primary key to the one entity of that row; open addressing, no allocation per entry.
#pragma once

#include <azoth/orm/graph.hpp>
#include <azoth/types/value.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace azoth::detail {

/// Keys compare by table and by the values of the entity's *snapshot* (what the row is called in the database), never by its members.
class IdentityMap {
public:
    static std::uint64_t hash(const Table& table, std::span<const ValueView> key) noexcept;
    /// Hash of an entity's key as saved in its snapshot.
    static std::uint64_t hash(const Entity& entity);

    /// The entity of the row, or null. `key` in the order of Table::primary_key.
    Entity* find(const Table& table, std::span<const ValueView> key, std::uint64_t hash) const;
    Entity* find(const Table& table, std::span<const ValueView> key) const { return find(table, key, hash(table, key)); }

    /// Inserts under the snapshot's key. Returns the entity that was there before, or null.
    Entity* insert(Entity& entity);
    /// Inserts an entity whose row find() has just not found, with the hash it was looked for.
    void insert_new(Entity& entity, std::uint64_t hash);
    void erase(Entity& entity) noexcept;
    void clear() noexcept;
    std::size_t size() const noexcept { return size_; }
    void reserve(std::size_t entities);

private:
    /// The hash stands beside the pointer: probing and growing touch no entity but the right one.
    struct Slot {
        std::uint64_t hash = 0;
        Entity* entity = nullptr;
    };
    void grow(std::size_t slots);
    void place(Slot slot) noexcept;

    using Slots = std::vector<Slot, BlockAllocator<Slot>>;
    Slots slots_;
    std::size_t size_ = 0;
    ValueBuffer inserted_;
    mutable ValueBuffer scratch_;
};

/// Appends the entity's key as saved, in the order of Table::primary_key.
void append_saved_key(const Entity& entity, ValueBuffer& out);
/// Appends the entity's key as its members hold it.
void append_current_key(const Entity& entity, ValueBuffer& out);
/// Same value, whatever kinds the database uses for it (1 and true, text and decimal ...).
bool same_cell(ValueView a, ValueView b) noexcept;

}  // namespace azoth::detail
