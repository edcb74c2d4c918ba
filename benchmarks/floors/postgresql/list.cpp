// Floor: PQexecPrepared, copy; and a cursor.
#include "floors/postgresql/list.hpp"

#include <string>

namespace benchmarks::floors::postgresql {

List::List(Connection& connection) : connection_(connection) {
    connection_.prepare("list", "SELECT id, name, quantity, price FROM items ORDER BY id");
}

std::vector<Item> List::all() {
    const Result result = connection_.run("list");
    std::vector<Item> items;
    items.reserve(static_cast<std::size_t>(result.rows()));
    for (int i = 0; i < result.rows(); ++i) items.push_back(read_item(result, i));
    return items;
}

void List::open(std::size_t chunk) {
    connection_.execute("BEGIN; DECLARE reader NO SCROLL CURSOR FOR SELECT id, name, quantity, price FROM items ORDER BY id");
    connection_.prepare("fetch_chunk", "FETCH " + std::to_string(chunk) + " FROM reader");
}

void List::fetch(std::vector<Item>& items) {
    items.clear();
    const Result result = connection_.run("fetch_chunk");
    for (int i = 0; i < result.rows(); ++i) items.push_back(read_item(result, i));
}

void List::close() { connection_.execute("ROLLBACK; DEALLOCATE fetch_chunk"); }

}  // namespace benchmarks::floors::postgresql
