// Floor: bind, execute, fetch, copy, to the end.
#include "floors/mysql/point_get.hpp"

#include <stdexcept>
#include <string>

namespace benchmarks::floors::mysql {

Item PointGet::get(std::int64_t id) {
    select_.bind(0, id);
    select_.execute();
    if (!select_.fetch()) throw std::runtime_error("no item has id " + std::to_string(id));
    Item item = read_item(select_);
    if (select_.fetch()) throw std::runtime_error("two items have id " + std::to_string(id));
    return item;
}

}  // namespace benchmarks::floors::mysql
