// Floor: many new items in one transaction, with their generated keys.
#pragma once

#include "floors/mysql/read_item.hpp"

#include <cstddef>
#include <vector>

namespace benchmarks::floors::mysql {

class Insert {
public:
    /// Rows of one multi-row statement.
    static constexpr std::size_t rows_each = 500;

    explicit Insert(Connection& connection);

    /// A statement a row; `keys`: reads the generated ones.
    void rows(std::vector<Item>& items, bool keys);
    /// Multi-row statements of 500 rows with RETURNING; keys are matched sorted, as no order is promised.
    void returning(std::vector<Item>& items);

private:
    Connection& connection_;
    Statement one_;
    Statement many_;
};

}  // namespace benchmarks::floors::mysql
