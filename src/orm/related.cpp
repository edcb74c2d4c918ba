// Filling relationships: what wins over what was loaded, and reading rows that hold several entities.
#include "related.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace azoth::detail {

bool wants_load(const Entity& owner, const Relationship& relationship, bool overwrite) noexcept {
    switch (relationship.member(owner.object)->state()) {
        case RelationState::given: return false;
        case RelationState::linked: return overwrite || owner.relations_stale.test(relationship.index);
        case RelationState::unset:
        case RelationState::not_loaded: return true;
    }
    return true;
}

void keep_with(SessionState& state, Graph* graph, Entity& entity) {
    Graph* home = state.graph.get();
    if (entity.graph != graph && entity.graph != home) home->absorb(*entity.graph);
}

void row_gone(SessionState& state, Entity& entity) {
    if (entity.state != ObjectState::persistent) return;
    state.set_state(entity, ObjectState::deleted);
    if (entity.marked_removed) std::erase(state.removed, &entity);
    entity.marked_removed = false;
    state.map.erase(entity);
    UndoRecord record;
    record.kind = UndoRecord::Kind::deleted;
    record.entity = &entity;
    state.undo.push_back(std::move(record));
    state.deleted.push_back(&entity);
}

namespace {

// What is read after something was written in this transaction is true only as long as that stands.
void record_loaded(SessionState& state, Entity& owner, const Relationship& relationship) {
    if (!state.undo.empty()) state.record_relation(owner, relationship);
}

// The other side, as far as nobody has said anything else about it.
void link_inverse(SessionState& state, Entity& owner, const Relationship& relationship, Entity& target) {
    const RelationshipLink& link = relationship.link();
    if (link.inverse == nullptr || link.inverse->many() || !wants_load(target, *link.inverse, false)) return;
    if (link.direction == Direction::one_to_many && state.find_link(target, link.remote) != nullptr) return;
    // A partition of a stream may point at the session's graph, never the other way round, nor at its sisters.
    if (owner.graph != target.graph && owner.graph != state.graph.get()) return;
    record_loaded(state, target, *link.inverse);
    link.inverse->member(target.object)->link(&owner);
    target.relations_stale.clear(link.inverse->index);
}

}  // namespace

void link_target(SessionState& state, Entity& owner, const Relationship& relationship, Entity* target, bool overwrite) {
    if (!wants_load(owner, relationship, overwrite)) return;
    const RelationshipLink& link = relationship.link();
    const bool holds_key = link.direction == Direction::many_to_one;
    owner.relations_stale.clear(relationship.index);
    if (holds_key && state.find_link(owner, link.local) != nullptr && relationship.member(owner.object)->is_loaded()) return;  // changed by the user, not flushed
    if (target != nullptr) keep_with(state, owner.graph, *target);
    record_loaded(state, owner, relationship);
    relationship.member(owner.object)->link(target);
    if (target != nullptr) link_inverse(state, owner, relationship, *target);
}

void link_collection(SessionState& state, Entity& owner, const Relationship& relationship, std::vector<Entity*> loaded, bool overwrite) {
    if (!relationship.many()) return link_target(state, owner, relationship, loaded.empty() ? nullptr : loaded.front(), overwrite);
    if (!wants_load(owner, relationship, overwrite)) return;
    RelationMember& member = *relationship.member(owner.object);

    std::vector<Entity*> members;
    members.reserve(loaded.size());
    using Change = SessionState::Membership;
    const bool pending = (!state.links.empty() || !state.associations.empty()) && !overwrite;
    for (auto* entity : loaded) {
        if (pending && state.pending_change(owner, relationship, *entity) == Change::taken_out) continue;  // or moved elsewhere
        members.push_back(entity);
    }
    if (pending) {
        for (auto* entity : member.members()) {
            if (state.pending_change(owner, relationship, *entity) == Change::put_in && std::find(members.begin(), members.end(), entity) == members.end()) members.push_back(entity);
        }
    }
    for (auto* entity : members) keep_with(state, owner.graph, *entity);
    record_loaded(state, owner, relationship);
    member.link_members(std::move(members));
    owner.relations_stale.clear(relationship.index);
    for (auto* entity : member.members()) link_inverse(state, owner, relationship, *entity);
}

namespace {

// Every member once, where it was first.
void keep_first(std::vector<Entity*>& members) {
    constexpr std::size_t worth_a_set = 32;
    if (members.size() > worth_a_set) {
        std::unordered_set<const Entity*> seen;
        std::erase_if(members, [&](const Entity* member) { return !seen.insert(member).second; });
        return;
    }
    auto end = members.begin();
    for (Entity* member : members) {
        if (std::find(members.begin(), end, member) == end) *end++ = member;
    }
    members.erase(end, members.end());
}

/// Collections that rows bring in pieces.
class Gathered {
public:
    explicit Gathered(std::size_t slots) : by_slot_(slots) {}

    void add(std::size_t slot, Entity& owner, Entity* member) {
        auto& lists = by_slot_[slot];
        if (lists.all.empty() || lists.all[lists.last].owner != &owner) {
            const auto [place, fresh] = lists.index.try_emplace(&owner, lists.all.size());
            lists.last = place->second;
            if (fresh) lists.all.push_back({&owner, {}});
        }
        auto& members = lists.all[lists.last].members;
        if (member != nullptr && (members.empty() || members.back() != member)) members.push_back(member);
    }

    void link(SessionState& state, const EntityQuery& query, bool overwrite) {
        for (std::size_t slot = 0; slot < by_slot_.size(); ++slot) {
            for (auto& list : by_slot_[slot].all) {
                keep_first(list.members);
                link_collection(state, *list.owner, *query.slots[slot].node->relationship, std::move(list.members), overwrite);
            }
        }
    }

private:
    struct List {
        Entity* owner;
        std::vector<Entity*> members;
    };
    struct Lists {
        std::vector<List> all;
        std::unordered_map<Entity*, std::size_t> index;
        std::size_t last = 0;
    };
    std::vector<Lists> by_slot_;
};

}  // namespace

std::vector<Entity*> read_entities(SessionState& state, const EntityQuery& query, const ValueBuffer& rows, const ReadHow& how) {
    const std::size_t slots = query.slots.size();
    const std::size_t count = rows.rows();
    if (count > 32) state.map.reserve(state.map.size() + count);
    Graph* const result = how.into != nullptr ? how.into : state.graph.get();
    std::vector<Entity*> entities(slots * count, nullptr);
    Gathered gathered(query.repeats ? slots : 0);
    SessionState::MaterializeOptions options;
    options.overwrite = how.overwrite;
    for (std::size_t row = 0; row < count; ++row) {
        const auto cells = rows.row(row);
        Entity** const found = entities.data() + row * slots;
        for (std::size_t i = 0; i < slots; ++i) {
            const Slot& slot = query.slots[i];
            Entity* owner = nullptr;
            options.into = how.into;
            if (slot.parent >= 0) {
                owner = found[slot.parent];
                if (owner == nullptr) continue;
                options.into = owner->graph;
            }
            found[i] = state.materialize(*slot.table, cells.subspan(slot.first_column, slot.table->plain_columns + slot.further.size()), slot.further, options);
            if (found[i] != nullptr) keep_with(state, result, *found[i]);
            if (owner == nullptr) continue;
            if (slot.node->to_many()) {
                gathered.add(i, *owner, found[i]);
            } else {
                link_target(state, *owner, *slot.node->relationship, found[i], how.overwrite);
            }
        }
    }
    if (query.repeats) gathered.link(state, query, how.overwrite);
    return entities;
}

}  // namespace azoth::detail
