// Arithmetic of text and number.
// expect: arithmetic is for numbers; . also joins text
#include <azoth/sql/sql.hpp>

#include "../support/small_models.hpp"

auto q() { return select(col<&User::name> + 1); }
