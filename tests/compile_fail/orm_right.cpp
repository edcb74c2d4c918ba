// The right program beside the orm_*.cpp cases.
// control: add() of a value and of a handle, get() by key
#include <azoth/sql/sql.hpp>

#include <azoth/orm/session.hpp>

#include "../support/small_models.hpp"

auto add_value(azoth::AsyncSession& session) { return session.add(User{}); }
auto add_moved(azoth::AsyncSession& session, User& user) { return session.add(std::move(user)); }
auto add_handle(azoth::AsyncSession& session, const std::shared_ptr<User>& handle) { return session.add(handle); }
auto add_mutable_handle(azoth::AsyncSession& session, std::shared_ptr<User>& handle) { return session.add(handle); }
auto get(azoth::AsyncSession& session) { return session.get<User>(1); }
