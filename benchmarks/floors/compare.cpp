// In a file of its own, so that the comparison is not optimised away.
#include "floors/compare.hpp"

namespace benchmarks::floors {

std::size_t changed(const std::vector<Item>& items, const std::vector<Item>& copies) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Item& a = items[i];
        const Item& b = copies[i];
        count += !(a.id == b.id && a.name == b.name && a.quantity == b.quantity && a.price == b.price);
    }
    return count;
}

}  // namespace benchmarks::floors
