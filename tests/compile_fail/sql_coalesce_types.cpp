// coalesce of arguments that have no common type.
// expect: the arguments of coalesce.. have no common SQL type
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(func::coalesce(col<&User::nick>, 0)); }
