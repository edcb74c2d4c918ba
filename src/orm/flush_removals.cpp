// Before a flush: what follows from removed parents, loading their children where the database is not trusted with them.
#include "flush.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <string>
#include <unordered_map>

namespace azoth::detail {

namespace {

constexpr std::size_t keys_per_query = 500;

// Loads the members of one relationship (key on the far side) for these owners, by the keys they have in the database.
awaitable<void> load_children(SessionState& state, const Relationship& relationship, std::vector<Entity*> owners) {
    const RelationshipLink& link = relationship.link();
    for (std::size_t begin = 0; begin < owners.size(); begin += keys_per_query) {
        const std::size_t end = std::min(owners.size(), begin + keys_per_query);
        Tape tape;
        tape.leaf(Op::item_entity, link.target);
        for (const std::uint32_t index : link.remote) tape.leaf(Op::column, &link.target->columns[index]);
        if (link.remote.size() > 1) tape.close(Op::tuple, static_cast<std::uint16_t>(link.remote.size()));
        for (std::size_t i = begin; i < end; ++i) {
            for (const std::uint32_t index : link.local) {
                const Column& column = owners[i]->table->columns[index];
                ValueBuffer cell(1);
                column.ops->append_saved(owners[i]->saved_field(column), cell);
                tape.bind(Value(cell.cells().front()));
            }
            if (link.remote.size() > 1) tape.close(Op::tuple, static_cast<std::uint16_t>(link.remote.size()));
        }
        tape.close(Op::in_list, static_cast<std::uint16_t>(end - begin + 1));
        tape.close(Op::where, 1);
        FlatStatement flat = flatten(std::move(tape));
        const PlanPtr plan = plan_for(state, flat);
        Batch batch;
        BatchItem item;
        item.statement = plan->query.statement;
        item.parameters = ValueBuffer(item.statement->parameters.size());
        for (const std::uint32_t index : item.statement->parameters) item.parameters.append(flat.values[index].view());
        batch.items.push_back(std::move(item));
        if (!state.connection->try_run(batch)) batch = co_await state.connection->run(std::move(batch));
        const ValueBuffer& rows = batch.items.front().rows;
        std::unordered_map<Entity*, std::vector<Entity*>> found;
        for (std::size_t r = 0; r < rows.rows(); ++r) {
            Entity* child = state.materialize(*link.target, rows.row(r), {});
            if (child == nullptr) continue;
            for (std::size_t i = begin; i < end; ++i) {  // whose child it is, by the row's key
                bool same = true;
                for (std::size_t k = 0; k < link.local.size() && same; ++k) {
                    const Column& column = owners[i]->table->columns[link.local[k]];
                    ValueBuffer cell(1);
                    column.ops->append_saved(owners[i]->saved_field(column), cell);
                    same = same_cell(cell.cells().front(), rows.row(r)[link.remote[k]]);
                }
                if (same) found[owners[i]].push_back(child);
            }
        }
        for (std::size_t i = begin; i < end; ++i) {
            RelationMember& member = *relationship.member(owners[i]->object);
            std::vector<Entity*> children = std::move(found[owners[i]]);
            // A child that was moved elsewhere in memory since is not this parent's any more; one queued here is.
            std::erase_if(children, [&](Entity* child) {
                const Link* moved = state.find_link(*child, link.remote);
                return moved != nullptr && moved->parent != owners[i];
            });
            for (auto* queued : member.members()) {
                if (std::find(children.begin(), children.end(), queued) == children.end()) children.push_back(queued);
            }
            if (relationship.many()) {
                member.link_members(std::move(children));
            } else {
                member.link(children.empty() ? nullptr : children.front());
            }
        }
    }
}

std::vector<Entity*> related(const Relationship& relationship, const Entity& owner) {
    RelationMember& member = *relationship.member(owner.object);
    if (relationship.many()) return member.members();
    return member.target() == nullptr ? std::vector<Entity*>() : std::vector<Entity*>{member.target()};
}

}  // namespace

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
                if (relationship.def.viewonly) continue;
                const RelationshipLink& link = relationship.link();
                const bool removes = has(relationship.def.cascade, Cascade::remove) || has(relationship.def.cascade, Cascade::delete_orphan);
                if (link.direction == Direction::many_to_one && !removes) continue;
                std::vector<Entity*> to_load;
                for (auto* entity : fresh) {
                    if (entity->table != table || !entity->marked_removed || entity->state != ObjectState::persistent) continue;
                    const RelationState member = relationship.member(entity->object)->state();
                    if (member != RelationState::linked && link.direction == Direction::one_to_many && !relationship.def.passive_deletes) to_load.push_back(entity);
                }
                if (!to_load.empty()) co_await load_children(state, relationship, std::move(to_load));
                for (auto* entity : fresh) {
                    if (entity->table != table || !entity->marked_removed || entity->state != ObjectState::persistent) continue;
                    for (auto* child : related(relationship, *entity)) {
                        if (removes) {
                            if (child->state == ObjectState::pending) state.set_state(*child, ObjectState::transient);
                            if (child->state == ObjectState::persistent && !child->marked_removed) {
                                child->marked_removed = true;
                                state.removed.push_back(child);
                            }
                        } else if (!child->marked_removed && child->state == ObjectState::persistent) {
                            state.record_link(*child, nullptr, relationship, link.remote, link.local);
                            if (link.inverse != nullptr) {
                                state.record_relation(*child, static_cast<std::uint16_t>(link.inverse->index));
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
