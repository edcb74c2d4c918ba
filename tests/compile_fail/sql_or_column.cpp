// A column that is no predicate beside one.
// expect: .. takes SQL predicates on both sides, no bool, pointer or optional
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(col<&User::points> || col<&User::active>); }
