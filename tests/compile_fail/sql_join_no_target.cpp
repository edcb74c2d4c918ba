// A join to a column.
// expect: join takes entity<T>, an alias, a subquery or a CTE
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().join(col<&Post::id>); }
