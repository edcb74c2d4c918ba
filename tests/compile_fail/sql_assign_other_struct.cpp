// Assignment to another struct's column.
// expect: takes assignments to this struct's columns
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return update<User>().values(col<&Post::title> = "t"); }
