// Running a session's queries: shared by execute, get, refresh and streams.
#pragma once

#include "load.hpp"
#include "query_plan.hpp"

#include <azoth/engine/row_source.hpp>

#include <vector>

namespace azoth::detail {

/// Entities and rows as typed results read them. `entities`: all slots of all rows.
RowSource make_source(SessionState& state, const QueryPlan& plan, BatchItem&& item, const std::vector<Entity*>& entities, Graph* into);

/// A statement changed rows by itself: what is loaded of that table may be out of date.
void expire_table(SessionState& state, const Table& table);

RunOptions run_options_of(const ExecutionOptions& options) noexcept;

}  // namespace azoth::detail
