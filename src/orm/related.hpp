// Filling relationships with what was loaded, without touching what the user has changed. No I/O.
#pragma once

#include "entity_query.hpp"
#include "session_state.hpp"

#include <span>
#include <vector>

namespace azoth::detail {

/// How rows become entities.
struct ReadHow {
    bool overwrite = false;    ///< populate_existing and locking reads: what is loaded already is replaced
    Graph* into = nullptr;     ///< where new entities go; null: the session's graph
};

/// True when the relationship is to be filled: not loaded yet, older than its row, or to be overwritten.
bool wants_load(const Entity& owner, const Relationship& relationship, bool overwrite) noexcept;

/// Makes sure that an entity lives as long as `graph`: a stream's partition that something else points into joins the session's graph.
void keep_with(SessionState& state, Graph* graph, Entity& entity);

/// The entity's row was found to be gone: it leaves the session as if deleted in this transaction.
void row_gone(SessionState& state, Entity& entity);

void link_target(SessionState& state, Entity& owner, const Relationship& relationship, Entity* target, bool overwrite);
/// Repetitions in `loaded` are dropped. Members added or removed by the user and not flushed yet stay so.
void link_collection(SessionState& state, Entity& owner, const Relationship& relationship, std::vector<Entity*> loaded, bool overwrite);

/// The entities of all rows, row by row, one a slot (null: none), with their joined relationships filled.
std::vector<Entity*> read_entities(SessionState& state, const EntityQuery& query, const ValueBuffer& rows, const ReadHow& how);

}  // namespace azoth::detail
