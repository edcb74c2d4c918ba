// A column compared with a value of another kind.
// expect: a column or expression is compared with a value of another type
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(col<&User::points> == "many"); }
