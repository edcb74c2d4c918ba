// Floor: bind, step, last_insert_rowid; and the multi-row form.
#include "floors/insert.hpp"

#include <algorithm>
#include <stdexcept>

namespace benchmarks::floors {

namespace {

std::string many_rows() {
    std::string sql = "INSERT INTO items (name, quantity, price) VALUES (?, ?, ?)";
    for (std::size_t i = 1; i < Insert::rows_each; ++i) sql += ", (?, ?, ?)";
    return sql + " RETURNING id";
}

void bind(Statement& statement, int first, const Item& item) {
    statement.bind(first, item.name);
    statement.bind(first + 1, item.quantity);
    statement.bind(first + 2, item.price);
}

}  // namespace

Insert::Insert(Database& database)
    : database_(database.handle()),
      transactions_(database),
      one_(database_, "INSERT INTO items (name, quantity, price) VALUES (?, ?, ?)"),
      many_(database_, many_rows()) {}

void Insert::rows(std::vector<Item>& items, bool keys) {
    transactions_.begin();
    for (Item& item : items) {
        bind(one_, 1, item);
        one_.run();
        if (keys) item.id = sqlite3_last_insert_rowid(database_);
    }
    transactions_.commit();
}

void Insert::returning(std::vector<Item>& items) {
    if (items.size() % rows_each != 0) throw std::runtime_error("the floor inserts whole statements of 500 rows");
    transactions_.begin();
    std::vector<std::int64_t> keys;
    for (std::size_t from = 0; from < items.size(); from += rows_each) {
        for (std::size_t i = 0; i < rows_each; ++i) bind(many_, static_cast<int>(i * 3 + 1), items[from + i]);
        keys.clear();
        while (many_.step()) keys.push_back(many_.integer(0));
        many_.reset();
        std::sort(keys.begin(), keys.end());
        for (std::size_t i = 0; i < rows_each; ++i) items[from + i].id = keys.at(i);
    }
    transactions_.commit();
}

}  // namespace benchmarks::floors
