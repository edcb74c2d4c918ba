// The rows of TechEmpower's two tables.
#pragma once

#include <azoth/azoth.hpp>

namespace service {

/// Creates the tables that are missing.
azoth::awaitable<void> create_tables(azoth::AsyncEngine engine);

/// Fills World and Fortune anew. Users stay as they are.
azoth::awaitable<void> seed(azoth::AsyncEngine engine);

}  // namespace service
