// NULL has no order.
// expect: only == and != compare with nullopt
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<User>().where(col<&User::nick> < std::nullopt); }
