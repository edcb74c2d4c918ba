// A C++ bool beside an SQL predicate.
// expect: && takes SQL predicates on both sides, no bool, pointer or optional
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q(bool flag) { return select<User>().where(col<&User::active> && flag); }
