// where() with a column that is no predicate.
// expect: where.. takes SQL predicates; compare the column with something
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(col<&User::points>); }
