// QueryPlan: what a session knows of a statement shape beside its SQL. Kept in the engine's statement cache. No I/O.
#pragma once

#include "entity_query.hpp"
#include "session_state.hpp"

#include <azoth/engine/statement_cache.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace azoth::detail {

struct QueryPlan {
    enum class Kind : std::uint8_t { select, insert, update, delete_, text };
    /// How loaded objects learn of an UPDATE or DELETE.
    enum class Synchronize : std::uint8_t { nothing, expire, evaluate, keys_returned, keys_selected };

    Kind kind = Kind::select;
    EntityQuery query;                                ///< selected entities and what is joined to them
    std::vector<std::vector<LoadNode>> trees;         ///< one a selected entity
    std::vector<std::uint32_t> first_column;          ///< of each item the user selected
    std::vector<std::vector<std::uint32_t>> further;  ///< of each of these items, when one is an entity read as a plain value
    std::vector<std::string> keys;
    std::vector<const Table*> tables;                 ///< read by the statement or by its eager loads
    const Table* target = nullptr;                    ///< of INSERT, UPDATE, DELETE
    bool values_selected = false;                     ///< something else than entities is selected
    bool populate_existing = false;
    bool overwrite = false;                           ///< populate_existing, locking reads, RETURNING
    bool updates_existing = false;                    ///< INSERT ... ON CONFLICT DO UPDATE
    Synchronize synchronize = Synchronize::nothing;
    CompiledPtr key_query;                            ///< keys_selected: it goes ahead of the statement
    bool wants_keys = false;                          ///< generated keys are of interest
    bool keys_returned = false;                       ///< ... and the only column of a RETURNING that the user did not write
    /// Rows that come back are none of the user's.
    bool hides_rows() const noexcept { return keys_returned || synchronize == Synchronize::keys_returned; }
};

/// Marks the statement as a session's, adds what its session narrows, and flattens it. `streamed`: its rows come in pieces.
FlatStatement session_statement(const SessionState& state, Tape statement, bool streamed = false);

/// Found in the engine's cache, or made. Errors: those of `compile`; `ArgumentError` for loading options that fit nothing.
PlanPtr query_plan(SessionState& state, const FlatStatement& statement);
inline const QueryPlan& plan_of(const PlanPtr& plan) { return *static_cast<const QueryPlan*>(plan->extra.get()); }

}  // namespace azoth::detail
