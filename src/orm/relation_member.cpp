// one<T> and many<T> without their types: states, copying, reading; changes go to the session that owns the graph.
#include <azoth/base/throw.hpp>
#include <azoth/orm/graph.hpp>
#include <azoth/orm/relation_member.hpp>
#include <azoth/orm/session_core.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace azoth::detail {

namespace {
const std::vector<Entity*> no_members;
}

// Set to nullptr or cleared in a struct that lies in no graph.
bool RelationMember::explicit_none(const RelationMember& member) noexcept { return member.state_ == RelationState::linked && member.owner_ == nullptr; }

RelationMember::RelationMember(const RelationMember& other) : many_(other.many_) {
    switch (other.state_) {
        case RelationState::unset: break;
        case RelationState::given:
            payload_ = static_cast<GivenObjects*>(other.payload_)->clone();
            state_ = RelationState::given;
            break;
        case RelationState::linked:      // a copy outside the graph has only the values; in a free struct it is an explicit "none"
            state_ = explicit_none(other) ? RelationState::linked : RelationState::not_loaded;
            break;
        case RelationState::not_loaded: state_ = RelationState::not_loaded; break;
    }
}

RelationMember::RelationMember(RelationMember&& other) noexcept : many_(other.many_) {
    if (other.state_ == RelationState::given) {
        payload_ = std::exchange(other.payload_, nullptr);
        state_ = std::exchange(other.state_, RelationState::unset);
    } else if (other.state_ != RelationState::unset) {
        state_ = explicit_none(other) ? RelationState::linked : RelationState::not_loaded;
    }
}

RelationMember& RelationMember::operator=(const RelationMember& other) {
    if (this != &other && (other.state_ == RelationState::given || other.state_ == RelationState::linked)) {
        if (other.owner_ != nullptr) return assign_linked(other);
        *this = RelationMember(other);
    }
    return *this;
}

RelationMember& RelationMember::operator=(RelationMember&& other) {
    // unset and not-loaded leave the target as it is
    if (this == &other || other.state_ == RelationState::unset || other.state_ == RelationState::not_loaded) return *this;
    if (other.state_ == RelationState::linked) {
        if (other.owner_ != nullptr) return assign_linked(other);
        if (many_) {
            clear_members();
        } else if (owner_ == nullptr) {
            reset();
            state_ = RelationState::linked;
        } else {
            check_changeable();
            owner_->graph->session->relation_set(*this, nullptr);
        }
        return *this;
    }
    auto objects = other.take_given();
    if (owner_ == nullptr) {
        give(std::move(objects));
        return *this;
    }
    check_changeable();
    owner_->graph->session->assign_given(*this, std::move(objects));
    return *this;
}

// From a member that points into a graph: within a graph the same objects, outside none, as for every copy out of a graph.
RelationMember& RelationMember::assign_linked(const RelationMember& other) {
    if (owner_ == nullptr) {
        set_not_loaded();
        return *this;
    }
    check_changeable();
    SessionCore& session = *owner_->graph->session;
    const auto known = [&](Entity* entity) { return session.entity_of_handle(*entity->table, entity->graph->handle(entity)); };
    if (!many_) {
        session.relation_set(*this, other.target() == nullptr ? nullptr : known(other.target()));
        return *this;
    }
    const std::vector<Entity*> wanted = other.members();
    const std::vector<Entity*> present = members();
    for (auto* entity : present) {
        if (std::find(wanted.begin(), wanted.end(), entity) == wanted.end()) session.relation_remove(*this, entity);
    }
    for (auto* entity : wanted) {
        if (std::find(present.begin(), present.end(), entity) == present.end()) session.relation_add(*this, known(entity));
    }
    if (state_ == RelationState::unset) link_members({});
    return *this;
}

void RelationMember::reset() noexcept {
    if (payload_ == nullptr) return;
    if (state_ == RelationState::given) {
        delete static_cast<GivenObjects*>(payload_);
    } else if (many_) {
        Membership::release(static_cast<Membership*>(payload_));
    }
    payload_ = nullptr;
}

