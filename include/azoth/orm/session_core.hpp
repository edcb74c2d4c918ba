// SessionCore: the session without its types; AsyncSession is its typed face.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/engine/options.hpp>
#include <azoth/engine/row_source.hpp>
#include <azoth/orm/graph.hpp>
#include <azoth/orm/relation_member.hpp>
#include <azoth/sql/execution_options.hpp>
#include <azoth/sql/tape.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <string_view>
#include <type_traits>
#include <vector>

namespace azoth {

class AnyObject;
class EntityCriteria;
struct ColumnChange;
class SessionObserver;

/// What happens when the same load is done one by one too often.
enum class NPlusOneAction : std::uint8_t {
    report,   ///< observers are told once for each place, `SessionObserver::on_n_plus_one`; without observers, stderr
    refuse,   ///< the call throws `InvalidRequestError`: for tests
};

/// Options of a session. Trivially destructible, so that it may be written inside an expression that awaits on g++ 12.
struct SessionOptions {
    /// Flush before queries that read tables with pending changes. Default true.
    bool autoflush = true;
    /// Default: 0, nobody counts. Else how often one place in the program may `get` objects of one struct, or `load` one relationship, by a
    /// statement each, before that is reported: for development and tests. Answers from the identity map do not count.
    std::size_t n_plus_one_limit = 0;
    NPlusOneAction n_plus_one_action = NPlusOneAction::report;
};
static_assert(std::is_trivially_destructible_v<SessionOptions>);

namespace detail {

class ConnectionCore;
class EngineCore;
struct SessionState;
class StreamCore;

/// Which loading option a statement carries; Node::arg of Op::load_option.
enum class LoadStrategy : std::uint32_t { selectin, joined, joined_inner, raise, raise_all, subquery, contains_eager, defaults };

class SessionCore {
public:
    SessionCore(std::shared_ptr<EngineCore> engine, SessionOptions options);
    /// Inside the connection's transaction.
    SessionCore(std::shared_ptr<ConnectionCore> connection, SessionOptions options);
    ~SessionCore();
    SessionCore(const SessionCore&) = delete;
    SessionCore& operator=(const SessionCore&) = delete;

    // ---- objects in and out (no I/O)
    std::shared_ptr<void> add_value(const Table& table, void* value);
    std::shared_ptr<void> add_handle(const Table& table, std::shared_ptr<void> handle);
    void remove(const Table& table, std::shared_ptr<void> handle);
    void expunge(const Table& table, std::shared_ptr<void> handle);
    void expunge_all();
    void expire(const Table& table, std::shared_ptr<void> handle);
    void expire_all();
    bool contains(const Table& table, const void* object) const;
    bool is_modified(const Table& table, const void* object) const;
    ObjectState state(const Table& table, const std::shared_ptr<void>& handle) const;
    std::vector<AnyObject> new_objects() const;
    std::vector<AnyObject> dirty() const;
    std::vector<AnyObject> deleted() const;
    std::vector<ColumnChange> changed_columns(const Table& table, const void* object) const;
    void flag_modified(const Table& table, const void* object, const Column& column);
    /// The value last known to be in the database, and whether the member differs from it.
    bool history(const Table& table, const void* object, const Column& column, void* old_value) const;
    bool autoflush() const noexcept;
    void set_autoflush(bool on) noexcept;
    void observe(std::shared_ptr<SessionObserver> observer);
    /// Criteria on everything that is read from now on.
    void narrow(const EntityCriteria& criteria);

    // ---- relationships, called by one<> and many<>
    Entity* entity_at(const Table& table, const void* object);
    Entity* entity_of_handle(const Table& table, std::shared_ptr<void> handle);
    Entity* create_member(RelationMember& member, const Table& table, void* value);
    void relation_set(RelationMember& member, Entity* target);
    void relation_add(RelationMember& member, Entity* target);
    void relation_remove(RelationMember& member, Entity* target);
    void assign_given(RelationMember& member, std::unique_ptr<GivenObjects> objects);

    // ---- statements. The tape is owned by the call: nothing the caller passed needs to outlive the expression.
    awaitable<RowSource> execute(Tape statement, ExecutionOptions options);
    /// Bulk insert of `count` objects `stride` bytes apart, encoded before this returns.
    awaitable<RowSource> insert_many(Tape statement, const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options);
    /// The same by the database's bulk protocol, where it has one. Returns the number of rows.
    awaitable<std::int64_t> copy_many(const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options);
    /// Bulk update by key of `count` objects `stride` bytes apart, encoded before this returns; their loaded entities are expired.
    awaitable<RowSource> update_many(Tape statement, const Table& table, const void* first, std::size_t count, std::size_t stride, ExecutionOptions options);
    awaitable<std::shared_ptr<void>> get(const Table& table, std::vector<Value> key, Tape options, bool lock, std::uint8_t lock_flags,
                                         std::source_location where = {});
    awaitable<void> refresh(const Table& table, std::shared_ptr<void> handle, std::vector<const Column*> columns, bool lock);
    awaitable<void> load(const Table& table, std::vector<std::shared_ptr<void>> handles, Tape option, std::source_location where = {});
    awaitable<void> load_column(const Table& table, std::vector<std::shared_ptr<void>> handles, const Column& column, std::source_location where = {});
    awaitable<std::shared_ptr<void>> merge(const Table& table, std::shared_ptr<const void> source);
    awaitable<std::unique_ptr<StreamCore>> stream(Tape statement, ExecutionOptions options);

    // ---- transactions
    awaitable<void> flush();
    awaitable<void> commit();
    awaitable<void> rollback();
    awaitable<void> close();
    void invalidate();
    awaitable<void> begin(TransactionOptions options);
    awaitable<std::uint32_t> begin_nested();               ///< the new savepoint's depth, from 1
    awaitable<void> commit_nested(std::uint32_t depth);
    awaitable<void> rollback_nested(std::uint32_t depth);
    /// A guard was dropped without commit: undo in memory now, in the database with the next statement. Depth 0: everything.
    void abandon(std::uint32_t depth) noexcept;
    bool in_transaction() const noexcept;
    bool in_nested_transaction() const noexcept;
    bool is_active() const noexcept;
    /// Identifies the current transaction, so that a guard knows whether it is still its own.
    std::uint64_t transaction_id() const noexcept;
    /// Serial number of the savepoint at `depth`; 0 when there is none.
    std::uint64_t savepoint_id(std::uint32_t depth) const noexcept;

    SessionState& internals() noexcept { return *state_; }

private:
    std::unique_ptr<SessionState> state_;
};

}  // namespace detail
}  // namespace azoth
