// Loading relationships by keys, level by level.
#pragma once

#include "related.hpp"

#include <azoth/driver/awaitable.hpp>

#include <cstdint>
#include <vector>

namespace azoth::detail {

/// One relationship to be loaded for some objects.
struct LoadWork {
    const LoadNode* node = nullptr;
    std::vector<Entity*> owners;   ///< each once
    std::int32_t depth = 0;        ///< further levels of a recursive load; -1 = all
};

struct LoadRun {
    const FlatStatement* original = nullptr;  ///< the statement whose options the nodes come from
    bool overwrite = false;
    RunOptions options{};
    bool* sent = nullptr;                     ///< set when a statement was needed
};

/// The loads that follow a query's rows.
std::vector<LoadWork> work_after(const EntityQuery& query, const std::vector<Entity*>& entities);
void add_work(std::vector<LoadWork>& work, const LoadNode& node, const std::vector<Entity*>& owners, std::int32_t depth);

/// Loads everything below, with the busy guard held and no flush. Lifetimes: `run.original` and the nodes must outlive it.
/// Round trips: one a level, none for a level that the identity map answers.
awaitable<void> load_related(SessionState& state, std::vector<LoadWork> work, LoadRun run);

/// The item that runs a query once: the values come from `original`, or from the query itself.
BatchItem bind_query(const EntityQuery& query, const FlatStatement& original);

}  // namespace azoth::detail
