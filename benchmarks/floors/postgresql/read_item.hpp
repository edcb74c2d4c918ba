// One row of `items` copied into the struct, as every floor with libpq does it.
#pragma once

#include "floors/postgresql/connection.hpp"
#include "models.hpp"

namespace benchmarks::floors::postgresql {

inline Item read_item(const Result& result, int row) {
    return Item{.id = result.integer(row, 0), .name = result.text(row, 1), .quantity = result.small(row, 2), .price = result.real(row, 3)};
}

}  // namespace benchmarks::floors::postgresql
