// Flush: one run of the unit of work; what it decides is plain data, only `execute` does I/O.
#pragma once

#include "session_state.hpp"

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

namespace azoth::detail {

/// Which columns of a table: one bit each.
struct ColumnMask {
    std::array<std::uint64_t, 4> words{};
    static constexpr std::size_t capacity = 256;

    void set(std::size_t index) noexcept { words[index / 64] |= std::uint64_t{1} << (index % 64); }
    bool test(std::size_t index) const noexcept { return (words[index / 64] >> (index % 64) & 1) != 0; }
    bool any() const noexcept { return (words[0] | words[1] | words[2] | words[3]) != 0; }
    friend bool operator==(const ColumnMask&, const ColumnMask&) = default;
};

/// Rows of one shape, written by one batch item.
struct WriteGroup {
    enum class Kind : std::uint8_t { insert, update, delete_ } kind = Kind::insert;
    const Table* table = nullptr;
    ColumnMask columns;                       ///< written columns
    std::vector<std::uint32_t> returning;     ///< columns with server defaults, which come back
    bool generated_key = false;
    bool key_returned = false;                ///< ... as the first column of RETURNING
    bool read_back = false;                   ///< no RETURNING here: `returning` is read by key afterwards (flush_read_back.cpp)
    std::vector<const Column*> set;           ///< `columns` of an insert or update, in order
    std::vector<Entity*> entities;
    CompiledPtr statement;
};

struct Flush {
    explicit Flush(SessionState& session) : state(session) {}

    SessionState& state;
    std::vector<Entity*> inserts;                        ///< in the order of add()
    std::vector<Entity*> updates;
    std::vector<Entity*> deletes;
    std::vector<std::vector<const Table*>> order;        ///< tables, parents first; more than one in a step: a cycle (or a self-reference)
    struct Rekeyed {
        Entity* child;
        const Relationship* relationship;
        Entity* old;                                     ///< whose child it was, if that is known
    };
    std::vector<Rekeyed> rekeyed;
    struct Moved {                                       ///< an object whose key changes, as its members have it now or will
        Entity* entity;
        ColumnMask columns;
    };
    struct Follow {                                      ///< a row that refers to a key that changes
        Entity* child;
        const ForeignKey* key;
        std::vector<std::uint32_t> sources;              ///< columns of the owner's table, one for each of `key`
        Entity* owner;
        ColumnMask given;                                ///< columns to which the program itself gave another value
    };
    std::vector<Moved> moved;
    std::vector<Follow> follows;
    std::set<std::pair<const Entity*, const ForeignKey*>> followed;
    std::unordered_set<const Entity*> followers;         ///< that this flush moves: written after the rows they follow
    std::vector<Link> post_updates;                      ///< keys that are set by a second UPDATE, when their row is there

    Batch batch;                                         ///< written, not yet sent
    std::vector<WriteGroup> groups;                      ///< one a batch item
    bool only_inserts = true;

    FlushReport report;                                  ///< for observers, when there are any
    std::vector<Entity*> inserted;                       ///< belongs to it; what the database filled in is read later

    // ---- deciding (no I/O)
    void collect();                                      ///< flush_collect.cpp
    void apply_link(const Link& link);                   ///< flush_collect.cpp
    void apply_association(const Association& change);   ///< flush_associations.cpp: a row of the secondary table
    bool is_later(const Link& link) const;               ///< among `post_updates`
    void write_post_updates();                           ///< flush_rows.cpp
    bool free_removed();                                 ///< flush_rows.cpp: rows to be deleted let go of each other where post_update says so
    void switch_rows();                                  ///< flush_collect.cpp: delete + add of one key becomes an UPDATE
    bool keys_change();                                  ///< flush_keys.cpp: into `moved`
    std::vector<Moved> note_followers(const std::vector<Moved>& round);  ///< into `follows`; returns those whose own keys change with it
    void follow_keys();                                  ///< members and snapshots get the new keys
    void sort_tables();                                  ///< flush_order.cpp
    std::vector<std::vector<Entity*>> levels(std::span<Entity* const> rows, bool deleting) const;  ///< flush_order.cpp
    void write_insert(Entity& entity);                   ///< flush_rows.cpp
    void write_update(Entity& entity, const ColumnMask* only = nullptr);
    void write_delete(Entity& entity);
    bool waits_for_key(const Entity& entity) const;      ///< a parent's key is still being generated
    void applied(Batch& done);                           ///< flush_rows.cpp: results into entities
    bool reads_back() const noexcept;                    ///< some group does (flush_read_back.cpp)
    void note_rekeyed(Entity& entity);                   ///< flush_finish.cpp: foreign keys that the program changed itself
    void leave_collections();                            ///< flush_finish.cpp
    void finish();                                       ///< flush_finish.cpp: states and relationships after success
};

/// Calls the onupdate functions of members that nobody has changed. (flush_collect.cpp)
void touch(Entity& entity);

/// What is written so far goes to the database, and its results into the entities. (flush.cpp)
awaitable<void> send(Flush& flush, bool commit_after = false);

/// Loads the members of one relationship for these owners, by the keys they have in the database. (flush_removals.cpp)
awaitable<void> load_children(SessionState& state, const Relationship& relationship, std::vector<Entity*> owners);

/// An object whose key the program gives has another than its row, and rows of these tables may change with it. (flush_keys.cpp)
bool key_changes(SessionState& state, std::span<const Table* const> tables_read);
/// Rows that refer to the keys that change: those in the session, and those that a relationship leads to and the database does not move.
/// (flush_keys.cpp)
awaitable<void> find_followers(Flush& flush);
/// Of those that the database does not move, those that can refer to nothing do, until their owners have their new keys. (flush_keys.cpp)
awaitable<void> let_go(Flush& flush);

/// Reads what the database filled into rows that were just inserted. (flush_read_back.cpp)
awaitable<void> read_defaults(SessionState& state, std::vector<WriteGroup> groups);

/// Partners of one-to-one relationships that were replaced before they were loaded: they lose their key. (flush_removals.cpp)
awaitable<void> free_old_partners(SessionState& state);

/// Children that follow removed parents: loads them where needed. (flush_removals.cpp)
awaitable<void> cascade_removals(SessionState& state);

}  // namespace azoth::detail
