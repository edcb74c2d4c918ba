// After a flush: relationships of what was written follow the keys that the program set by hand, and removed objects leave collections.
#include "flush.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace azoth::detail {

namespace {

// The entity that a many-to-one's foreign key points at, in the identity map: by the members' values or by what was last known to be in
// the database. Null: no key, or nobody known.
Entity* target_in_map(SessionState& state, const Entity& entity, const RelationshipLink& link, bool saved) {
    if (!link.remote_is_primary_key || (saved && !entity.saved)) return nullptr;
    ValueBuffer key(link.local.size());
    for (const std::uint32_t index : link.local) {
        const Column& column = entity.table->columns[index];
        if (saved) {
            column.ops->append_saved(entity.saved_field(column), key);
        } else {
            column.ops->append(entity.field(column), key);
        }
        if (key.cells().back().is_null()) return nullptr;
    }
    return state.map.find(*link.target, key.cells());
}

bool key_is_null(const Entity& entity, const std::vector<std::uint32_t>& columns) {
    ValueBuffer key(columns.size());
    for (const std::uint32_t index : columns) entity.table->columns[index].ops->append(entity.field(entity.table->columns[index]), key);
    return std::any_of(key.cells().begin(), key.cells().end(), [](const ValueView& cell) { return cell.is_null(); });
}

// The other side of `relationship`, as far as it is loaded, loses the child.
void take_out(SessionState& state, Entity& child, const Relationship& relationship, Entity* parent) {
    const Relationship* inverse = relationship.link().inverse;
    if (parent == nullptr || inverse == nullptr) return;
    RelationMember& member = *inverse->member(parent->object);
    if (member.state() != RelationState::linked) return;
    if (inverse->many()) return state.take_member(*parent, *inverse, child);
    if (member.target() != &child) return;
    state.record_relation(*parent, *inverse);
    member.link(nullptr);
}

void put_in(SessionState& state, Entity& child, const Relationship& relationship, Entity& parent) {
    const Relationship* inverse = relationship.link().inverse;
    if (inverse == nullptr) return;
    RelationMember& member = *inverse->member(parent.object);
    if (member.state() != RelationState::linked) return;
    if (inverse->many() && std::find(member.members().begin(), member.members().end(), &child) != member.members().end()) return;
    if (!inverse->many() && member.target() == &child) return;
    state.record_relation(parent, *inverse);
    if (inverse->many()) {
        member.writable().entities.push_back(&child);
    } else {
        member.link(&child);
    }
}

// One many-to-one whose key the program set.
void relink(SessionState& state, Entity& child, const Relationship& relationship, Entity* old) {
    const RelationshipLink& link = relationship.link();
    RelationMember& member = *relationship.member(child.object);
    const bool none = key_is_null(child, link.local);
    Entity* target = none ? nullptr : target_in_map(state, child, link, false);
    if (target != nullptr && target->state != ObjectState::persistent) target = nullptr;
    if (member.target() != nullptr) old = member.target();
    state.record_relation(child, relationship);
    if (none || target != nullptr) {
        member.link(target);
    } else {
        member.set_not_loaded();
    }
    if (old != target) take_out(state, child, relationship, old);
    if (target != nullptr) put_in(state, child, relationship, *target);
}

}  // namespace

void Flush::note_rekeyed(Entity& entity) {
    for (const auto& relationship : entity.table->relationships) {
        if (relationship.many() || relationship.def.viewonly) continue;
        const RelationshipLink& link = relationship.link();
        if (link.direction != Direction::many_to_one || state.find_link(entity, link.local) != nullptr) continue;
        const bool changed = std::any_of(link.local.begin(), link.local.end(), [&](std::uint32_t index) {
            const Column& column = entity.table->columns[index];
            return !column.ops->same(entity.saved_field(column), entity.field(column));
        });
        if (changed) rekeyed.push_back({&entity, &relationship, target_in_map(state, entity, link, true)});
    }
}

// Removed objects leave the other sides of their relationships; a collection that many of them leave is gone through once.
void Flush::leave_collections() {
    std::unordered_map<RelationMember*, std::unordered_set<const Entity*>> leaving;
    for (auto* entity : deletes) {
        for (const auto& relationship : entity->table->relationships) {
            if (relationship.many()) continue;
            const RelationshipLink& link = relationship.link();
            if (link.direction != Direction::many_to_one || link.inverse == nullptr) continue;
            Entity* parent = relationship.member(entity->object)->target();
            if (parent == nullptr) parent = target_in_map(state, *entity, link, true);
            if (parent == nullptr) continue;
            if (link.inverse->many()) {
                leaving[link.inverse->member(parent->object)].insert(entity);
            } else {
                take_out(state, *entity, relationship, parent);
            }
        }
    }
    for (const auto& [member, entities] : leaving) {
        const auto gone = [&, set = &entities](const Entity* entity) { return set->contains(entity); };
        if (member->state() != RelationState::linked || std::none_of(member->members().begin(), member->members().end(), gone)) continue;
        state.record_relation(*member->owner(), member->relationship());
        std::erase_if(member->writable().entities, gone);
    }
}

void Flush::finish() {
    for (auto* entity : inserts) {
        for (const auto& relationship : entity->table->relationships) {
            RelationMember& member = *relationship.member(entity->object);
            if (relationship.def.viewonly) {  // what it finds does not hang on keys that were just made
                if (member.state() == RelationState::unset) member.set_not_loaded();
                continue;
            }
            if (relationship.many()) {  // a fresh collection is known to be complete
                if (member.state() == RelationState::unset) member.link_members({});
                continue;
            }
            const RelationshipLink& link = relationship.link();
            if (link.direction != Direction::many_to_one) {
                if (member.state() == RelationState::unset) member.link(nullptr);
            } else if (state.find_link(*entity, link.local) == nullptr) {
                relink(state, *entity, relationship, nullptr);
            }
        }
    }
    for (const auto& [entity, relationship, old] : rekeyed) relink(state, *entity, *relationship, old);
    leave_collections();
    state.forget_changes();
    state.flagged.clear();
    std::erase_if(state.pending, [](const Entity* entity) { return entity->state != ObjectState::pending; });
    std::erase_if(state.removed, [](const Entity* entity) { return entity->state != ObjectState::persistent; });
}

}  // namespace azoth::detail
