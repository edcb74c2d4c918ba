// add() of an lvalue: the session takes values, or handles.
// expect: move it in with std::move, or pass a handle
#include <azoth/sql/sql.hpp>

#include <azoth/orm/session.hpp>

#include "../support/small_models.hpp"

auto q(azoth::AsyncSession& session, User& user) { return session.add(user); }
