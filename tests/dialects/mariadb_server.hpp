// MariaDB through Connector/C.
#pragma once

#include "server.hpp"

namespace azoth::test {

/// Errors: `std::runtime_error` with the client library's words.
std::unique_ptr<Server> open_mariadb(const std::string& url);

}  // namespace azoth::test
