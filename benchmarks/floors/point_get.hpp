// Floor: one item by key.
#pragma once

#include "floors/read_item.hpp"

namespace benchmarks::floors {

class PointGet {
public:
    explicit PointGet(Database& database)
        : transactions_(database),
          select_(database.handle(), "SELECT id, name, quantity, price FROM items WHERE id = ?") {}

    Item get(std::int64_t id);
    /// In a transaction of its own that ends without a commit, as a session that only read does.
    Item get_in_transaction(std::int64_t id);
    Transactions& transactions() noexcept { return transactions_; }

private:
    Transactions transactions_;
    Statement select_;
};

}  // namespace benchmarks::floors
