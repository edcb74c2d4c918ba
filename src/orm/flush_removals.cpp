// Before a flush: what follows from removed parents and replaced partners, loading their children where the database is not trusted with them.
#include "flush.hpp"
#include "load.hpp"
#include "load_statements.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace azoth::detail {

namespace {

std::vector<Entity*> related(const Relationship& relationship, const Entity& owner) {
    RelationMember& member = *relationship.member(owner.object);
    if (relationship.many()) return member.members();
    return member.target() == nullptr ? std::vector<Entity*>() : std::vector<Entity*>{member.target()};
}

}  // namespace

awaitable<void> load_children(SessionState& state, const Relationship& relationship, std::vector<Entity*> owners) {
    LoadNode node;
    node.relationship = &relationship;
    node.link = &relationship.link();
    node.further = read_by_default(*node.link->target);
    node.statements = std::make_shared<LoadStatements>();
    const FlatStatement no_criteria;
    LoadRun run;
    run.original = &no_criteria;
    std::vector<LoadWork> work;
    add_work(work, node, owners, 0);
    co_await load_related(state, std::move(work), run);
}

awaitable<void> free_old_partners(SessionState& state) {
    while (!state.replaced_unseen.empty()) {
        const Relationship* relationship = state.replaced_unseen.front().second;
        const RelationshipLink& link = relationship->link();
        std::vector<Entity*> owners;
        std::erase_if(state.replaced_unseen, [&](const auto& replaced) {
            if (replaced.second != relationship) return false;
            Entity* owner = replaced.first;
            if (owner->state == ObjectState::persistent && std::find(owners.begin(), owners.end(), owner) == owners.end()) owners.push_back(owner);
            return true;
        });
        if (owners.empty()) continue;
        std::vector<Entity*> partners;
        for (auto* owner : owners) {
            RelationMember& member = *relationship->member(owner->object);
            partners.push_back(member.target());
            member.set_not_loaded();
        }
        co_await load_children(state, *relationship, owners);
        for (std::size_t i = 0; i < owners.size(); ++i) {
            RelationMember& member = *relationship->member(owners[i]->object);
            Entity* old = member.target();
            member.link(partners[i]);
            if (old == nullptr || old == partners[i] || old->marked_removed || state.find_link(*old, link.remote) != nullptr) continue;
            state.record_link(*old, nullptr, *relationship, link.remote, link.local, has(relationship->def.cascade, Cascade::delete_orphan));
            if (link.inverse == nullptr) continue;
            state.record_relation(*old, *link.inverse);
            link.inverse->member(old->object)->link(nullptr);
        }
    }
}

awaitable<void> cascade_removals(SessionState& state) {
    std::size_t done = 0;
    while (done < state.removed.size()) {
        const std::vector<Entity*> fresh(state.removed.begin() + static_cast<std::ptrdiff_t>(done), state.removed.end());
        done = state.removed.size();
        std::vector<const Table*> tables;
        for (const auto* entity : fresh) {
            if (std::find(tables.begin(), tables.end(), entity->table) == tables.end()) tables.push_back(entity->table);
        }
        for (const Table* table : tables) {
            for (const auto& relationship : table->relationships) {
                if (relationship.def.viewonly || relationship.def.passive_deletes_all) continue;
                const RelationshipLink& link = relationship.link();
                const bool removes = has(relationship.def.cascade, Cascade::remove) || has(relationship.def.cascade, Cascade::delete_orphan);
                if (link.direction == Direction::many_to_one && !removes) continue;
                std::vector<Entity*> to_load;
                for (auto* entity : fresh) {
                    if (entity->table != table || !entity->marked_removed || entity->state != ObjectState::persistent) continue;
                    const RelationState member = relationship.member(entity->object)->state();
                    if (member != RelationState::linked && link.direction != Direction::many_to_one && !relationship.def.passive_deletes) to_load.push_back(entity);
                }
                if (!to_load.empty()) co_await load_children(state, relationship, std::move(to_load));
                for (auto* entity : fresh) {
                    if (entity->table != table || !entity->marked_removed || entity->state != ObjectState::persistent) continue;
                    for (auto* child : related(relationship, *entity)) {
                        if (link.secondary != nullptr) {
                            state.associations.note(relationship, *entity, *child, false);
                            if (link.inverse != nullptr) state.take_member(*child, *link.inverse, *entity);
                        }
                        if (removes) {
                            if (child->state == ObjectState::pending) state.set_state(*child, ObjectState::transient);
                            if (child->state == ObjectState::persistent && !child->marked_removed) {
                                child->marked_removed = true;
                                state.removed.push_back(child);
                            }
                        } else if (link.secondary == nullptr && !child->marked_removed && in_session(*child)) {
                            state.record_link(*child, nullptr, relationship, link.remote, link.local);
                            if (link.inverse != nullptr) {
                                state.record_relation(*child, *link.inverse);
                                link.inverse->member(child->object)->link(nullptr);
                            }
                        }
                    }
                }
            }
        }
    }
}

}  // namespace azoth::detail
