// IN a query of two items.
// expect: in_.. takes a query that selects one expression
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(col<&User::id>.in_(select(col<&Post::id>, col<&Post::title>))); }
