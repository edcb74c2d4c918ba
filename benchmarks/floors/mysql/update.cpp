// Floor: bind, execute.
#include "floors/mysql/update.hpp"

#include <stdexcept>

namespace benchmarks::floors::mysql {

void Update::quantities(const std::vector<Item>& items) {
    connection_.execute("BEGIN");
    for (const Item& item : items) {
        update_.bind(0, item.quantity);
        update_.bind(1, item.id);
        if (update_.run() != 1) throw std::runtime_error("an UPDATE did not match its row");
    }
    connection_.execute("COMMIT");
}

}  // namespace benchmarks::floors::mysql
