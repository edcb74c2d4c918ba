// A label that the subquery does not have.
// expect: no selected item has this label or column
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() {
    auto s = select(col<&User::id>.label("key"_c)).subquery();
    return select(s["kye"_c]);
}
