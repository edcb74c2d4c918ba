// select() of a C++ value.
// expect: select.. takes columns, expressions, entity<T>, aliases
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(5); }
