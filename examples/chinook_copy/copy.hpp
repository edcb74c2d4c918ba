// Copies the whole shop from one database to another.
#pragma once

#include <azoth/azoth.hpp>

#include <cstdint>

namespace chinook {

/// Makes the tables anew in `target` (those of the same names are DROPPED), copies every row of `source`, keys
/// included, and shows how far it is. All rows arrive, or none. Returns how many.
/// Errors: what the databases report; `std::runtime_error` when a table did not arrive whole.
azoth::awaitable<std::int64_t> copy_all(azoth::AsyncEngine source, azoth::AsyncEngine target);

}  // namespace chinook
