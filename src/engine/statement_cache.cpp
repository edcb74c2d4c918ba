// The statement cache: a hash table of shapes and a list in order of use, under one mutex.
#include <azoth/engine/statement_cache.hpp>

#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace azoth::detail {

namespace {

struct Entry {
    std::uint64_t hash;
    FlatStatement shape;  // without values and sources
    PlanPtr plan;
};

struct Identity {
    std::size_t operator()(std::uint64_t hash) const noexcept { return static_cast<std::size_t>(hash); }
};

FlatStatement shape_of(const FlatStatement& statement) {
    FlatStatement shape;
    shape.nodes = statement.nodes;
    shape.texts = statement.texts;
    shape.main_size = statement.main_size;
    return shape;
}

}  // namespace

struct StatementCache::State {
    using List = std::list<Entry>;

    explicit State(std::size_t size) : capacity(size) {}

    List::iterator find(std::uint64_t hash, const FlatStatement& statement) {
        const auto [begin, end] = index.equal_range(hash);
        for (auto it = begin; it != end; ++it) {
            if (it->second->shape.same_shape(statement)) return it->second;
        }
        return entries.end();
    }

    void erase(List::iterator entry) {
        const auto [begin, end] = index.equal_range(entry->hash);
        for (auto it = begin; it != end; ++it) {
            if (it->second == entry) {
                index.erase(it);
                break;
            }
        }
    }

    const std::size_t capacity;
    mutable std::mutex mutex;
    List entries;  // used last at the front
    std::unordered_multimap<std::uint64_t, List::iterator, Identity> index;
    Statistics statistics;
};

StatementCache::StatementCache(std::size_t capacity) : state_(std::make_unique<State>(capacity)) {}
StatementCache::~StatementCache() = default;

PlanPtr StatementCache::lookup(const FlatStatement& statement, Build build, void* context) {
    State& state = *state_;
    const std::uint64_t hash = statement.hash();
    if (state.capacity != 0) {
        const std::lock_guard lock(state.mutex);
        const auto found = state.find(hash, statement);
        if (found != state.entries.end()) {
            ++state.statistics.hits;
            if (found != state.entries.begin()) state.entries.splice(state.entries.begin(), state.entries, found);
            return found->plan;
        }
    }
    PlanPtr plan = build(statement, context);
    State::List fresh;  // allocated outside the lock; what is dropped is destroyed outside it, too
    if (state.capacity != 0) fresh.push_back({hash, shape_of(statement), plan});
    const std::lock_guard lock(state.mutex);
    ++state.statistics.misses;
    if (state.capacity == 0) return plan;
    const auto raced = state.find(hash, statement);
    if (raced != state.entries.end()) return raced->plan;  // another thread was faster: one plan a shape
    state.index.emplace(hash, fresh.begin());
    state.entries.splice(state.entries.begin(), fresh);
    if (state.entries.size() > state.capacity) {
        const auto last = std::prev(state.entries.end());
        state.erase(last);
        fresh.splice(fresh.begin(), state.entries, last);
    }
    return plan;
}

StatementCache::Statistics StatementCache::statistics() const {
    const std::lock_guard lock(state_->mutex);
    Statistics result = state_->statistics;
    result.size = state_->entries.size();
    return result;
}

}  // namespace azoth::detail
