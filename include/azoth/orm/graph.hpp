// Graph: the memory in which entities live, and what the session knows of each of them.
#pragma once

#include <azoth/base/blocks.hpp>
#include <azoth/schema/table.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace azoth {

/// SQLAlchemy's object states.
enum class ObjectState : std::uint8_t {
    transient,   ///< known to no session's flush
    pending,     ///< added, not yet inserted
    persistent,  ///< has a row
    deleted,     ///< its DELETE was flushed, the transaction is open
    detached,    ///< has (or had) a row, belongs to no open session
};

namespace detail {

class Graph;
class SessionCore;

/// Which relationships of an object are older than its row: it was reread after it expired, so eager loads replace what they hold.
class StaleRelations {
public:
    /// Of all relationships at once.
    StaleRelations& operator=(bool stale) noexcept {
        bits_ = stale ? ~std::uint32_t{0} : 0;
        return *this;
    }
    bool test(std::uint32_t relationship) const noexcept { return (bits_ >> place(relationship) & 1) != 0; }
    void clear(std::uint32_t relationship) noexcept { bits_ &= ~(std::uint32_t{1} << place(relationship)); }

private:
    static std::uint32_t place(std::uint32_t relationship) noexcept { return relationship < 31 ? relationship : 31; }
    std::uint32_t bits_ = 0;
};

/// The session's record of one object. It lies in front of the object, in the graph's memory (or alone, for an adopted object).
struct Entity {
    Graph* graph = nullptr;
    const Table* table = nullptr;
    void* object = nullptr;
    std::byte* snapshot = nullptr;      ///< values last known to be in the database; null until first load or flush
    std::uint64_t key_hash = 0;         ///< of its place in the identity map
    std::uint64_t order = 0;            ///< order of add()
    std::uint32_t epoch = 0;            ///< transaction in which it was last loaded; another than the session's: expired
    ObjectState state = ObjectState::transient;
    bool marked_removed = false;        ///< session.remove() was called, not yet flushed
    bool in_map = false;
    bool generated_key = false;         ///< the database made its key in this session
    bool flag_modified = false;
    bool saved = false;                 ///< `snapshot` holds values
    StaleRelations relations_stale;
    std::uint32_t level = 0;            ///< savepoint depth at which its snapshot was last put into the undo log

    void* field(const Column& column) const noexcept { return column.field(object); }
    const void* saved_field(const Column& column) const noexcept { return column.saved(snapshot); }
};

/// Bump-allocated pools of entities, one a table, plus snapshots. Handles (`std::shared_ptr<T>`) alias the graph's control block,
/// so any handle keeps the whole graph alive; inside, entities point at each other without owning.
class Graph final : public SnapshotMemory {
public:
    /// The deleter's type marks a control block as a graph's.
    struct Deleter {
        Graph* graph;
        void operator()(Graph* dead) const noexcept { delete dead; }
    };
    static std::shared_ptr<Graph> make(SessionCore* session);

    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    /// A new entity whose object is a copy of the table's prototype, with relationships not loaded: for rows.
    Entity* create_loaded(const Table& table);
    /// A new entity whose object is value-initialised.
    Entity* create_fresh(const Table& table);
    /// A new entity whose object is moved from `value`.
    Entity* create_moved(const Table& table, void* value);
    /// A new entity around an object that `owner` keeps alive.
    Entity* adopt(const Table& table, void* object, std::shared_ptr<void> owner);

    /// The entity whose object is at this address; null when it is none of this graph's.
    Entity* find(const Table& table, const void* object) const noexcept;

    /// Takes over the entities of another graph, which stays behind as an empty shell whose handles keep this graph alive. So a partition
    /// of a stream that other entities have come to point into lives as long as they do, and no two graphs own each other.
    void absorb(Graph& other);

    std::shared_ptr<void> handle(const Entity* entity) const { return {self_.lock(), entity->object}; }
    std::shared_ptr<Graph> share() const { return self_.lock(); }

    /// Writes the object's columns into its snapshot.
    void save(Entity& entity);
    /// The same for one column of an entity that has a snapshot.
    void save(Entity& entity, const Column& column);
    /// A fresh, empty snapshot block; the old one is given back to the caller (for the undo log).
    std::byte* replace_snapshot(Entity& entity);
    void release_snapshot(const Table& table, std::byte* block) noexcept;

    char* allocate_bytes(std::size_t size) override;

    template <class F>
    void for_each(const Table& table, F&& visit) const;
    template <class F>
    void for_each(F&& visit) const;
    /// The tables that it may hold entities of.
    template <class F>
    void for_each_table(F&& visit) const {
        for (const auto& pool : pools_) visit(*pool->table);
    }

    /// Null once the session is closed or has dropped this graph: its entities are detached then.
    SessionCore* session = nullptr;
    /// A partition of a stream keeps the session's graph alive.
    std::shared_ptr<Graph> parent;
    /// Graphs that entities of this one point into.
    std::vector<std::shared_ptr<Graph>> pinned;

private:
    explicit Graph(SessionCore* owner) : session(owner) {}
    ~Graph();

    struct Chunk {
        Block memory;
        std::byte* first = nullptr;
        std::size_t used = 0;
        std::size_t capacity = 0;
    };
    struct Pool {
        const Table* table = nullptr;
        std::size_t object_offset = 0;
        std::size_t snapshot_offset = 0;
        std::size_t stride = 0;
        std::vector<Chunk> chunks;
        std::vector<Entity*> adopted;
        std::vector<std::byte*> free_snapshots;
        void* prototype = nullptr;
    };
    Pool& pool(const Table& table);
    const Pool* find_pool(const Table& table) const noexcept;
    Entity* allocate(Pool& pool);

    std::vector<std::unique_ptr<Pool>> pools_;
    std::vector<std::shared_ptr<void>> owners_;
    std::vector<Block> blocks_;
    std::byte* free_ = nullptr;
    std::size_t free_size_ = 0;
    std::size_t block_size_ = 0;
    std::weak_ptr<Graph> self_;
};

template <class F>
void Graph::for_each(const Table& table, F&& visit) const {
    const Pool* pool = find_pool(table);
    if (pool == nullptr) return;
    for (std::size_t c = 0; c < pool->chunks.size(); ++c) {
        for (std::size_t i = 0; i < pool->chunks[c].used; ++i) visit(*reinterpret_cast<Entity*>(pool->chunks[c].first + i * pool->stride));
    }
    for (std::size_t i = 0; i < pool->adopted.size(); ++i) visit(*pool->adopted[i]);
}

template <class F>
void Graph::for_each(F&& visit) const {
    for (std::size_t p = 0; p < pools_.size(); ++p) for_each(*pools_[p]->table, visit);
}

/// The graph a handle belongs to, found through its control block; null for a pointer made outside any graph.
template <class T>
Graph* graph_of(const std::shared_ptr<T>& handle) noexcept {
    const auto* deleter = std::get_deleter<Graph::Deleter>(handle);
    return deleter == nullptr ? nullptr : deleter->graph;
}

}  // namespace detail
}  // namespace azoth
