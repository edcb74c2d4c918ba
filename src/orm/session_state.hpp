// SessionState: everything a session knows; shared by the files that implement SessionCore.
#pragma once

#include "associations.hpp"
#include "identity_map.hpp"
#include "n_plus_one.hpp"
#include "row_key.hpp"
#include "session_events.hpp"

#include <azoth/engine/connection_core.hpp>
#include <azoth/engine/statement_cache.hpp>
#include <azoth/orm/session_core.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace azoth::detail {

/// "The foreign key of `child` follows `parent`": made by changes of relationships, carried out by the next flush.
struct Link {
    Entity* child = nullptr;
    Entity* parent = nullptr;   ///< null: the foreign key becomes NULL
    const Relationship* relationship = nullptr;
    const std::vector<std::uint32_t>* child_columns = nullptr;
    const std::vector<std::uint32_t>* parent_columns = nullptr;
    bool orphan = false;        ///< taken out of a collection whose cascade deletes orphans
};

/// Exactly which columns of which object: a table has at most 256 columns, a key at most 8.
struct LinkKey {
    const Entity* child = nullptr;
    std::uint64_t columns = 0;
    friend bool operator==(const LinkKey&, const LinkKey&) = default;
    struct Hash {
        std::size_t operator()(const LinkKey& key) const noexcept { return reinterpret_cast<std::uintptr_t>(key.child) * 31 + key.columns; }
    };
};

/// What rollback undoes. Records are replayed backwards down to the savepoint's mark.
struct UndoRecord {
    enum class Kind : std::uint8_t { added, inserted, assigned, deleted, snapshot, relation } kind = Kind::added;
    Entity* entity = nullptr;
    std::byte* snapshot = nullptr;            ///< snapshot: the block as it was
    std::uint32_t old_level = 0;
    std::uint16_t relation = 0;               ///< relation: which one, and what it held; assigned: which column the flush filled in
    RelationState relation_state = RelationState::unset;
    Entity* target = nullptr;
    std::vector<Entity*> members;
};

struct Savepoint {
    std::uint64_t id = 0;
    std::size_t undo_mark = 0;
    TransactionToken token;
};

struct SessionState {
    SessionState(SessionCore& self, std::shared_ptr<EngineCore> engine, SessionOptions session_options);
    /// Inside the connection's transaction: what would be this session's transaction is a savepoint there.
    SessionState(SessionCore& self, std::shared_ptr<ConnectionCore> given, SessionOptions session_options);

    SessionCore& core;
    SessionOptions options;
    std::shared_ptr<ConnectionCore> connection;
    bool joined = false;                            ///< the connection is somebody else's
    TransactionToken joint{};                       ///< ... and this is the savepoint

    std::shared_ptr<Graph> graph;
    std::vector<std::shared_ptr<Graph>> streamed;   ///< partitions of streams that hold changes or are still held by users
    IdentityMap map;
    RowKeys keys;

    std::vector<Entity*> pending;                   ///< in the order of add(); entries whose state changed since are skipped
    std::vector<Entity*> removed;                   ///< marked by remove()
    std::vector<Link> links;
    std::unordered_map<LinkKey, std::size_t, LinkKey::Hash> link_index;
    Associations associations;
    std::vector<std::pair<Entity*, const Relationship*>> replaced_unseen;  ///< one-to-one, key on the far side, given a new partner while not loaded

    std::vector<UndoRecord> undo;
    std::unordered_map<const RelationMember*, std::size_t> recorded;  ///< where `undo` has what a relationship held; may be out of date
    std::vector<Savepoint> savepoints;
    std::vector<std::pair<Entity*, const Column*>> flagged;  ///< flag_modified()
    std::vector<Entity*> deleted;                   ///< DELETE flushed in this transaction
    std::uint64_t transaction = 0;                  ///< serial number; 0 = none
    bool explicit_transaction = false;
    TransactionToken token{};                       ///< of an explicit transaction
    std::uint32_t epoch = 1;
    std::uint64_t next_order = 1;
    std::uint64_t next_savepoint = 1;

    std::exception_ptr failed_flush;                ///< the session refuses work until rollback()
    std::string failed_message;
    std::uint32_t failed_depth = 0;                 ///< savepoints that were open when it failed
    Tape criteria;                                  ///< on everything that the session reads
    LoadCounts load_counts;                         ///< for SessionOptions::n_plus_one_limit
    std::unique_ptr<SessionEvents> events;          ///< null: nobody observes
    bool closed = false;
    bool busy = false;
    bool flushing = false;

