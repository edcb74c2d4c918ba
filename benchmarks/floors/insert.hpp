// Floor: many new items in one transaction.
#pragma once

#include "floors/read_item.hpp"

#include <vector>

namespace benchmarks::floors {

class Insert {
public:
    /// Rows of one multi-row statement.
    static constexpr std::size_t rows_each = 500;

    explicit Insert(Database& database);

    /// A statement a row; `keys`: reads the generated ones back.
    void rows(std::vector<Item>& items, bool keys);
    /// Statements of 500 rows with RETURNING; keys are matched sorted, as SQLite promises no order.
    void returning(std::vector<Item>& items);

private:
    sqlite3* database_;
    Transactions transactions_;
    Statement one_;
    Statement many_;
};

}  // namespace benchmarks::floors
