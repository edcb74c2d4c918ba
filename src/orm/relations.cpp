// Changes of relationships: both sides agree at once, the foreign key follows at flush.
#include "session_state.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <string>

namespace azoth::detail {

namespace {

bool alive(const Entity& entity) { return entity.state != ObjectState::deleted && entity.state != ObjectState::detached; }

void check_alive(const Entity& entity, const Relationship& relationship) {
    if (!alive(entity))
        throw_invalid_request(relationship.full_name() + ": the " + std::string(entity.table->type_name) + " is deleted or detached and cannot be linked");
}

// Puts `child` into the collection, wherever it is loaded or queued; no link is recorded. False: it was there already.
bool insert_member(SessionState& state, Entity& owner, const Relationship& many, Entity& child) {
    RelationMember& member = *many.member(owner.object);
    state.record_relation(owner, many);
    return member.insert_member(&child);
}

void set_target(SessionState& state, Entity& owner, const Relationship& one, Entity* target) {
    state.record_relation(owner, one);
    one.member(owner.object)->link(target);
}

// What is pointed at must live as long as what points: a partition of a stream that anything else is linked to joins the session's graph.
void pin(SessionState& state, Entity& from, Entity& to) {
    Graph* home = state.graph.get();
    if (from.graph == to.graph) return;
    if (to.graph != home) home->absorb(*to.graph);
    if (from.graph != home) home->absorb(*from.graph);  // both sides of a relationship point at each other
}

// Who was there before, only the database knows: the flush asks (free_old_partners).
void note_unseen(SessionState& state, Entity& owner, const Relationship& one) {
    if (one.member(owner.object)->state() == RelationState::not_loaded && owner.state == ObjectState::persistent) state.replaced_unseen.emplace_back(&owner, &one);
}

void add_to_session(SessionState& state, Entity& entity, const Relationship& relationship) {
    if (entity.state == ObjectState::transient && has(relationship.def.cascade, Cascade::save_update)) cascade_add(state, entity);
}

}  // namespace

void cascade_add(SessionState& state, Entity& first) {
    std::vector<Entity*> waiting{&first};
    while (!waiting.empty()) {
        Entity& entity = *waiting.back();
        waiting.pop_back();
        if (entity.state != ObjectState::transient) continue;
        state.make_pending(entity);
        const std::size_t mark = waiting.size();
        for (const auto& relationship : entity.table->relationships) {
            if (!has(relationship.def.cascade, Cascade::save_update) || relationship.def.viewonly) continue;
            RelationMember& member = *relationship.member(entity.object);
            if (relationship.many()) {
                waiting.insert(waiting.end(), member.members().begin(), member.members().end());
            } else if (member.target() != nullptr) {
                waiting.push_back(member.target());
            }
        }
        std::reverse(waiting.begin() + static_cast<std::ptrdiff_t>(mark), waiting.end());  // in the order they were given
    }
}

void SessionCore::relation_set(RelationMember& member, Entity* target) {
    SessionState& state = *state_;
    Entity& owner = *member.owner();
    const Relationship& relationship = member.relationship();
    const RelationshipLink& link = relationship.link();
    if (relationship.def.viewonly) throw_argument_error(relationship.full_name() + " is viewonly: it cannot be changed");
    check_alive(owner, relationship);
    if (target != nullptr) {
        check_alive(*target, relationship);
        pin(state, owner, *target);
    }
    Entity* old = member.target();
    if (member.state() == RelationState::linked && old == target && target != nullptr) return;
    if (link.direction != Direction::many_to_one) note_unseen(state, owner, relationship);
    set_target(state, owner, relationship, target);

    if (link.direction == Direction::many_to_one) {
        const bool orphan = target == nullptr && link.inverse != nullptr && has(link.inverse->def.cascade, Cascade::delete_orphan);
        state.record_link(owner, target, relationship, link.local, link.remote, orphan);
        if (link.inverse != nullptr) {
            if (old != nullptr && old != target) {
                if (link.inverse->many()) {
                    state.take_member(*old, *link.inverse, owner);
                } else if (link.inverse->member(old->object)->target() == &owner) {
                    set_target(state, *old, *link.inverse, nullptr);
                }
            }
            if (target != nullptr) {
                if (link.inverse->many()) {
                    insert_member(state, *target, *link.inverse, owner);
                } else {
                    RelationMember& other = *link.inverse->member(target->object);
                    Entity* replaced = other.target();
                    note_unseen(state, *target, *link.inverse);
                    set_target(state, *target, *link.inverse, &owner);
                    if (replaced != nullptr && replaced != &owner) {
                        set_target(state, *replaced, relationship, nullptr);
                        state.record_link(*replaced, nullptr, relationship, link.local, link.remote, has(link.inverse->def.cascade, Cascade::delete_orphan));
                    }
                }
            }
        }
    } else {  // one-to-one seen from the side without the key
        if (old != nullptr && old != target) {
            state.record_link(*old, nullptr, relationship, link.remote, link.local, has(relationship.def.cascade, Cascade::delete_orphan));
            if (link.inverse != nullptr) set_target(state, *old, *link.inverse, nullptr);
        }
        if (target != nullptr) {
            state.record_link(*target, &owner, relationship, link.remote, link.local);
            if (link.inverse != nullptr) {
                Entity* other = link.inverse->member(target->object)->target();
                if (other != nullptr && other != &owner) set_target(state, *other, relationship, nullptr);
                set_target(state, *target, *link.inverse, &owner);
            }
        }
    }
    if (target != nullptr && in_session(owner)) add_to_session(state, *target, relationship);
}

void SessionCore::relation_add(RelationMember& member, Entity* target) {
    SessionState& state = *state_;
    Entity& owner = *member.owner();
    const Relationship& relationship = member.relationship();
    const RelationshipLink& link = relationship.link();
    if (relationship.def.viewonly) throw_argument_error(relationship.full_name() + " is viewonly: it cannot be changed");
    check_alive(owner, relationship);
    check_alive(*target, relationship);
    pin(state, owner, *target);
    const bool fresh = insert_member(state, owner, relationship, *target);
    if (link.secondary != nullptr) {
        if (!fresh) return;  // a pair is one row: adding it twice is adding it once
        state.associations.note(relationship, owner, *target, true);
        if (link.inverse != nullptr) insert_member(state, *target, *link.inverse, owner);
        if (in_session(owner)) add_to_session(state, *target, relationship);
        return;
    }
    state.record_link(*target, &owner, relationship, link.remote, link.local);
    if (target->marked_removed && target->state == ObjectState::persistent) {  // taken back before it was flushed
        target->marked_removed = false;
        std::erase(state.removed, target);
    }
    if (link.inverse != nullptr) {
        Entity* old = link.inverse->member(target->object)->target();
        if (old != nullptr && old != &owner) state.take_member(*old, relationship, *target);
        set_target(state, *target, *link.inverse, &owner);
    }
    if (in_session(owner)) add_to_session(state, *target, relationship);
}

void SessionCore::relation_remove(RelationMember& member, Entity* target) {
    SessionState& state = *state_;
    Entity& owner = *member.owner();
    const Relationship& relationship = member.relationship();
    const RelationshipLink& link = relationship.link();
    if (relationship.def.viewonly) throw_argument_error(relationship.full_name() + " is viewonly: it cannot be changed");
    const auto& present = member.members();
    const bool inside = std::find(present.begin(), present.end(), target) != present.end();
    if (!inside && member.is_loaded()) throw_argument_error(relationship.full_name() + ": remove() of an entity that is not in the collection");
    state.take_member(owner, relationship, *target);
    if (link.secondary != nullptr) {
        state.associations.note(relationship, owner, *target, false);
        if (link.inverse != nullptr) state.take_member(*target, *link.inverse, owner);
        return;
    }
    state.record_link(*target, nullptr, relationship, link.remote, link.local, has(relationship.def.cascade, Cascade::delete_orphan));
    if (link.inverse != nullptr) set_target(state, *target, *link.inverse, nullptr);
}

void SessionCore::assign_given(RelationMember& member, std::unique_ptr<GivenObjects> objects) {
    const Relationship& relationship = member.relationship();
    const Table& table = objects->table();
    std::vector<Entity*> entities;
    for (std::size_t i = 0; i < objects->size(); ++i) {
        if (objects->by_address(i)) {
            entities.push_back(entity_at(table, objects->object(i)));
        } else if (objects->exclusive(i) && objects->graph(i) == nullptr) {
            entities.push_back(create_member(member, table, objects->object(i)));
        } else {
            entities.push_back(entity_of_handle(table, objects->share(i)));
        }
    }
    if (!relationship.many()) return relation_set(member, entities.empty() ? nullptr : entities.front());
    if (member.state() == RelationState::linked) {
        const std::vector<Entity*> before = member.members();
        for (auto* old : before) {
            if (std::find(entities.begin(), entities.end(), old) == entities.end()) relation_remove(member, old);
        }
    }
    for (auto* entity : entities) relation_add(member, entity);
}

}  // namespace azoth::detail
