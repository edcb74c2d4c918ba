// A recursive arm of a wider type than the anchor.
// expect: of another or a wider type than the anchor
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

void q() {
    auto tree = select(col<&User::points>).recursive_cte("tree");
    tree.union_all(select(col<&User::id>));
}
