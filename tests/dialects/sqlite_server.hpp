// SQLite, in memory.
#pragma once

#include "server.hpp"

namespace azoth::test {

std::unique_ptr<Server> open_sqlite();

}  // namespace azoth::test
