// NULL for a member that cannot hold it.
// expect: NULL for a member that is not std::optional
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return update<User>().values(col<&User::name> = std::nullopt); }
