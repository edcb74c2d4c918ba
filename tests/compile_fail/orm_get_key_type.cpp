// get<T>() with a key of a type that no column can have.
// expect: get.. takes the key's value
#include <azoth/sql/sql.hpp>

#include <azoth/orm/session.hpp>

#include "../support/small_models.hpp"

struct Key {
    int number{};
};
auto q(azoth::AsyncSession& session) { return session.get<User>(Key{}); }
