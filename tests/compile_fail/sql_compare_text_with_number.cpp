// The same the other way round, with the value first.
// expect: a column or expression is compared with a value of another type
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(5 == col<&User::name>); }
