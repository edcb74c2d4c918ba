// A label that the row does not have.
// expect: no selected item has this label or column
#include <azoth/sql/sql.hpp>

#include <azoth/engine/result.hpp>

#include "../support/small_models.hpp"

auto q(const decltype(select(col<&User::id>.label("key"_c)))::row_type& row) { return row["kye"_c]; }
