// ORDER BY a label that no item has.
// expect: no selected item has this label or column
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(col<&User::id>.label("key"_c)).order_by("kye"_c); }
