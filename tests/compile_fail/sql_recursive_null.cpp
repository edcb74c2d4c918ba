// A recursive arm that can be NULL where the anchor cannot.
// expect: the recursive arm can be NULL where the anchor cannot
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

void q() {
    auto tree = select(col<&User::name>).recursive_cte("tree");
    tree.union_all(select(col<&User::nick>));
}
