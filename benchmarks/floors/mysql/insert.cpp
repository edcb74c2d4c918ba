// Floor: bind, execute, insert_id; and the multi-row form.
#include "floors/mysql/insert.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace benchmarks::floors::mysql {

namespace {

std::string many_rows() {
    std::string sql = "INSERT INTO items (name, quantity, price) VALUES (?, ?, ?)";
    for (std::size_t i = 1; i < Insert::rows_each; ++i) sql += ", (?, ?, ?)";
    return sql + " RETURNING id";
}

void bind(Statement& statement, std::size_t first, const Item& item) {
    statement.bind(first, std::string_view(item.name));
    statement.bind(first + 1, item.quantity);
    statement.bind(first + 2, item.price);
}

}  // namespace

Insert::Insert(Connection& connection)
    : connection_(connection),
      one_(connection, "INSERT INTO items (name, quantity, price) VALUES (?, ?, ?)", {}),
      many_(connection, many_rows(), {Column::integer}) {}

void Insert::rows(std::vector<Item>& items, bool keys) {
    connection_.execute("BEGIN");
    for (Item& item : items) {
        bind(one_, 0, item);
        one_.run();
        if (keys) item.id = static_cast<std::int64_t>(mysql_insert_id(connection_.handle()));
    }
    connection_.execute("COMMIT");
}

void Insert::returning(std::vector<Item>& items) {
    if (items.size() % rows_each != 0) throw std::runtime_error("the floor inserts whole statements of 500 rows");
    connection_.execute("BEGIN");
    std::vector<std::int64_t> keys;
    for (std::size_t from = 0; from < items.size(); from += rows_each) {
        for (std::size_t i = 0; i < rows_each; ++i) bind(many_, i * 3, items[from + i]);
        keys.clear();
        for (many_.execute(); many_.fetch();) keys.push_back(many_.integer(0));
        std::sort(keys.begin(), keys.end());
        for (std::size_t i = 0; i < rows_each; ++i) items[from + i].id = keys.at(i);
    }
    connection_.execute("COMMIT");
}

}  // namespace benchmarks::floors::mysql
