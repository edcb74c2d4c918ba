// any<> over a one<>.
// expect: any<> and contains<> ask about a many<T>; for a one<T> use has<> and related<>
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select<Post>().where(any<&Post::author>()); }
