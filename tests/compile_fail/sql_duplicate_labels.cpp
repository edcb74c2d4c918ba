// Two items of one label.
// expect: two selected items have the same label
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(col<&User::id>.label("n"_c), col<&User::points>.label("n"_c)); }
