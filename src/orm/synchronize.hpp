// What an UPDATE or DELETE by criteria does to loaded objects.
#pragma once

#include "query_plan.hpp"

namespace azoth::detail {

/// A statement changed rows by itself: what is loaded of that table may be out of date.
void expire_table(SessionState& state, const Table& table);

/// The statement has run. `keys`: primary keys of the rows it met, where they were asked for.
void synchronize(SessionState& state, const QueryPlan& plan, const FlatStatement& statement, const ValueBuffer* keys);

/// SELECT of the primary keys that an UPDATE or DELETE will meet; its parameters count the statement's own values.
CompiledPtr select_keys(const FlatStatement& statement, const Table& target, const Dialect& dialect);
/// The same statement with RETURNING of the primary key.
FlatStatement returning_keys(FlatStatement statement, const Table& target);

}  // namespace azoth::detail
