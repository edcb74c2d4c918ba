// Floor: notes by key inside one transaction.
#pragma once

#include "floors/database.hpp"
#include "models.hpp"

namespace benchmarks::floors {

class Notes {
public:
    explicit Notes(Database& database)
        : transactions_(database), select_(database.handle(), "SELECT id, text FROM notes WHERE id = ?") {}

    Transactions& transactions() noexcept { return transactions_; }
    Note get(std::int64_t id);

private:
    Transactions transactions_;
    Statement select_;
};

}  // namespace benchmarks::floors
