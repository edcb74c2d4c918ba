// LIKE on an integer.
// expect: like and its kin are for text
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(col<&User::points>.like("1%")); }
