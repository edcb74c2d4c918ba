// Opening and filling database files with nothing but sqlite3.
#include "floors/database.hpp"

#include <stdexcept>

namespace benchmarks::floors {

namespace {

constexpr const char* tables = R"(
CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL, quantity INTEGER NOT NULL, price REAL NOT NULL);
CREATE TABLE notes (id INTEGER PRIMARY KEY, text VARCHAR(100) NOT NULL);
CREATE TABLE parents (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);
CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id BIGINT NOT NULL REFERENCES parents (id),
                       label VARCHAR(100) NOT NULL, value INTEGER NOT NULL);
CREATE INDEX children_parent_id ON children (parent_id);
)";

void fill_items(Database& database, std::size_t count) {
    Statement item(database.handle(), "INSERT INTO items (name, quantity, price) VALUES (?, ?, ?)");
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = "item number " + std::to_string(i + 1000000);
        item.bind(1, name);
        item.bind(2, static_cast<std::int32_t>(i % 997));
        item.bind(3, static_cast<double>(i) * 0.25);
        item.run();
    }
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) {
    if (sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle_,
                           nullptr) != SQLITE_OK) {
        throw std::runtime_error(std::string("sqlite3: ") + sqlite3_errmsg(database) + ": " + std::string(sql));
    }
}

void Statement::fail() { throw std::runtime_error(std::string("sqlite3: ") + sqlite3_errmsg(sqlite3_db_handle(handle_))); }

Database::Database(const std::string& path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
        throw std::runtime_error("sqlite3: cannot open " + path);
    }
    sqlite3_busy_timeout(handle_, 5000);
    execute("PRAGMA foreign_keys=ON; PRAGMA journal_mode=wal; PRAGMA synchronous=off");
}

void Database::execute(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw std::runtime_error(std::string("sqlite3: ") + sqlite3_errmsg(handle_) + ": " + sql);
    }
}

void fill(const std::string& path, const Rows& rows) {
    Database database(path);
    database.execute(tables);
    Transactions transactions(database);
    Statement note(database.handle(), "INSERT INTO notes (text) VALUES (?)");
    Statement parent(database.handle(), "INSERT INTO parents (id, name) VALUES (?, ?)");
    Statement child(database.handle(), "INSERT INTO children (parent_id, label, value) VALUES (?, ?, ?)");
    transactions.begin();
    fill_items(database, rows.items);
    for (std::size_t i = 0; i < rows.notes; ++i) {
        const std::string text = "note number " + std::to_string(i + 1000000);
        note.bind(1, text);
        note.run();
    }
    for (std::size_t i = 1; i <= rows.parents; ++i) {
        const std::string name = "parent number " + std::to_string(i + 1000000);
        parent.bind(1, static_cast<std::int64_t>(i));
        parent.bind(2, name);
        parent.run();
        for (std::size_t j = 0; j < rows.children_each; ++j) {
            const std::string label = "child number " + std::to_string(i * 1000 + j);
            child.bind(1, static_cast<std::int64_t>(i));
            child.bind(2, label);
            child.bind(3, static_cast<std::int32_t>(j));
            child.run();
        }
    }
    transactions.commit();
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

std::size_t DatabaseItems::take(Sample& sample) {
    Statement rows(database_.handle(), "SELECT id, name, quantity, price FROM items");
    std::size_t count = 0;
    for (; rows.step(); ++count) sample.take(rows.integer(0), rows.text(1), rows.small(2), rows.real(3));
    return count;
}

std::size_t DatabaseItems::take_values(Sample& sample) {
    Statement rows(database_.handle(), "SELECT name, quantity, price FROM items");
    std::size_t count = 0;
    for (; rows.step(); ++count) sample.take(rows.small(1), rows.text(0), rows.real(2));
    return count;
}

void DatabaseItems::clear() { database_.execute("DELETE FROM items; PRAGMA wal_checkpoint(TRUNCATE)"); }

void DatabaseItems::refill(std::size_t count) {
    Transactions transactions(database_);
    transactions.begin();
    database_.execute("DELETE FROM items");
    fill_items(database_, count);
    transactions.commit();
    database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace benchmarks::floors
