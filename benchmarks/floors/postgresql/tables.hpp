// The benchmarks' tables on PostgreSQL, made, filled and looked at with libpq.
#pragma once

#include "floors/postgresql/connection.hpp"
#include "floors/rows.hpp"

namespace benchmarks::floors::postgresql {

/// Makes the tables anew and fills them; the same rows whenever called, and as on the other databases.
void fill(Connection& connection, const Rows& rows);

class Items final : public floors::Items {
public:
    explicit Items(Connection& connection) : connection_(connection) {}
    std::size_t take(Sample& sample) override;
    std::size_t take_values(Sample& sample) override;
    void clear() override;
    void refill(std::size_t count) override;

private:
    Connection& connection_;
};

}  // namespace benchmarks::floors::postgresql
