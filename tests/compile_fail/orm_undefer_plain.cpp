// A plain member cannot be left out: it would pretend to have been read.
// expect: undefer<> and defer<> are for members of type azoth::deferred<T>
#include <azoth/sql/sql.hpp>

#include <azoth/orm/session.hpp>

#include "../support/small_models.hpp"

auto q() { return azoth::select<User>().options(azoth::defer<&User::name>()); }
