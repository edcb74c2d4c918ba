// The programs behind docs/guide: one function a page, and expect(), which ends the program when a page says something untrue.
#pragma once

#include "../tutorial_models.hpp"

#include <azoth/azoth.hpp>

#include <memory>
#include <stdexcept>
#include <string>

namespace guide {

inline void expect(bool condition, const char* what) {
    if (!condition) throw std::logic_error(std::string("not so: ") + what);
}

azoth::awaitable<void> sessions(azoth::AsyncEngine engine);
azoth::awaitable<void> events(azoth::AsyncEngine engine);
azoth::awaitable<void> relationships(azoth::AsyncEngine engine);
azoth::awaitable<void> members(azoth::AsyncEngine engine);
azoth::awaitable<void> criteria(azoth::AsyncEngine engine);
azoth::awaitable<void> transactions(azoth::AsyncEngine engine);
azoth::awaitable<void> errors(azoth::AsyncEngine engine);
azoth::awaitable<void> compilers(azoth::AsyncEngine engine);
azoth::awaitable<void> cancellation(azoth::AsyncEngine engine);
azoth::awaitable<void> coming_from_sqlalchemy(azoth::AsyncEngine engine);
azoth::awaitable<void> multiplexing(azoth::AsyncEngine engine);
azoth::awaitable<void> pool(azoth::AsyncEngine engine);
void queries();
void threads(const std::string& directory);

}  // namespace guide