    // ---- small services (session_state.cpp)
    /// Errors: `PendingRollbackError` after a failed flush, `InvalidRequestError` after close.
    void check_usable() const;
    /// Errors: in a session inside a connection, `InvalidRequestError` when the connection's transaction ended meanwhile.
    void ensure_transaction();
    /// A savepoint, or the transaction, that a rollback can reach: it has not ended, and nothing larger must be rolled back.
    bool can_undo(TransactionToken given) const noexcept {
        return connection->transaction().is_open(given) && connection->transaction().phase() != TransactionState::Phase::doomed;
    }
    /// Every change of state but those of a session that is dropped.
    void set_state(Entity& entity, ObjectState to) {
        if (events != nullptr) events->note_state(entity, to);
        entity.state = to;
    }
    /// After an operation without I/O: observers hear of it.
    void tell_events() noexcept {
        if (events != nullptr) events->tell_noted();
    }
    bool expired(const Entity& entity) const noexcept { return entity.epoch != epoch; }
    void record_link(Entity& child, Entity* parent, const Relationship& relationship, const std::vector<std::uint32_t>& child_columns,
                     const std::vector<std::uint32_t>& parent_columns, bool orphan = false);
    const Link* find_link(const Entity& child, const std::vector<std::uint32_t>& child_columns) const;
    void forget_changes() noexcept;                 ///< links and associations: written, or undone
    void forget_changes_of(const Entity& entity);
    /// What an unflushed change says of a member of a collection.
    enum class Membership : std::uint8_t { unchanged, put_in, taken_out };
    Membership pending_change(Entity& owner, const Relationship& relationship, Entity& member) const;
    /// Remembers what the relationship holds now, once a savepoint level.
    void record_relation(Entity& owner, const Relationship& relationship);
    /// A collection loses a member, as far as it is loaded or queued, and rollback puts it back.
    void take_member(Entity& owner, const Relationship& many, Entity& member);
    /// Keeps the snapshot for rollback, once a savepoint level, and gives the entity an empty one.
    void record_snapshot(Entity& entity);
    void make_pending(Entity& entity);
    /// Which columns differ from the snapshot: bit i = Table::columns[i] (tables have at most 64 tracked words).
    bool changed(const Entity& entity) const;
    template <class F>
    void for_each_graph(F&& visit) const {
        visit(*graph);
        for (const auto& partition : streamed) visit(*partition);
    }

    // ---- undo (rollback.cpp)
    void undo_to(std::size_t mark, bool whole) noexcept;
    void forget_transaction() noexcept;             ///< after COMMIT: nothing to undo any more
    void prune_streamed() noexcept;                 ///< lets go of partitions that nobody holds and that hold no changes
    void expire_everything() noexcept { ++epoch; }

    // ---- rows to entities (materialize.cpp)
    struct MaterializeOptions {
        bool overwrite = false;                     ///< populate_existing, locking reads, refresh
        Graph* into = nullptr;                      ///< where new entities go; null = the session's graph
    };
    /// The entity of a row; null for an all-NULL key. `cells`: the plain columns in table order, then those of `further`.
    Entity* materialize(const Table& table, std::span<const ValueView> cells, std::span<const std::uint32_t> further, const MaterializeOptions& options);
};

/// The entity, and what its relationships with this cascade lead to, as far as it is loaded.
std::vector<Entity*> reached_by(Entity& first, Cascade cascade);

inline bool in_session(const Entity& entity) noexcept { return entity.state == ObjectState::pending || entity.state == ObjectState::persistent; }

/// One operation at a time: throws `ConcurrentUseError` when another is under way.
class BusyGuard {
public:
    explicit BusyGuard(SessionState& state);
    ~BusyGuard() {
        if (state_ == nullptr) return;
        state_->tell_events();
        state_->busy = false;
    }
    BusyGuard(BusyGuard&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    BusyGuard(const BusyGuard&) = delete;
    BusyGuard& operator=(const BusyGuard&) = delete;

private:
    SessionState* state_;
};

/// Makes a transient entity pending, and what its relationships lead to (the save-update cascade).
void cascade_add(SessionState& state, Entity& entity);

// ---- the unit of work (flush.cpp): to be awaited with the busy guard held

/// Writes everything pending. When it fails, transaction or savepoint are rolled back, the session refuses work until rollback(), and the
/// error is thrown. With `commit_after`, an insert-only flush takes COMMIT along in its last batch; returns whether it did.
awaitable<bool> flush_state(SessionState& state, bool commit_after = false);
/// True when a flush would write something.
bool anything_to_write(SessionState& state);
/// The plan of a statement shape, from the engine's cache.
PlanPtr plan_for(SessionState& state, const FlatStatement& statement);
/// True when a query that reads these tables must flush first.
bool needs_flush(SessionState& state, std::span<const Table* const> tables_read, bool all);

}  // namespace azoth::detail
