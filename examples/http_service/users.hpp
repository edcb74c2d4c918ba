// The users: one, a page of them, a new one.
#pragma once

#include "call.hpp"

namespace service {

azoth::awaitable<Response> read_user(azoth::AsyncSession& session, const Call& call);    // GET /users/{id}
azoth::awaitable<Response> list_users(azoth::AsyncSession& session, const Call& call);   // GET /users?skip=&limit=
azoth::awaitable<Response> create_user(azoth::AsyncSession& session, const Call& call);  // POST /users

}  // namespace service
