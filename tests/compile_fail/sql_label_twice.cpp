// A subquery lookup that two items answer.
// expect: several selected items have this label or column
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() {
    auto s = select(col<&User::id>, col<&Post::id>).subquery();
    return select(s["id"_c]);
}