void RelationMember::detach() noexcept {
    reset();
    if (state_ != RelationState::unset) state_ = RelationState::not_loaded;
    owner_ = nullptr;
}

std::unique_ptr<GivenObjects> RelationMember::take_given() noexcept {
    if (state_ != RelationState::given) return nullptr;
    state_ = RelationState::unset;
    return std::unique_ptr<GivenObjects>(static_cast<GivenObjects*>(std::exchange(payload_, nullptr)));
}

void RelationMember::give(std::unique_ptr<GivenObjects> objects) noexcept {
    reset();
    payload_ = objects.release();
    state_ = RelationState::given;
}

const Relationship& RelationMember::relationship() const { return owner_->table->relationships[index_]; }

void RelationMember::link(Entity* target) noexcept {
    reset();
    payload_ = target;
    state_ = RelationState::linked;
}

const std::vector<Entity*>& RelationMember::members() const noexcept {
    return payload_ != nullptr && many_ && state_ != RelationState::given ? static_cast<Membership*>(payload_)->entities : no_members;
}

Membership& RelationMember::writable() {
    auto* membership = static_cast<Membership*>(payload_);
    if (membership == nullptr) {
        membership = new Membership();
    } else if (membership->references > 1) {  // somebody iterates: they keep what they started with
        auto* copy = new Membership();
        copy->entities = membership->entities;
        Membership::release(membership);
        membership = copy;
    }
    if (!membership->index.empty()) membership->index = {};  // clear() would go through all its buckets, every time
    payload_ = membership;
    if (state_ == RelationState::unset) state_ = RelationState::linked;
    return *membership;
}

bool RelationMember::insert_member(Entity* entity) {
    constexpr std::size_t worth_an_index = 64;
    const auto& present = members();
    if (present.size() < worth_an_index) {
        if (std::find(present.begin(), present.end(), entity) != present.end()) return false;
        writable().entities.push_back(entity);
        return true;
    }
    auto& known = static_cast<Membership*>(payload_)->index;
    if (known.empty()) known.insert(present.begin(), present.end());
    if (!known.insert(entity).second) return false;
    auto index = std::move(known);  // writable() lets go of it, since others change the members without it
    Membership& membership = writable();
    membership.entities.push_back(entity);
    membership.index = std::move(index);
    return true;
}

void RelationMember::link_members(std::vector<Entity*> members) {
    auto* membership = new Membership();
    membership->entities = std::move(members);
    reset();
    payload_ = membership;
    state_ = RelationState::linked;
}

void RelationMember::set_not_loaded() noexcept {
    reset();
    state_ = RelationState::not_loaded;
}

void RelationMember::throw_not_loaded() const {
    if (owner_ == nullptr)
        detail::throw_not_loaded("this relationship was not loaded (the struct was copied out of a session's graph without it); load it before copying, or read it through the session's handle");
    const auto& rel = relationship();
    const std::string name = rel.full_name();
    std::string hint = "add .options(selectinload<&" + std::string(rel.owner->type_name) + "::" + std::string(rel.name()) + ">()) to the query or co_await session.load<&" +
                       std::string(rel.owner->type_name) + "::" + std::string(rel.name()) + ">(entity)";
    if (owner_->graph->session == nullptr) detail::throw_not_loaded(name + " was not loaded and the entity's session is closed; " + hint + " while it is open");
    detail::throw_not_loaded(name + " is not loaded; " + hint);
}

std::size_t RelationMember::size() const {
    switch (state_) {
        case RelationState::given: return static_cast<GivenObjects*>(payload_)->size();
        case RelationState::linked: return many_ ? members().size() : payload_ != nullptr ? 1 : 0;
        default: return 0;
    }
}

void* RelationMember::object_at(std::size_t index) const {
    if (state_ == RelationState::given) return static_cast<GivenObjects*>(payload_)->object(index);
    return many_ ? members()[index]->object : static_cast<Entity*>(payload_)->object;
}

