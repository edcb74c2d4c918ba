// What default_factory and onupdate say of columns that a statement leaves out.
#pragma once

#include <azoth/sql/tape.hpp>

namespace azoth::detail {

/// Calls the default_factory functions for an INSERT of values, and the onupdate functions for an UPDATE, of columns that the statement does
/// not name, and adds what they give. Other statements stay as they are. Called once for each execution.
void fill_defaults(FlatStatement& statement);

}  // namespace azoth::detail
