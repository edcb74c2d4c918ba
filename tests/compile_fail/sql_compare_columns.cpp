// Two columns of different types.
// expect: two SQL expressions have different types and cannot be compared
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(col<&User::name> == col<&User::points>); }
