// expect(): a check that ends the test when it does not hold.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace test {

inline void expect(bool condition, std::string_view what, std::source_location at = std::source_location::current()) {
    if (condition) return;
    throw std::runtime_error(std::string(at.file_name()) + ':' + std::to_string(at.line()) + ": not so: " + std::string(what));
}

}  // namespace test
