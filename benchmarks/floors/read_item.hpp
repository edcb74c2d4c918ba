// One row of `items` copied into the struct, as every floor does it.
#pragma once

#include "floors/database.hpp"
#include "models.hpp"

namespace benchmarks::floors {

inline Item read_item(Statement& row) {
    return Item{.id = row.integer(0), .name = row.text(1), .quantity = row.small(2), .price = row.real(3)};
}

}  // namespace benchmarks::floors
