// Floor: bind, step.
#include "floors/update.hpp"

namespace benchmarks::floors {

void Update::quantities(const std::vector<Item>& items) {
    transactions_.begin();
    for (const Item& item : items) {
        update_.bind(1, item.quantity);
        update_.bind(2, item.id);
        update_.run();
    }
    transactions_.commit();
}

}  // namespace benchmarks::floors
