// Floor: many new items in one transaction, with their generated keys.
#pragma once

#include "floors/postgresql/read_item.hpp"

#include <cstddef>
#include <vector>

namespace benchmarks::floors::postgresql {

class Insert {
public:
    /// Rows of one multi-row statement.
    static constexpr std::size_t rows_each = 500;
    /// Rows of one unnest statement.
    static constexpr std::size_t unnest_each = 10000;

    explicit Insert(Connection& connection);

    /// A statement a row with RETURNING, all of them in a pipeline, 1,000 between looks at the answers.
    void rows(std::vector<Item>& items, bool keys);
    /// Multi-row statements of 500 rows with RETURNING; keys are matched sorted, as no order is promised.
    void returning(std::vector<Item>& items);
    /// Statements of 10,000 rows as arrays: INSERT ... SELECT FROM unnest ... WITH ORDINALITY ... RETURNING.
    void unnest(std::vector<Item>& items);

private:
    Connection& connection_;
};

}  // namespace benchmarks::floors::postgresql
