// Prepared statements: one handle with what the driver knows of it, and the cache of a connection's handles.
#pragma once

#include "sql_text.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3_stmt;

namespace azoth::sqlite::detail {

struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, Finalize>;

/// The tables a statement reads and writes, triggers and cascades included, as SQLite's authorizer names them while
/// preparing.
struct TableUse {
    std::vector<std::string> read;
    std::vector<std::string> written;

    static void add(std::vector<std::string>& tables, const char* name);
    /// The first table that `writer` writes and `reader` reads; empty when there is none.
    static std::string_view overlap(const TableUse& writer, const TableUse& reader) noexcept;
};

struct Prepared {
    StatementHandle handle;
    Verb verb = Verb::other;
    bool readonly = true;
    std::size_t parameters = 0;
    TableUse tables;
};

/// Least recently used statements fall out. Statements in it are always reset. References stay valid until the next
/// insertion.
class StatementCache {
public:
    explicit StatementCache(std::size_t capacity) noexcept : capacity_(capacity) {}

    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t size() const noexcept { return order_.size(); }
    Prepared* find(std::uint64_t id) noexcept;
    Prepared& insert(std::uint64_t id, Prepared prepared);

    /// BEGIN, COMMIT and the like have no id; they are few and found by their text.
    Prepared* find_plain(std::string_view sql) noexcept;
    Prepared& insert_plain(std::string_view sql, Prepared prepared);

    void clear() noexcept;

private:
    struct Entry {
        std::uint64_t id = 0;
        Prepared prepared;
    };
    struct Plain {
        std::string sql;
        Prepared prepared;
    };
    static constexpr std::size_t plain_capacity = 8;

    std::size_t capacity_;
    std::list<Entry> order_;  // most recent first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> index_;
    std::vector<Plain> plain_;
    std::size_t oldest_plain_ = 0;
};

}  // namespace azoth::sqlite::detail
