// Assignment of a fraction to an integer.
// expect: a floating-point value is assigned to an integer column
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return update<User>().values(col<&User::points> = 1.5); }
