// Set operation of queries of different width.
// expect: the arms of a set operation select as many items
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(col<&User::id>).union_all(select(col<&Post::id>, col<&Post::title>)); }
