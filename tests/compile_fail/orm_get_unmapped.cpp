// get<T>() of a struct without mapping.
// expect: this struct is not mapped
#include <azoth/sql/sql.hpp>

#include <azoth/orm/session.hpp>

#include "../support/small_models.hpp"

struct Plain {
    int id{};
};
auto q(azoth::AsyncSession& session) { return session.get<Plain>(1); }
