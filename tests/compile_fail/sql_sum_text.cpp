// sum of texts.
// expect: sum and avg are for numbers
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(func::sum(col<&User::name>)); }
