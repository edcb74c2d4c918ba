// Assignment of a value of another type.
// expect: the assigned value is of another type than the column
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return update<User>().values(col<&User::points> = "many"); }