std::shared_ptr<void> RelationMember::share_at(std::size_t index) const {
    if (state_ == RelationState::given) return static_cast<GivenObjects*>(payload_)->share(index);
    Entity* entity = many_ ? members()[index] : static_cast<Entity*>(payload_);
    return entity->graph->handle(entity);
}

Membership* RelationMember::pin() const {
    if (state_ != RelationState::linked || payload_ == nullptr) return nullptr;
    auto* membership = static_cast<Membership*>(payload_);
    Membership::acquire(membership);
    return membership;
}

void RelationMember::check_changeable() const {
    if (owner_->graph->session == nullptr)
        throw_detached_instance(relationship().full_name() + " belongs to an entity whose session is closed: it can be read, not changed; merge the entity into an open session");
}

void RelationMember::set_one(const Table& table, std::shared_ptr<void> target) {
    if (owner_ == nullptr) {  // a free struct and an explicit "none"; anything else goes through give()
        reset();
        state_ = RelationState::linked;
        return;
    }
    check_changeable();
    SessionCore& session = *owner_->graph->session;
    session.relation_set(*this, target == nullptr ? nullptr : session.entity_of_handle(table, std::move(target)));
}

void RelationMember::set_one_by_address(const Table& table, void* target) {
    check_changeable();
    SessionCore& session = *owner_->graph->session;
    session.relation_set(*this, session.entity_at(table, target));
}

std::shared_ptr<void> RelationMember::add_value(const Table& table, void* value) {
    check_changeable();
    SessionCore& session = *owner_->graph->session;
    Entity* entity = session.create_member(*this, table, value);
    session.relation_add(*this, entity);
    return entity->graph->handle(entity);
}

void RelationMember::add_handle(const Table& table, std::shared_ptr<void> handle) {
    check_changeable();
    SessionCore& session = *owner_->graph->session;
    session.relation_add(*this, session.entity_of_handle(table, std::move(handle)));
}

void RelationMember::add_by_address(const Table& table, void* target) {
    check_changeable();
    SessionCore& session = *owner_->graph->session;
    session.relation_add(*this, session.entity_at(table, target));
}

void RelationMember::remove_by_address(const Table& table, const void* target) {
    if (owner_ == nullptr) throw_argument_error("remove() from a collection of a struct that lies in no session");
    check_changeable();
    SessionCore& session = *owner_->graph->session;
    session.relation_remove(*this, session.entity_at(table, target));
}

bool RelationMember::contains_address(const void* target) const {
    for (std::size_t i = 0; i < size(); ++i) {
        if (object_at(i) == target) return true;
    }
    return false;
}

void RelationMember::clear_members() {
    if (owner_ == nullptr) {
        reset();
        state_ = RelationState::linked;
        return;
    }
    check_changeable();
    check_readable();
    const std::vector<Entity*> copy = members();
    SessionCore& session = *owner_->graph->session;
    for (auto* entity : copy) session.relation_remove(*this, entity);
    if (state_ == RelationState::unset) link_members({});
}

void RelationMember::reorder(const std::vector<std::size_t>& order) {
    if (state_ == RelationState::given) throw_argument_error("sort() a collection of a struct that lies in no session: sort the values before");
    if (state_ != RelationState::linked || payload_ == nullptr) return;
    std::vector<Entity*> sorted;
    sorted.reserve(order.size());
    for (const std::size_t index : order) sorted.push_back(members()[index]);
    writable().entities = std::move(sorted);
}

void throw_null_relation(const RelationMember& relation) {
    throw_argument_error((relation.owner() == nullptr ? std::string("a one<>") : relation.relationship().full_name()) + " is empty and was dereferenced; test it with `if (relation)` first");
}

void throw_null_handle(const RelationMember& relation) {
    throw_argument_error((relation.owner() == nullptr ? std::string("a many<>") : relation.relationship().full_name()) + ": a null handle cannot be added");
}

void throw_index(const RelationMember& relation, std::size_t index, std::size_t size) {
    throw_argument_error((relation.owner() == nullptr ? std::string("a many<>") : relation.relationship().full_name()) + ": index " + std::to_string(index) + " of " + std::to_string(size));
}

}  // namespace azoth::detail
