// Objects in and out of the session: add, remove, expunge, expire, and what the session can say of them. No I/O.
#include "session_state.hpp"

#include <azoth/base/throw.hpp>
#include <azoth/sql/criteria.hpp>

#include <algorithm>
#include <string>

namespace azoth::detail {

namespace {

// What lies in relationships of a struct that has just entered the graph becomes entities too (the save-update cascade).
void take_in_relations(SessionCore& core, Entity& entity) {
    for (const auto& relationship : entity.table->relationships) {
        RelationMember& member = *relationship.member(entity.object);
        if (auto given = member.take_given()) core.assign_given(member, std::move(given));
    }
}

std::string name_of(const Table& table) { return std::string(table.type_name); }

}  // namespace

SessionCore::SessionCore(std::shared_ptr<EngineCore> engine, SessionOptions options) : state_(std::make_unique<SessionState>(*this, std::move(engine), options)) {}

SessionCore::SessionCore(std::shared_ptr<ConnectionCore> connection, SessionOptions options) : state_(std::make_unique<SessionState>(*this, std::move(connection), options)) {}

SessionCore::~SessionCore() {
    if (state_->joined) state_->connection->drop(state_->joint);
    state_->for_each_graph([](Graph& graph) {
        graph.session = nullptr;
        graph.for_each([](Entity& entity) {
            if (entity.state == ObjectState::persistent || entity.state == ObjectState::deleted) entity.state = ObjectState::detached;
            if (entity.state == ObjectState::pending) entity.state = ObjectState::transient;
        });
    });
}

std::shared_ptr<void> SessionCore::add_value(const Table& table, void* value) {
    SessionState& state = *state_;
    state.check_usable();
    Entity* entity = state.graph->create_moved(table, value);
    state.make_pending(*entity);
    take_in_relations(*this, *entity);
    state.tell_events();
    return state.graph->handle(entity);
}

std::shared_ptr<void> SessionCore::add_handle(const Table& table, std::shared_ptr<void> handle) {
    SessionState& state = *state_;
    state.check_usable();
    if (handle == nullptr) throw_argument_error("add(): the handle is null");
    Entity* entity = entity_of_handle(table, handle);
    switch (entity->state) {
        case ObjectState::transient:
            cascade_add(state, *entity);
            break;
        case ObjectState::pending: break;
        case ObjectState::persistent:
            if (entity->marked_removed) {  // taken back before it was flushed
                entity->marked_removed = false;
                std::erase(state.removed, entity);
            }
            break;
        case ObjectState::deleted: throw_invalid_request("add(): this " + name_of(table) + " was deleted in this transaction; add a copy of it instead");
        case ObjectState::detached: {  // expunged before: persistent again
            Entity* other = state.map.insert(*entity);
            if (other != nullptr) {
                state.map.erase(*entity);
                state.map.insert(*other);
                throw_invalid_request("add(): another " + name_of(table) + " with the same primary key is in this session already; merge() it instead");
            }
            state.set_state(*entity, ObjectState::persistent);
            break;
        }
    }
    state.tell_events();
    return entity->graph->handle(entity);
}

Entity* SessionCore::entity_at(const Table& table, const void* object) {
    Entity* found = nullptr;
    state_->for_each_graph([&](Graph& graph) {
        if (found == nullptr) found = graph.find(table, object);
    });
    if (found == nullptr)
        throw_argument_error("no " + name_of(table) + " of this session lies at this address: pass a handle, or move the value in");
    return found;
}

Entity* SessionCore::entity_of_handle(const Table& table, std::shared_ptr<void> handle) {
    SessionState& state = *state_;
    if (Graph* home = graph_of(handle); home != nullptr) {
        if (home->session != this)
            throw_argument_error("this " + name_of(table) + " belongs to another session" + (home->session == nullptr ? " (closed by now)" : "") +
                                 ": an entity has one session for life; merge() copies it into this one");
        Entity* entity = nullptr;  // a stream's partition may have been absorbed by the session's graph
        for (; home != nullptr && entity == nullptr; home = home->parent.get()) entity = home->find(table, handle.get());
        if (entity == nullptr) throw_argument_error("this handle points into an entity, not at a " + name_of(table));
        return entity;
    }
    if (handle.use_count() == 0) return entity_at(table, handle.get());
    if (Entity* known = state.graph->find(table, handle.get())) return known;
    void* object = handle.get();
    Entity* entity = state.graph->adopt(table, object, std::move(handle));
    take_in_relations(*this, *entity);
    return entity;
}

Entity* SessionCore::create_member(RelationMember&, const Table& table, void* value) {
    Entity* entity = state_->graph->create_moved(table, value);
    take_in_relations(*this, *entity);
    return entity;
}

void SessionCore::remove(const Table& table, std::shared_ptr<void> handle) {
    SessionState& state = *state_;
    state.check_usable();
    if (handle == nullptr) throw_argument_error("remove(): the handle is null");
    Entity* entity = entity_of_handle(table, std::move(handle));
    switch (entity->state) {
        case ObjectState::persistent:
            if (!entity->marked_removed) {
                entity->marked_removed = true;
                state.removed.push_back(entity);
            }
            break;
        case ObjectState::pending: throw_invalid_request("remove(): this " + name_of(table) + " is not in the database yet; expunge() it instead");
        case ObjectState::transient: throw_invalid_request("remove(): this " + name_of(table) + " is not in the database");
        case ObjectState::deleted: break;
        case ObjectState::detached: throw_invalid_request("remove(): this " + name_of(table) + " is detached; add() or merge() it first");
    }
}

void SessionCore::expunge(const Table& table, std::shared_ptr<void> handle) {
    SessionState& state = *state_;
    Entity* first = entity_of_handle(table, std::move(handle));
    if (first->state != ObjectState::pending && first->state != ObjectState::persistent) throw_invalid_request("expunge(): this " + name_of(table) + " is not in the session");
    for (Entity* entity : reached_by(*first, Cascade::expunge)) {
        if (entity->state == ObjectState::pending) {
            state.set_state(*entity, ObjectState::transient);
            std::erase(state.pending, entity);
        } else if (entity->state == ObjectState::persistent) {
            state.map.erase(*entity);
            state.set_state(*entity, ObjectState::detached);
            entity->marked_removed = false;
            std::erase(state.removed, entity);
        } else {
            continue;
        }
        state.forget_changes_of(*entity);
    }
    state.tell_events();
}

void SessionCore::expunge_all() {
    SessionState& state = *state_;
    state.for_each_graph([&](Graph& graph) {
        graph.session = nullptr;
        graph.for_each([&](Entity& entity) {
            if (entity.state == ObjectState::persistent || entity.state == ObjectState::deleted) state.set_state(entity, ObjectState::detached);
            if (entity.state == ObjectState::pending) state.set_state(entity, ObjectState::transient);
            entity.in_map = false;
        });
    });
    state.map = IdentityMap();
    state.pending.clear();
    state.removed.clear();
    state.forget_changes();
    state.undo.clear();
    state.recorded.clear();
    state.deleted.clear();
    for (auto& savepoint : state.savepoints) savepoint.undo_mark = 0;
    state.streamed.clear();
    state.graph = Graph::make(this);  // the memory of the old one is given back with the last handle into it
    state.tell_events();
}

void SessionCore::expire(const Table& table, std::shared_ptr<void> handle) {
    Entity* entity = entity_of_handle(table, std::move(handle));
    if (entity->state != ObjectState::persistent) throw_invalid_request("expire(): this " + name_of(table) + " is not persistent in this session");
    for (Entity* reached : reached_by(*entity, Cascade::refresh_expire)) reached->epoch = 0;
}

void SessionCore::expire_all() { state_->expire_everything(); }

bool SessionCore::contains(const Table& table, const void* object) const {
    bool inside = false;
    state_->for_each_graph([&](Graph& graph) {
        const Entity* entity = graph.find(table, object);
        inside = inside || (entity != nullptr && (entity->state == ObjectState::pending || entity->state == ObjectState::persistent));
    });
    return inside;
}

bool SessionCore::is_modified(const Table& table, const void* object) const {
    bool modified = false;
    state_->for_each_graph([&](Graph& graph) {
        const Entity* entity = graph.find(table, object);
        if (entity == nullptr) return;
        modified = entity->state == ObjectState::pending || (entity->state == ObjectState::persistent && state_->changed(*entity));
        for (const auto& link : state_->links) modified = modified || link.child == entity || link.parent == entity;
        for (const auto& change : state_->associations) modified = modified || change.concerns(entity);
    });
    return modified;
}

ObjectState SessionCore::state(const Table& table, const std::shared_ptr<void>& handle) const {
    Graph* home = graph_of(handle);
    if (home == nullptr) home = state_->graph.get();
    const Entity* entity = home->find(table, handle.get());
    for (Graph* up = home->parent.get(); up != nullptr && entity == nullptr; up = up->parent.get()) entity = up->find(table, handle.get());
    if (entity == nullptr) return ObjectState::transient;
    if (home->session != this && entity->state != ObjectState::transient) return ObjectState::detached;
    return entity->state;
}

std::vector<AnyObject> SessionCore::new_objects() const {
    std::vector<AnyObject> objects;
    for (const auto* entity : state_->pending) {
        if (entity->state == ObjectState::pending) objects.push_back(object_of(*entity));
    }
    return objects;
}

std::vector<AnyObject> SessionCore::dirty() const {
    std::vector<AnyObject> objects;
    state_->for_each_graph([&](Graph& graph) {
        graph.for_each([&](Entity& entity) {
            if (entity.state == ObjectState::persistent && !entity.marked_removed && state_->changed(entity)) objects.push_back(object_of(entity));
        });
    });
    return objects;
}

std::vector<AnyObject> SessionCore::deleted() const {
    std::vector<AnyObject> objects;
    for (const auto* entity : state_->removed) objects.push_back(object_of(*entity));
    return objects;
}

void SessionCore::flag_modified(const Table& table, const void* object, const Column& column) {
    if (column.read_only()) throw_argument_error("flag_modified(): " + name_of(table) + "." + std::string(column.member) + " is read and never written");
    Entity* entity = entity_at(table, object);
    entity->flag_modified = true;
    state_->flagged.emplace_back(entity, &column);
}

bool SessionCore::history(const Table& table, const void* object, const Column& column, void* old_value) const {
    const Entity* found = nullptr;
    state_->for_each_graph([&](Graph& graph) {
        if (found == nullptr) found = graph.find(table, object);
    });
    if (found == nullptr) throw_argument_error("history(): this " + name_of(table) + " is not in the session");
    if (!found->saved) return true;
    column.ops->restore(old_value, found->saved_field(column));
    return !column.ops->same(found->saved_field(column), found->field(column));
}

std::vector<ColumnChange> SessionCore::changed_columns(const Table& table, const void* object) const {
    const Entity* found = nullptr;
    state_->for_each_graph([&](Graph& graph) {
        if (found == nullptr) found = graph.find(table, object);
    });
    if (found == nullptr) throw_argument_error("changed_columns(): this " + name_of(table) + " is not in the session");
    if (!found->saved) return changes_of(*found, RowChange::insert);
    return changes_of(*found, found->marked_removed || found->state == ObjectState::deleted ? RowChange::remove : RowChange::update);
}

void SessionCore::narrow(const EntityCriteria& criteria) { state_->criteria.append(default_criteria(criteria)); }
bool SessionCore::autoflush() const noexcept { return state_->options.autoflush; }
void SessionCore::set_autoflush(bool on) noexcept { state_->options.autoflush = on; }

}  // namespace azoth::detail
