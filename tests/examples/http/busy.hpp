// The checks of a service whose database is busy, and of one that is told to stop.
#pragma once

#include "database.hpp"

#include <string>

namespace test {

// Each starts services of its own on the database.
void deadlines(const std::string& program, const std::string& url, Database& database);
void exhaustion(const std::string& program, const std::string& url, Database& database);
void graceful_stop(const std::string& program, const std::string& url, Database& database);
void forced_stop(const std::string& program, const std::string& url, Database& database);

}  // namespace test
