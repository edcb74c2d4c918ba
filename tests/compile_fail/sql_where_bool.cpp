// where() with a C++ bool.
// expect: where.. takes SQL predicates; compare the column with something
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q(bool flag) { return select<User>().where(flag); }
