// An SQL expression in an if.
// expect: an SQL expression is neither true nor false in C
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

int q() {
    if (col<&User::points> == 1) return 1;
    return 0;
}
