// An expression that can be NULL for a member that cannot.
// expect: an expression that can be NULL is assigned to a member that is not std::optional
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return update<User>().values(col<&User::name> = col<&User::nick>); }
