// Floor: step and copy.
#include "floors/list.hpp"

namespace benchmarks::floors {

std::vector<Item> List::all() {
    transactions_.begin();
    std::vector<Item> items;
    while (select_.step()) items.push_back(read_item(select_));
    select_.reset();
    transactions_.rollback();
    return items;
}

bool List::fill(std::vector<Item>& items, std::size_t chunk) {
    items.clear();
    while (items.size() < chunk) {
        if (!select_.step()) return false;
        items.push_back(read_item(select_));
    }
    return true;
}

}  // namespace benchmarks::floors
