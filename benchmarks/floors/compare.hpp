// Floor of change tracking: structs compared with copies of themselves, member by member.
#pragma once

#include "models.hpp"

#include <cstddef>
#include <vector>

namespace benchmarks::floors {

/// How many differ.
std::size_t changed(const std::vector<Item>& items, const std::vector<Item>& copies);

}  // namespace benchmarks::floors
