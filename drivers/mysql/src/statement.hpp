// Prepared statements: one handle with what the driver knows of it, and the cache of a connection's handles.
#pragma once

#include "sql_text.hpp"

#include <mysql.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

namespace azoth::mysql::detail {

/// Statements that nobody uses any more. Closing one sends a message, so it waits until the connection may send; when the connection is
/// closed first, closing them is a matter of memory.
class Graveyard {
public:
    Graveyard() noexcept = default;
    Graveyard(const Graveyard&) = delete;
    Graveyard& operator=(const Graveyard&) = delete;

    /// Room for one more, taken when a statement is made, so that bury() cannot fail.
    void reserve() {
        buried_.reserve(buried_.size() + alive_ + 1);
        ++alive_;
    }
    void bury(MYSQL_STMT* statement) noexcept {
        buried_.push_back(statement);
        --alive_;
    }
    /// The next one to close; nullptr when there is none.
    MYSQL_STMT* exhume() noexcept {
        if (buried_.empty()) return nullptr;
        MYSQL_STMT* const statement = buried_.back();
        buried_.pop_back();
        return statement;
    }
    /// Once the connection is closed.
    void clear() noexcept {
        while (MYSQL_STMT* statement = exhume()) mysql_stmt_close(statement);
    }

private:
    std::vector<MYSQL_STMT*> buried_;
    std::size_t alive_ = 0;
};

struct Bury {
    Graveyard* graveyard = nullptr;
    void operator()(MYSQL_STMT* statement) const noexcept { graveyard->bury(statement); }
};
using StatementHandle = std::unique_ptr<MYSQL_STMT, Bury>;

struct Prepared {
    StatementHandle handle;  // empty: the server cannot prepare it, it goes as text
    Verb verb = Verb::other;
    std::size_t parameters = 0;
};

/// Least recently used statements fall out. References stay valid until the next insertion.
class StatementCache {
public:
    explicit StatementCache(std::size_t capacity) noexcept : capacity_(capacity) {}

    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t size() const noexcept { return order_.size(); }
    Prepared* find(std::uint64_t id) noexcept;
    Prepared& insert(std::uint64_t id, Prepared prepared);
    void erase(std::uint64_t id) noexcept;
    void clear() noexcept;

private:
    struct Entry {
        std::uint64_t id = 0;
        Prepared prepared;
    };
    std::size_t capacity_;
    std::list<Entry> order_;  // most recent first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> index_;
};

}  // namespace azoth::mysql::detail
