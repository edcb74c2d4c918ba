// IdentityMap: linear probing over a power-of-two table, at most half full: a row that is new looks at 2.5 slots then, at 0.7 it were 6 (Knuth 6.4).
#include "identity_map.hpp"

#include <bit>
#include <cstring>

namespace azoth::detail {

namespace {

std::uint64_t mix(std::uint64_t value) noexcept {  // splitmix64's finaliser (Steele, Lea, Flood 2014)
    value ^= value >> 30;
    value *= 0xbf58476d1ce4e5b9ULL;
    value ^= value >> 27;
    value *= 0x94d049bb133111ebULL;
    return value ^ (value >> 31);
}

std::uint64_t hash_bytes(const char* data, std::size_t size) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325ULL ^ size;
    while (size >= 8) {
        std::uint64_t word;
        std::memcpy(&word, data, 8);
        hash = mix(hash ^ word);
        data += 8;
        size -= 8;
    }
    std::uint64_t word = 0;
    std::memcpy(&word, data, size);
    return mix(hash ^ word);
}

}  // namespace

bool same_cell(ValueView a, ValueView b) noexcept {
    if (is_bytes(a.kind) != is_bytes(b.kind) || a.is_null() != b.is_null()) return false;
    if (is_bytes(a.kind)) return a.size == b.size && std::memcmp(a.data, b.data, a.size) == 0;
    return a.integer == b.integer;
}

std::uint64_t IdentityMap::hash(const Table& table, std::span<const ValueView> key) noexcept {
    std::uint64_t hash = mix(reinterpret_cast<std::uintptr_t>(&table));
    for (std::size_t i = 0; i < key.size(); ++i) {
        if (is_bytes(key[i].kind)) {
            hash = mix(hash ^ hash_bytes(key[i].data, key[i].size));
            continue;
        }
        // Eight consecutive integers lie side by side, in two cache lines: keys are made and read in their order mostly.
        const auto word = static_cast<std::uint64_t>(key[i].integer);
        const std::uint64_t low = i + 1 == key.size() ? 7 : 0;
        hash = (mix(hash ^ (word & ~low)) & ~low) | (word & low);
    }
    return hash;
}

void append_saved_key(const Entity& entity, ValueBuffer& out) {
    for (const std::uint32_t index : entity.table->primary_key) {
        const Column& column = entity.table->columns[index];
        column.ops->append_saved(entity.saved_field(column), out);
    }
}

void append_current_key(const Entity& entity, ValueBuffer& out) {
    for (const std::uint32_t index : entity.table->primary_key) {
        const Column& column = entity.table->columns[index];
        column.ops->append(entity.field(column), out);
    }
}

std::uint64_t IdentityMap::hash(const Entity& entity) {
    ValueBuffer key(entity.table->primary_key.size());
    append_saved_key(entity, key);
    return hash(*entity.table, key.cells());
}

Entity* IdentityMap::find(const Table& table, std::span<const ValueView> key, std::uint64_t hash) const {
    if (slots_.empty()) return nullptr;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at].entity != nullptr; at = (at + 1) & mask) {
        Entity* entity = slots_[at].entity;
        if (slots_[at].hash != hash || entity->table != &table) continue;
        scratch_.clear(key.size());
        append_saved_key(*entity, scratch_);
        bool same = true;
        for (std::size_t i = 0; i < key.size() && same; ++i) same = same_cell(scratch_.cells()[i], key[i]);
        if (same) return entity;
    }
    return nullptr;
}

Entity* IdentityMap::insert(Entity& entity) {
    inserted_.clear(entity.table->primary_key.size());
    append_saved_key(entity, inserted_);
    entity.key_hash = hash(*entity.table, inserted_.cells());
    Entity* before = find(*entity.table, inserted_.cells(), entity.key_hash);
    if (before == &entity) return nullptr;
    if (before != nullptr) erase(*before);
    insert_new(entity, entity.key_hash);
    return before;
}

void IdentityMap::insert_new(Entity& entity, std::uint64_t hash) {
    if ((size_ + 1) * 2 > slots_.size()) grow(slots_.empty() ? 64 : slots_.size() * 2);
    entity.key_hash = hash;
    place({hash, &entity});
    ++size_;
    entity.in_map = true;
}

void IdentityMap::place(Slot slot) noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = slot.hash & mask;
    while (slots_[at].entity != nullptr) at = (at + 1) & mask;
    slots_[at] = slot;
}

void IdentityMap::erase(Entity& entity) noexcept {
    if (!entity.in_map) return;
    entity.in_map = false;
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = entity.key_hash & mask;
    while (slots_[at].entity != &entity) {
        if (slots_[at].entity == nullptr) return;
        at = (at + 1) & mask;
    }
    // Backward shift (Knuth 6.4, algorithm R): no tombstones.
    std::size_t hole = at;
    for (std::size_t next = (hole + 1) & mask; slots_[next].entity != nullptr; next = (next + 1) & mask) {
        const std::size_t home = slots_[next].hash & mask;
        if (((next - home) & mask) >= ((next - hole) & mask)) {
            slots_[hole] = slots_[next];
            hole = next;
        }
    }
    slots_[hole] = Slot();
    --size_;
}

void IdentityMap::clear() noexcept {
    for (auto& slot : slots_) {
        if (slot.entity != nullptr) slot.entity->in_map = false;
        slot = Slot();
    }
    size_ = 0;
}

void IdentityMap::reserve(std::size_t entities) {
    const std::size_t slots = std::bit_ceil(entities * 2);
    if (slots > slots_.size() && slots > 64) grow(slots);
}

void IdentityMap::grow(std::size_t slots) {
    Slots old(slots);
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.entity != nullptr) place(slot);
    }
}

}  // namespace azoth::detail
