// Undo: what a rollback restores in memory, without I/O and without throwing.
#include "session_state.hpp"

#include <algorithm>

namespace azoth::detail {

namespace {

void restore_members(Entity& entity) {
    if (!entity.saved) return;
    for (const auto& column : entity.table->columns) {
        if (!column.ops->same(entity.saved_field(column), entity.field(column))) column.ops->restore(entity.field(column), entity.saved_field(column));
    }
    entity.flag_modified = false;
}

bool gone(const Entity* entity) { return entity->state == ObjectState::transient || entity->state == ObjectState::detached; }

}  // namespace

void SessionState::undo_to(std::size_t mark, bool whole) noexcept {
    // Unflushed edits first: they were made after the last flush.
    for_each_graph([&](Graph& home) {
        home.for_each([&](Entity& entity) {
            if (entity.state != ObjectState::persistent) return;
            if (changed(entity)) {
                restore_members(entity);
                entity.epoch = 0;
            }
            entity.marked_removed = false;
        });
    });
    removed.clear();
    forget_changes();
    flagged.clear();

    std::vector<UndoRecord> relations;
    while (undo.size() > mark) {
        UndoRecord record = std::move(undo.back());
        undo.pop_back();
        Entity& entity = *record.entity;
        switch (record.kind) {
            case UndoRecord::Kind::added:
                if (entity.state == ObjectState::pending) set_state(entity, ObjectState::transient);
                break;
            case UndoRecord::Kind::inserted:
                map.erase(entity);
                set_state(entity, ObjectState::transient);
                if (entity.generated_key) {
                    const Column& key = entity.table->columns[static_cast<std::size_t>(entity.table->generated_column)];
                    key.ops->set_default(entity.field(key));
                    entity.generated_key = false;
                }
                if (entity.saved && entity.table->snapshot_needs_drop) {
                    for (const auto& column : entity.table->columns) {
                        if (column.ops->drop != nullptr) column.ops->drop(column.saved(static_cast<void*>(entity.snapshot)));
                    }
                }
                entity.saved = false;
                entity.level = 0;
                break;
            case UndoRecord::Kind::assigned: {
                const Column& column = entity.table->columns[record.relation];
                column.ops->set_default(entity.field(column));
                break;
            }
            case UndoRecord::Kind::deleted:
                set_state(entity, ObjectState::persistent);
                entity.marked_removed = false;
                entity.epoch = 0;
                restore_members(entity);  // what was changed and not written before it was removed
                map.insert(entity);
                if (!deleted.empty() && deleted.back() == &entity) {
                    deleted.pop_back();  // as the log is replayed backwards, nearly always
                } else {
                    std::erase(deleted, &entity);
                }
                break;
            case UndoRecord::Kind::snapshot: {
                map.erase(entity);
                std::byte* newer = entity.snapshot;
                entity.snapshot = record.snapshot;
                entity.graph->release_snapshot(*entity.table, newer);
                entity.level = record.old_level;
                restore_members(entity);
                entity.epoch = 0;
                if (entity.state == ObjectState::persistent) map.insert(entity);
                break;
            }
            case UndoRecord::Kind::relation: relations.push_back(std::move(record)); break;
        }
    }
    // Oldest last: each relationship ends with what it held at the mark.
    for (auto& record : relations) {
        Entity& entity = *record.entity;
        const Relationship& relationship = entity.table->relationships[record.relation];
        RelationMember& member = *relationship.member(entity.object);
        if (record.relation_state == RelationState::not_loaded || record.relation_state == RelationState::unset) {
            member.set_not_loaded();
            if (gone(&entity)) {
                if (relationship.many()) {
                    member.link_members({});
                } else {
                    member.link(nullptr);
                }
            }
        } else if (relationship.many()) {
            std::erase_if(record.members, gone);
            member.link_members(std::move(record.members));
        } else {
            member.link(record.target != nullptr && gone(record.target) ? nullptr : record.target);
        }
    }
    std::erase_if(pending, [](const Entity* entity) { return entity->state != ObjectState::pending; });
    if (whole) {
        recorded.clear();
        savepoints.clear();
        deleted.clear();
        transaction = 0;
        explicit_transaction = false;
        expire_everything();
    }
}

void SessionState::forget_transaction() noexcept {
    for (auto& record : undo) {
        if (record.kind == UndoRecord::Kind::snapshot) record.entity->graph->release_snapshot(*record.entity->table, record.snapshot);
        record.entity->level = 0;
    }
    undo.clear();
    recorded.clear();
    savepoints.clear();
    for (auto* entity : deleted) set_state(*entity, ObjectState::detached);
    deleted.clear();
    transaction = 0;
    explicit_transaction = false;
    expire_everything();
}

void SessionState::prune_streamed() noexcept {
    if (streamed.empty()) return;
    // What is remembered of an entity, to be written or to be undone, points at it.
    const auto remembered = [&](const Graph* partition) {
        for (const auto& record : undo) {
            if (record.entity->graph == partition || (record.target != nullptr && record.target->graph == partition)) return true;
            for (const auto* member : record.members) {
                if (member->graph == partition) return true;
            }
        }
        for (const auto& link : links) {
            if (link.child->graph == partition || (link.parent != nullptr && link.parent->graph == partition)) return true;
        }
        for (const auto& change : associations) {
            if (change.owner->graph == partition || change.target->graph == partition) return true;
        }
        for (const auto& [owner, relationship] : replaced_unseen) {
            if (owner->graph == partition) return true;
        }
        for (const auto* entity : removed) {
            if (entity->graph == partition) return true;
        }
        for (const auto* entity : deleted) {
            if (entity->graph == partition) return true;
        }
        return false;
    };
    std::erase_if(streamed, [&](const std::shared_ptr<Graph>& partition) {
        if (partition.use_count() > 1) return false;
        bool dirty = false;
        partition->for_each([&](Entity& entity) { dirty = dirty || entity.state == ObjectState::pending || changed(entity); });
        if (dirty || remembered(partition.get())) return false;
        partition->for_each([&](Entity& entity) {
            map.erase(entity);
            set_state(entity, ObjectState::detached);
        });
        partition->session = nullptr;
        return true;
    });
}

}  // namespace azoth::detail
