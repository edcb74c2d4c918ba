// A scalar subquery of two items.
// expect: a scalar subquery selects one expression
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(select(col<&User::id>, col<&User::name>).scalar_subquery()); }
