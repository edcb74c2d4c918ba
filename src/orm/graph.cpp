// Graph: pools of entities, snapshots, and finding an entity by its address.
#include <azoth/orm/graph.hpp>
#include <azoth/orm/relation_member.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <new>
#include <utility>

namespace azoth::detail {

namespace {

constexpr std::size_t round_up(std::size_t value, std::size_t align) { return (value + align - 1) / align * align; }
constexpr std::size_t first_chunk_entities = 16;
constexpr std::size_t first_block = 512;

void attach_relations(Entity& entity) {
    std::uint16_t index = 0;
    for (const auto& relationship : entity.table->relationships) relationship.member(entity.object)->attach(&entity, index++);
}

void destroy_entity(Entity& entity, bool own_object) noexcept {
    if (entity.saved && entity.table->snapshot_needs_drop) {
        for (const auto& column : entity.table->columns) {
            if (column.ops->drop != nullptr) column.ops->drop(column.saved(static_cast<void*>(entity.snapshot)));
        }
    }
    if (own_object) {
        entity.table->entity.destroy(entity.object);
    } else {
        for (const auto& relationship : entity.table->relationships) relationship.member(entity.object)->detach();
    }
}

}  // namespace

std::shared_ptr<Graph> Graph::make(SessionCore* session) {
    auto* graph = new Graph(session);
    std::shared_ptr<Graph> owner(graph, Deleter{graph});
    graph->self_ = owner;
    return owner;
}

Graph::~Graph() {
    for (auto& pool : pools_) {
        for (auto& chunk : pool->chunks) {
            for (std::size_t i = 0; i < chunk.used; ++i) destroy_entity(*reinterpret_cast<Entity*>(chunk.first + i * pool->stride), true);
        }
        for (auto* entity : pool->adopted) destroy_entity(*entity, false);
        if (pool->prototype != nullptr) {
            pool->table->entity.destroy(pool->prototype);
            ::operator delete(pool->prototype, std::align_val_t{pool->table->entity.align});
        }
    }
}

Graph::Pool& Graph::pool(const Table& table) {
    for (auto& pool : pools_) {
        if (pool->table == &table) return *pool;
    }
    auto pool = std::make_unique<Pool>();
    pool->table = &table;
    constexpr std::size_t snapshot_align = alignof(std::max_align_t);
    pool->object_offset = round_up(sizeof(Entity), std::max(table.entity.align, alignof(Entity)));
    pool->snapshot_offset = round_up(pool->object_offset + table.entity.size, snapshot_align);
    pool->stride = round_up(pool->snapshot_offset + table.snapshot_size, std::max({table.entity.align, alignof(Entity), snapshot_align}));
    pools_.push_back(std::move(pool));
    return *pools_.back();
}

const Graph::Pool* Graph::find_pool(const Table& table) const noexcept {
    for (const auto& pool : pools_) {
        if (pool->table == &table) return pool.get();
    }
    return nullptr;
}

// Room for one more entity; `used` is raised by the caller once the object stands, so a throwing constructor leaves nothing half made.
Entity* Graph::allocate(Pool& pool) {
    if (pool.chunks.empty() || pool.chunks.back().used == pool.chunks.back().capacity) {
        const std::size_t last = pool.chunks.empty() ? first_chunk_entities / 2 : pool.chunks.back().capacity;
        const std::size_t align = std::max({pool.table->entity.align, alignof(Entity), alignof(std::max_align_t)});
        const std::size_t wanted = std::min(2 * last * pool.stride + align, largest_block);
        Chunk chunk;
        chunk.memory = Block(std::max(wanted, first_chunk_entities * pool.stride + align));
        void* first = chunk.memory.data();
        std::size_t space = chunk.memory.size();
        chunk.first = static_cast<std::byte*>(std::align(align, pool.stride, first, space));
        chunk.capacity = space / pool.stride;
        pool.chunks.push_back(std::move(chunk));
    }
    Chunk& chunk = pool.chunks.back();
    std::byte* at = chunk.first + chunk.used * pool.stride;
    auto* entity = ::new (at) Entity();
    entity->graph = this;
    entity->table = pool.table;
    entity->object = at + pool.object_offset;
    entity->snapshot = at + pool.snapshot_offset;
    return entity;
}

Entity* Graph::create_loaded(const Table& table) {
    Pool& home = pool(table);
    if (home.prototype == nullptr) {
        home.prototype = ::operator new(table.entity.size, std::align_val_t{table.entity.align});
        table.entity.construct(home.prototype);
        for (const auto& relationship : table.relationships) relationship.member(home.prototype)->set_not_loaded();
        for (const auto& column : table.columns) {
            if (column.deferred) column.ops->set_not_loaded(column.field(home.prototype), &column.full_name);
        }
    }
    Entity* entity = allocate(home);
    table.entity.copy_construct(entity->object, home.prototype);
    ++home.chunks.back().used;
    attach_relations(*entity);
    return entity;
}

Entity* Graph::create_fresh(const Table& table) {
    Pool& home = pool(table);
    Entity* entity = allocate(home);
    table.entity.construct(entity->object);
    ++home.chunks.back().used;
    attach_relations(*entity);
    return entity;
}

Entity* Graph::create_moved(const Table& table, void* value) {
    Pool& home = pool(table);
    Entity* entity = allocate(home);
    table.entity.move_construct(entity->object, value);
    ++home.chunks.back().used;
    attach_relations(*entity);
    return entity;
}

Entity* Graph::adopt(const Table& table, void* object, std::shared_ptr<void> owner) {
    Pool& home = pool(table);
    Block memory(sizeof(Entity) + alignof(std::max_align_t) + table.snapshot_size);
    auto* entity = ::new (memory.data()) Entity();
    entity->graph = this;
    entity->table = &table;
    entity->object = object;
    entity->snapshot = memory.data() + round_up(sizeof(Entity), alignof(std::max_align_t));
    home.adopted.push_back(entity);
    blocks_.push_back(std::move(memory));
    owners_.push_back(std::move(owner));
    attach_relations(*entity);
    return entity;
}

Entity* Graph::find(const Table& table, const void* object) const noexcept {
    const Pool* home = find_pool(table);
    if (home == nullptr) return nullptr;
    const auto* address = static_cast<const std::byte*>(object);
    const std::less<const std::byte*> before;
    for (const auto& chunk : home->chunks) {
        const std::byte* first = chunk.first + home->object_offset;
        if (before(address, first) || !before(address, chunk.first + chunk.used * home->stride)) continue;
        const auto distance = static_cast<std::size_t>(address - first);
        return distance % home->stride == 0 ? reinterpret_cast<Entity*>(chunk.first + distance) : nullptr;
    }
    for (auto* entity : home->adopted) {
        if (entity->object == object) return entity;
    }
    return nullptr;
}

void Graph::absorb(Graph& other) {
    for (auto& theirs : other.pools_) {
        Pool& mine = pool(*theirs->table);
        for (auto& chunk : theirs->chunks) {
            for (std::size_t i = 0; i < chunk.used; ++i) reinterpret_cast<Entity*>(chunk.first + i * theirs->stride)->graph = this;
        }
        for (auto* entity : theirs->adopted) entity->graph = this;
        // allocate() looks at the last chunk only: theirs go in front of it
        mine.chunks.insert(mine.chunks.begin(), std::make_move_iterator(theirs->chunks.begin()), std::make_move_iterator(theirs->chunks.end()));
        mine.adopted.insert(mine.adopted.end(), theirs->adopted.begin(), theirs->adopted.end());
        mine.free_snapshots.insert(mine.free_snapshots.end(), theirs->free_snapshots.begin(), theirs->free_snapshots.end());
        theirs->chunks.clear();
        theirs->adopted.clear();
        theirs->free_snapshots.clear();
    }
    owners_.insert(owners_.end(), std::make_move_iterator(other.owners_.begin()), std::make_move_iterator(other.owners_.end()));
    other.owners_.clear();
    blocks_.insert(blocks_.end(), std::make_move_iterator(other.blocks_.begin()), std::make_move_iterator(other.blocks_.end()));
    other.blocks_.clear();
    other.free_ = nullptr;
    other.free_size_ = 0;
    for (auto& graph : other.pinned) {
        if (graph.get() != this) pinned.push_back(std::move(graph));
    }
    other.pinned.clear();
    if (other.parent == nullptr) other.parent = share();
}

void Graph::save(Entity& entity, const Column& column) {
    void* slot = column.saved(static_cast<void*>(entity.snapshot));
    if (column.ops->drop != nullptr) column.ops->drop(slot);
    column.ops->save(slot, entity.field(column), *this);
}

void Graph::save(Entity& entity) {
    for (const auto& column : entity.table->columns) {
        void* slot = column.saved(static_cast<void*>(entity.snapshot));
        if (entity.saved && column.ops->drop != nullptr) column.ops->drop(slot);
        column.ops->save(slot, entity.field(column), *this);
    }
    entity.saved = true;
}

std::byte* Graph::replace_snapshot(Entity& entity) {
    std::byte* old = entity.snapshot;
    Pool& home = pool(*entity.table);
    if (home.free_snapshots.empty()) {
        entity.snapshot = blocks_.emplace_back(std::max<std::size_t>(entity.table->snapshot_size, 1)).data();
    } else {
        entity.snapshot = home.free_snapshots.back();
        home.free_snapshots.pop_back();
    }
    entity.saved = false;
    return old;
}

void Graph::release_snapshot(const Table& table, std::byte* block) noexcept {
    if (table.snapshot_needs_drop) {
        for (const auto& column : table.columns) {
            if (column.ops->drop != nullptr) column.ops->drop(column.saved(static_cast<void*>(block)));
        }
    }
    try {
        pool(table).free_snapshots.push_back(block);
    } catch (...) {
        // the block is not reused, but still freed with the graph
    }
}

char* Graph::allocate_bytes(std::size_t size) {
    if (size > free_size_) {
        block_size_ = block_size(std::max(size, std::clamp(block_size_ * 2, first_block, largest_block)));
        free_ = blocks_.emplace_back(block_size_).data();
        free_size_ = block_size_;
    }
    auto* room = reinterpret_cast<char*>(free_);
    free_ += size;
    free_size_ -= size;
    return room;
}

}  // namespace azoth::detail
