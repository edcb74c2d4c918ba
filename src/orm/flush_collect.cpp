// What a flush has to write: links into foreign keys, new, changed and removed entities; and what is true afterwards.
#include "flush.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <string>
#include <unordered_set>

namespace azoth::detail {

namespace {

std::string name_of(const Entity& entity) { return std::string(entity.table->type_name); }

std::string key_text(const Entity& entity) {
    ValueBuffer key(entity.table->primary_key.size());
    if (entity.saved) {
        append_saved_key(entity, key);
    } else {
        append_current_key(entity, key);
    }
    std::string text = name_of(entity) + "(";
    for (std::size_t i = 0; i < key.cells().size(); ++i) {
        const ValueView& cell = key.cells()[i];
        if (i != 0) text += ", ";
        text += is_bytes(cell.kind) ? std::string("...") : std::to_string(cell.integer);
    }
    return text + ")";
}

bool field_changed(const Entity& entity, const Column& column) {
    return entity.saved ? !column.ops->same(entity.saved_field(column), entity.field(column)) : !column.ops->is_default(entity.field(column));
}

// Rollback makes the key of a new object unset again.
void record_assigned(SessionState& state, Entity& child, std::uint32_t column) {
    UndoRecord record;
    record.kind = UndoRecord::Kind::assigned;
    record.entity = &child;
    record.relation = static_cast<std::uint16_t>(column);
    state.undo.push_back(std::move(record));
}

}  // namespace

void touch(Entity& entity) {
    for (const auto& column : entity.table->columns) {
        if (column.onupdate != nullptr && column.ops->same(entity.saved_field(column), entity.field(column))) column.onupdate(entity.field(column));
    }
}

void Flush::apply_link(const Link& link) {
    Entity& child = *link.child;
    if (child.state != ObjectState::pending && child.state != ObjectState::persistent) return;
    if (child.marked_removed) return;
    Entity* parent = link.parent;
    if (parent != nullptr && (parent->marked_removed || parent->state == ObjectState::deleted)) parent = nullptr;
    if (parent != nullptr && (parent->state == ObjectState::transient || parent->state == ObjectState::detached))
        throw_invalid_request(link.relationship->full_name() + " links " + name_of(child) + " with a " + name_of(*parent) + " that is not in the session; add() it, or give the relationship the save_update cascade");

    for (std::size_t i = 0; i < link.child_columns->size(); ++i) {
        const Column& key = child.table->columns[(*link.child_columns)[i]];
        void* field = child.field(key);
        if (parent == nullptr) {
            if (key.ops->set_null == nullptr || key.primary_key) {
                if (link.orphan || child.state == ObjectState::pending) continue;  // decided by the orphan cascade, or never linked
                throw_not_null_violation(link.relationship->full_name() + ": taking " + key_text(child) + " out would set " + key.table->name + "." + key.name +
                                             " to NULL, which it cannot hold; remove the child, give it another parent, or map the relationship with cascade(remove)",
                                         key.table->name, key.name);
            }
            key.ops->set_null(field);
            continue;
        }
        const Column& source = parent->table->columns[(*link.parent_columns)[i]];
        if (parent->state == ObjectState::pending && source.generated && source.ops->is_default(parent->field(source))) continue;  // known only after its INSERT
        Value value;
        source.ops->encode(parent->field(source), value);
        Value current;
        key.ops->encode(field, current);
        if (current == value) continue;
        if (field_changed(child, key) && child.state == ObjectState::persistent)
            throw_argument_error(link.relationship->full_name() + " and the member " + std::string(key.member) + " of " + key_text(child) +
                                 " were both changed and disagree: change one of them");
        if (child.state == ObjectState::pending) record_assigned(state, child, key.index);
        key.ops->decode(field, value.view(), key.name);
    }
}

bool Flush::is_later(const Link& link) const {
    return std::any_of(post_updates.begin(), post_updates.end(), [&](const Link& later) { return later.child == link.child && later.child_columns == link.child_columns; });
}

void Flush::switch_rows() {
    if (deletes.empty()) return;
    for (auto* fresh : inserts) {
        if (fresh->state != ObjectState::pending) continue;
        ValueBuffer key(fresh->table->primary_key.size());
        append_current_key(*fresh, key);
        if (std::any_of(key.cells().begin(), key.cells().end(), [](const ValueView& cell) { return cell.is_null(); })) continue;
        Entity* old = state.map.find(*fresh->table, key.cells());
        if (old == nullptr || !old->marked_removed || old->state != ObjectState::persistent) continue;
        // The row stays; the new object takes it over as its own, all differences become one UPDATE.
        for (const auto& column : fresh->table->columns) column.ops->copy_saved(column.saved(static_cast<void*>(fresh->snapshot)), old->saved_field(column));
        fresh->saved = true;
        fresh->epoch = state.epoch;
        state.map.erase(*old);
        std::erase(deletes, old);
        UndoRecord gone;
        gone.kind = UndoRecord::Kind::deleted;
        gone.entity = old;
        state.undo.push_back(std::move(gone));
        state.set_state(*old, ObjectState::deleted);
        state.deleted.push_back(old);
        UndoRecord came;
        came.kind = UndoRecord::Kind::inserted;
        came.entity = fresh;
        state.undo.push_back(std::move(came));
        state.set_state(*fresh, ObjectState::persistent);
        state.map.insert(*fresh);
        updates.push_back(fresh);
    }
    std::erase_if(inserts, [](const Entity* entity) { return entity->state != ObjectState::pending; });
}

void Flush::collect() {
    // Children that lost their parent in a collection that deletes orphans.
    for (std::size_t i = 0; i < state.links.size(); ++i) {
        const Link link = state.links[i];
        if (!link.orphan || link.parent != nullptr) continue;
        if (link.child->state == ObjectState::pending) {
            state.set_state(*link.child, ObjectState::transient);
        } else if (link.child->state == ObjectState::persistent && !link.child->marked_removed) {
            link.child->marked_removed = true;
            state.removed.push_back(link.child);
        }
    }
    for (const auto& change : state.associations) apply_association(change);
    for (const auto& link : state.links) {
        if (link.relationship->def.post_update && link.parent != nullptr && link.parent->state == ObjectState::pending) {
            post_updates.push_back(link);
            if (link.child->state != ObjectState::pending) continue;
            for (const std::uint32_t column : *link.child_columns) record_assigned(state, *link.child, column);
        } else {
            apply_link(link);
        }
    }

    for (auto* entity : state.pending) {
        if (entity->state == ObjectState::pending) inserts.push_back(entity);
    }
    for (auto* entity : state.removed) {
        if (entity->state == ObjectState::persistent && entity->marked_removed) deletes.push_back(entity);
    }
    state.for_each_graph([&](Graph& graph) {
        graph.for_each([&](Entity& entity) {
            if (entity.state == ObjectState::persistent && !entity.marked_removed && state.changed(entity)) updates.push_back(&entity);
        });
    });
    // Children whose parent's key is still to be generated change too, though their members do not show it yet.
    std::unordered_set<const Entity*> waiting;
    for (const auto& link : state.links) {
        Entity& child = *link.child;
        if (child.state != ObjectState::persistent || child.marked_removed || link.parent == nullptr || link.parent->state != ObjectState::pending) continue;
        if (!state.changed(child) && waiting.insert(&child).second) updates.push_back(&child);
    }
    for (auto* entity : inserts) {
        if (entity->table->columns.size() > ColumnMask::capacity) throw_not_supported("table " + entity->table->name + " has more than 256 columns");
        for (const auto& column : entity->table->columns) {
            if (column.default_factory != nullptr && column.ops->is_default(entity->field(column))) column.default_factory(entity->field(column));
        }
    }
    switch_rows();
    for (auto* entity : updates) {
        note_rekeyed(*entity);
        touch(*entity);
        for (const auto& column : entity->table->columns) {
            if (column.generated && !column.ops->same(entity->saved_field(column), entity->field(column)))
                throw_argument_error("the generated key " + std::string(entity->table->type_name) + "." + std::string(column.member) + " of " + key_text(*entity) + " was changed: the database makes it");
        }
    }
    only_inserts = updates.empty() && deletes.empty();
}

}  // namespace azoth::detail
