// Set operation of other types.
// expect: the arms of a set operation select items of the same types
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(col<&User::id>).union_all(select(col<&Post::title>)); }
