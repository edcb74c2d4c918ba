// The benchmarks' tables on MariaDB, made, filled and looked at with Connector/C.
#pragma once

#include "floors/mysql/connection.hpp"
#include "floors/rows.hpp"

namespace benchmarks::floors::mysql {

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

}  // namespace benchmarks::floors::mysql
