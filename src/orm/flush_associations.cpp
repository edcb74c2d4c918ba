// Rows of secondary tables: what changed in many-to-many collections becomes objects to insert or to delete.
#include "flush.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <string>

namespace azoth::detail {

namespace {

// The key of the row between two objects, as the database has it.
ValueBuffer key_between(const RelationshipLink& link, const Entity& owner, const Entity& target) {
    ValueBuffer key(link.secondary->primary_key.size());
    for (const std::uint32_t part : link.secondary->primary_key) {
        const auto near = std::find(link.near.begin(), link.near.end(), part);
        const bool ours = near != link.near.end();
        const auto place = ours ? near - link.near.begin() : std::find(link.far.begin(), link.far.end(), part) - link.far.begin();
        const Entity& end = ours ? owner : target;
        const Column& column = end.table->columns[(ours ? link.local : link.remote)[static_cast<std::size_t>(place)]];
        column.ops->append_saved(end.saved_field(column), key);
    }
    return key;
}

// Stands for a row that was never read. It is expired from the start: should a rollback keep it, whoever meets it reads the row.
Entity* unread_row(SessionState& state, const Table& table, std::span<const ValueView> key) {
    Entity* row = state.graph->create_fresh(table);
    for (std::size_t i = 0; i < key.size(); ++i) {
        const Column& column = table.columns[table.primary_key[i]];
        column.ops->decode(row->field(column), key[i], column.name);
    }
    state.graph->save(*row);
    row->state = ObjectState::persistent;
    row->epoch = 0;
    state.map.insert(*row);
    return row;
}

}  // namespace

void Flush::apply_association(const Association& change) {
    const Entity& owner = *change.owner;
    const Entity& target = *change.target;
    const RelationshipLink& link = change.relationship->link();
    if (!change.added) {
        if (!owner.saved || !target.saved) return;  // one of them never had a row
        const ValueBuffer key = key_between(link, owner, target);
        Entity* row = state.map.find(*link.secondary, key.cells());
        if (row == nullptr) row = unread_row(state, *link.secondary, key.cells());
        if (row->marked_removed) return;
        row->marked_removed = true;
        state.removed.push_back(row);
        return;
    }
    if (owner.marked_removed || target.marked_removed) return;
    if (!in_session(*change.changed)) return;  // not in the session, and so is its collection
    const Entity& outside = change.changed == &owner ? target : owner;
    if (!in_session(outside)) {
        throw_invalid_request(change.relationship->full_name() + " holds a " + std::string(outside.table->type_name) +
                              " that is not in the session; add() it, or give the relationship the save_update cascade");
    }
    Entity* row = state.graph->create_fresh(*link.secondary);
    state.make_pending(*row);
    state.record_link(*row, change.owner, *change.relationship, link.near, link.local);
    state.record_link(*row, change.target, *change.relationship, link.far, link.remote);
}

}  // namespace azoth::detail
