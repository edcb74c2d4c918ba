// Rows of a statement that returns none.
// expect: this statement returns no rows
#include <azoth/sql/sql.hpp>

#include <azoth/engine/result.hpp>

#include "../support/small_models.hpp"

auto q(azoth::Result<azoth::Row<>>& result) { return result.all(); }
