// A std::optional for a member that cannot hold NULL.
// expect: a std::optional is assigned to a member that is not std::optional
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q(std::optional<std::string> name) { return update<User>().values(col<&User::name> = name); }
