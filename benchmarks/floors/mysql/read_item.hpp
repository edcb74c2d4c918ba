// One row of `items` copied into the struct, as every floor with Connector/C does it.
#pragma once

#include "floors/mysql/connection.hpp"
#include "models.hpp"

#include <vector>

namespace benchmarks::floors::mysql {

inline const std::vector<Column> item_columns{Column::integer, Column::text, Column::small, Column::real};

inline Item read_item(const Statement& row) {
    return Item{.id = row.integer(0), .name = row.text(1), .quantity = row.small(2), .price = row.real(3)};
}

}  // namespace benchmarks::floors::mysql
