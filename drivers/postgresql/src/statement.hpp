// Prepared statements of one connection: which the server has, how their results travel, and which must be given up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace azoth::postgresql::detail {

/// One statement, as this connection knows it. Held by whoever uses it, so that eviction in the middle of a batch harms nobody.
struct Prepared {
    enum class State : std::uint8_t {
        absent,   ///< the server does not have it
        pending,  ///< Parse is under way in a segment that has not been answered
        ready,
    };
    State state = State::absent;
    std::string name;             ///< on the server, while it is not absent
    bool binary = false;          ///< every column has a binary codec; false until a first result has shown the types
};

/// Least recently used statements fall out. Keys are `CompiledStatement::id`, twice as many: a statement has an array form too.
class StatementCache {
public:
    /// `named` false: nothing is kept on the server, only what is known of results.
    StatementCache(std::size_t capacity, bool named) : capacity_(capacity), named_(named) {}

    bool named() const noexcept { return named_ && capacity_ != 0; }
    /// The entry of this key, made if there is none; nullptr when nothing is kept. What falls out and is on the server goes to `evicted`.
    std::shared_ptr<Prepared> get(std::uint64_t key);
    /// A name for the next Parse; never given twice.
    std::string next_name() { return "azoth_" + std::to_string(++last_name_); }
    /// Names that the server may forget. Taken by the next healthy segment.
    std::vector<std::string>& evicted() noexcept { return evicted_; }
    std::size_t size() const noexcept { return order_.size(); }
    /// Nothing that was prepared is good any more. `server_has_them`: the names are still taken there, and go to `evicted`.
    void forget(bool server_has_them);

private:
    struct Entry {
        std::uint64_t key;
        std::shared_ptr<Prepared> prepared;
    };
    std::size_t capacity_;
    bool named_;
    std::uint64_t last_name_ = 0;
    std::list<Entry> order_;  // most recent first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> index_;
    std::vector<std::string> evicted_;
};

}  // namespace azoth::postgresql::detail
