// SessionState's small services: guards, links, undo records, change detection.
#include "session_state.hpp"

#include <azoth/base/error.hpp>
#include <azoth/base/throw.hpp>

#include <algorithm>
#include <atomic>
#include <unordered_set>

namespace azoth::detail {

SessionState::SessionState(SessionCore& self, std::shared_ptr<EngineCore> engine, SessionOptions session_options)
    : core(self), options(session_options), connection(std::make_shared<ConnectionCore>(std::move(engine), ConnectionCore::Hold::transaction)), graph(Graph::make(&self)) {}

SessionState::SessionState(SessionCore& self, std::shared_ptr<ConnectionCore> given, SessionOptions session_options)
    : core(self), options(session_options), connection(std::move(given)), joined(true), graph(Graph::make(&self)) {}

void SessionState::check_usable() const {
    if (closed) throw_invalid_request("this session is closed");
    if (failed_flush) {
        throw_pending_rollback("a flush failed and its transaction was rolled back; " +
                               std::string(failed_depth == 0 ? "call rollback() on the session" : "roll back the savepoint (or the session)") +
                               " before using it again. The failure was: " + failed_message);
    }
}

BusyGuard::BusyGuard(SessionState& state) : state_(nullptr) {
    if (state.busy) throw_concurrent_use("this session is in use by another coroutine: a session belongs to one coroutine at a time");
    state.busy = true;
    state_ = &state;
}

void SessionState::ensure_transaction() {
    static std::atomic<std::uint64_t> serial{1};
    if (transaction != 0) {
        if (joined && !connection->transaction().is_open(joint)) throw_invalid_request("the connection's transaction, in which this session works, has ended: roll the session back");
        return;
    }
    if (joined) joint = connection->begin_nested();
    transaction = serial.fetch_add(1, std::memory_order_relaxed);
    if (events != nullptr) events->after_begin();
}

namespace {
LinkKey link_key(const Entity& child, const std::vector<std::uint32_t>& columns) {
    LinkKey key{&child, 0};
    for (const std::uint32_t column : columns) key.columns = key.columns << 8 | column;
    return key;
}
}  // namespace

void SessionState::record_link(Entity& child, Entity* parent, const Relationship& relationship, const std::vector<std::uint32_t>& child_columns,
                               const std::vector<std::uint32_t>& parent_columns, bool orphan) {
    const auto [place, fresh] = link_index.try_emplace(link_key(child, child_columns), links.size());
    if (!fresh) {
        Link& link = links[place->second];
        link.parent = parent;
        link.relationship = &relationship;
        link.parent_columns = &parent_columns;
        link.orphan = orphan;
        return;
    }
    links.push_back({&child, parent, &relationship, &child_columns, &parent_columns, orphan});
}

const Link* SessionState::find_link(const Entity& child, const std::vector<std::uint32_t>& child_columns) const {
    if (links.empty()) return nullptr;
    const auto place = link_index.find(link_key(child, child_columns));
    return place == link_index.end() ? nullptr : &links[place->second];
}

void SessionState::forget_changes() noexcept {
    links.clear();
    link_index.clear();
    associations.clear();
    replaced_unseen.clear();
}

void SessionState::forget_changes_of(const Entity& entity) {
    std::erase_if(links, [&](const Link& link) { return link.child == &entity || link.parent == &entity; });
    link_index.clear();
    for (std::size_t i = 0; i < links.size(); ++i) link_index[link_key(*links[i].child, *links[i].child_columns)] = i;
    associations.forget(entity);
    std::erase_if(replaced_unseen, [&](const auto& replaced) { return replaced.first == &entity; });
}

std::vector<Entity*> reached_by(Entity& first, Cascade cascade) {
    std::vector<Entity*> reached{&first};
    std::unordered_set<const Entity*> seen{&first};
    for (std::size_t i = 0; i < reached.size(); ++i) {
        for (const auto& relationship : reached[i]->table->relationships) {
            if (!has(relationship.def.cascade, cascade)) continue;
            const RelationMember& member = *relationship.member(reached[i]->object);
            if (relationship.many()) {
                for (Entity* entity : member.members()) {
                    if (seen.insert(entity).second) reached.push_back(entity);
                }
            } else if (Entity* target = member.target(); target != nullptr && seen.insert(target).second) {
                reached.push_back(target);
            }
        }
    }
    return reached;
}

SessionState::Membership SessionState::pending_change(Entity& owner, const Relationship& relationship, Entity& member) const {
    const RelationshipLink& link = relationship.link();
    if (link.secondary != nullptr) {
        const Association* change = associations.find(relationship, owner, member);
        if (change == nullptr) return Membership::unchanged;
        return change->added ? Membership::put_in : Membership::taken_out;
    }
    const Link* change = find_link(member, link.remote);
    if (change == nullptr) return Membership::unchanged;
    return change->parent == &owner ? Membership::put_in : Membership::taken_out;
}

void SessionState::record_relation(Entity& owner, const Relationship& relationship) {
    const auto index = static_cast<std::uint16_t>(relationship.index);
    const RelationMember& member = *relationship.member(owner.object);
    const std::size_t mark = savepoints.empty() ? 0 : savepoints.back().undo_mark;
    // Once a level is enough.
    const auto [place, fresh] = recorded.try_emplace(&member, undo.size());
    if (!fresh) {
        const std::size_t at = place->second;
        const bool stands = at >= mark && at < undo.size() && undo[at].kind == UndoRecord::Kind::relation && undo[at].entity == &owner && undo[at].relation == index;
        if (stands) return;
        place->second = undo.size();
    }
    UndoRecord record;
    record.kind = UndoRecord::Kind::relation;
    record.entity = &owner;
    record.relation = index;
    record.relation_state = member.state();
    if (relationship.many()) {
        record.members = member.members();
    } else {
        record.target = member.target();
    }
    undo.push_back(std::move(record));
}

void SessionState::take_member(Entity& owner, const Relationship& many, Entity& taken) {
    RelationMember& member = *many.member(owner.object);
    const auto& present = member.members();
    const auto place = std::find(present.begin(), present.end(), &taken);
    if (place == present.end()) return;
    const auto offset = place - present.begin();
    record_relation(owner, many);
    auto& entities = member.writable().entities;
    entities.erase(entities.begin() + offset);
}

void SessionState::record_snapshot(Entity& entity) {
    const auto level = static_cast<std::uint32_t>(savepoints.size() + 1);
    if (!entity.saved || entity.level >= level) return;
    UndoRecord record;
    record.kind = UndoRecord::Kind::snapshot;
    record.entity = &entity;
    record.old_level = entity.level;
    record.snapshot = entity.graph->replace_snapshot(entity);
    entity.level = level;
    // The fresh block starts as a copy, so that a column not written by this flush keeps what is known of it.
    for (const auto& column : entity.table->columns) {
        column.ops->copy_saved(column.saved(static_cast<void*>(entity.snapshot)), column.saved(static_cast<const void*>(record.snapshot)));
    }
    entity.saved = true;
    undo.push_back(std::move(record));
}

void SessionState::make_pending(Entity& entity) {
    set_state(entity, ObjectState::pending);
    entity.order = next_order++;
    pending.push_back(&entity);
    UndoRecord record;
    record.kind = UndoRecord::Kind::added;
    record.entity = &entity;
    undo.push_back(std::move(record));
}

bool SessionState::changed(const Entity& entity) const {
    if (!entity.saved) return false;
    if (entity.flag_modified) return true;
    for (const auto& column : entity.table->columns) {
        if (!column.ops->same(entity.saved_field(column), entity.field(column))) return true;
    }
    return false;
}

}  // namespace azoth::detail
