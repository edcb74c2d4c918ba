// Floor: bind, step, copy, reset.
#include "floors/point_get.hpp"

#include <stdexcept>

namespace benchmarks::floors {

Item PointGet::get(std::int64_t id) {
    select_.bind(1, id);
    if (!select_.step()) throw std::runtime_error("no item has id " + std::to_string(id));
    Item item = read_item(select_);
    select_.reset();
    return item;
}

Item PointGet::get_in_transaction(std::int64_t id) {
    transactions_.begin();
    Item item = get(id);
    transactions_.rollback();
    return item;
}

}  // namespace benchmarks::floors
