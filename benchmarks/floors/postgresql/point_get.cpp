// Floor: PQexecPrepared, copy.
#include "floors/postgresql/point_get.hpp"

#include <stdexcept>

namespace benchmarks::floors::postgresql {

PointGet::PointGet(Connection& connection) : connection_(connection) {
    connection_.prepare("get", "SELECT id, name, quantity, price FROM items WHERE id = $1", {Type::int8});
}

Item PointGet::get(std::int64_t id) {
    parameters_.set(0, id);
    const Result result = connection_.run("get", parameters_);
    if (result.rows() != 1) throw std::runtime_error("no item has id " + std::to_string(id));
    return read_item(result, 0);
}

}  // namespace benchmarks::floors::postgresql
