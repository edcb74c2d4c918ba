// Rows are made on the server, from its tables of numbers (seq_1_to_1000).
#include "floors/mysql/tables.hpp"

#include <string>

namespace benchmarks::floors::mysql {

namespace {

constexpr const char* tables[] = {
    "DROP TABLE IF EXISTS children, parents, notes, items",
    "CREATE TABLE items (id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(100) NOT NULL, quantity INT NOT NULL, price DOUBLE NOT NULL)",
    "CREATE TABLE notes (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(100) NOT NULL)",
    "CREATE TABLE parents (id BIGINT PRIMARY KEY, name VARCHAR(100) NOT NULL)",
    "CREATE TABLE children (id BIGINT AUTO_INCREMENT PRIMARY KEY, parent_id BIGINT NOT NULL, label VARCHAR(100) NOT NULL, value INT NOT NULL, "
    "FOREIGN KEY (parent_id) REFERENCES parents (id))"};

void insert_items(Connection& connection, std::size_t count) {
    if (count == 0) return;
    connection.execute("INSERT INTO items (id, name, quantity, price) SELECT seq + 1, CONCAT('item number ', seq + 1000000), seq % 997, "
                       "seq * 0.25 FROM seq_0_to_" +
                       std::to_string(count - 1));
}

}  // namespace

void fill(Connection& connection, const Rows& rows) {
    for (const char* sql : tables) connection.execute(sql);
    insert_items(connection, rows.items);
    if (rows.notes != 0) {
        connection.execute("INSERT INTO notes (id, text) SELECT seq + 1, CONCAT('note number ', seq + 1000000) FROM seq_0_to_" +
                           std::to_string(rows.notes - 1));
    }
    if (rows.parents != 0) {
        const std::string parents = "seq_1_to_" + std::to_string(rows.parents);
        connection.execute("INSERT INTO parents (id, name) SELECT seq, CONCAT('parent number ', seq + 1000000) FROM " + parents);
        if (rows.children_each != 0) {
            const std::string each = std::to_string(rows.children_each);
            connection.execute("INSERT INTO children (id, parent_id, label, value) SELECT (p.seq - 1) * " + each + " + j.seq + 1, p.seq, "
                               "CONCAT('child number ', p.seq * 1000 + j.seq), j.seq FROM " + parents + " p, seq_0_to_" +
                               std::to_string(rows.children_each - 1) + " j");
        }
    }
}

std::size_t Items::take(Sample& sample) {
    Statement rows(connection_, "SELECT id, name, quantity, price FROM items", {Column::integer, Column::text, Column::small, Column::real});
    std::size_t count = 0;
    for (rows.execute(); rows.fetch(); ++count) sample.take(rows.integer(0), rows.text(1), rows.small(2), rows.real(3));
    return count;
}

std::size_t Items::take_values(Sample& sample) {
    Statement rows(connection_, "SELECT name, quantity, price FROM items", {Column::text, Column::small, Column::real});
    std::size_t count = 0;
    for (rows.execute(); rows.fetch(); ++count) sample.take(rows.small(1), rows.text(0), rows.real(2));
    return count;
}

void Items::clear() { connection_.execute("TRUNCATE TABLE items"); }

void Items::refill(std::size_t count) {
    clear();
    insert_items(connection_, count);
}

}  // namespace benchmarks::floors::mysql
