// Negation of what is no predicate.
// expect: ! takes an SQL predicate
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(!col<&User::points>); }
