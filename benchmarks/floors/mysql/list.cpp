// Floor: execute, fetch, copy.
#include "floors/mysql/list.hpp"

namespace benchmarks::floors::mysql {

namespace {
constexpr const char* sql = "SELECT id, name, quantity, price FROM items ORDER BY id";
}

List::List(Connection& connection) : select_(connection, sql, item_columns), cursor_(connection, sql, item_columns) {}

std::vector<Item> List::all() {
    std::vector<Item> items;
    for (select_.execute(); select_.fetch();) items.push_back(read_item(select_));
    return items;
}

bool List::fill(std::vector<Item>& items, std::size_t chunk) {
    items.clear();
    while (items.size() < chunk) {
        if (!cursor_.fetch()) return false;
        items.push_back(read_item(cursor_));
    }
    return true;
}

}  // namespace benchmarks::floors::mysql
