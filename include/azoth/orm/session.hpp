// AsyncSession: identity map and unit of work over one engine; the typed face of SessionCore.
#pragma once

#include <azoth/dialect/transaction_options.hpp>
#include <azoth/driver/awaitable.hpp>
#include <azoth/engine/result.hpp>
#include <azoth/orm/get_arguments.hpp>
#include <azoth/orm/load_options.hpp>
#include <azoth/orm/many.hpp>
#include <azoth/orm/one.hpp>
#include <azoth/orm/session_core.hpp>
#include <azoth/orm/session_transaction.hpp>
#include <azoth/orm/stream.hpp>
#include <azoth/sql/sql.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace azoth {

/// A workspace over one engine: objects are added, loaded, changed as plain structs; flush writes what changed; commit makes it durable.
/// Entities handed out are `std::shared_ptr`s into the session's graph and stay readable after the session is gone.
///
/// Every awaiting function: *Executor*: resumes on the awaiting coroutine's executor. *Cancellation*: the await ends with
/// `operation_aborted`; a transaction that was under way then takes nothing but rollback(). *Errors*: `DatabaseError` and its kin from the
/// database; `PendingRollbackError` after a failed flush until rollback(); `ConcurrentUseError` when another coroutine uses the session;
/// `InvalidRequestError` after close(). *Lifetimes*: statements and values are encoded before the call returns its awaitable: nothing
/// passed needs to outlive the call expression.
/// Thread safety: none; a session belongs to one coroutine at a time.
class AsyncSession {
public:
    explicit AsyncSession(std::unique_ptr<detail::SessionCore> core) noexcept : core_(std::move(core)) {}
    AsyncSession(AsyncSession&&) noexcept = default;
    AsyncSession& operator=(AsyncSession&&) noexcept = default;

    // ---- objects (no I/O)

    /// Moves an object in; it is inserted at the next flush. What lies in its relationships comes along. Returns its handle.
    template <class T>
        requires(!std::is_lvalue_reference_v<T> && !std::is_const_v<T>)
    std::shared_ptr<T> add(T&& value) {
        return std::static_pointer_cast<T>(core_->add_value(detail::table_of<T>(), &value));
    }
    // Not `= delete`, which gives no reason.
    template <class T>
    std::shared_ptr<T> add(const T&) {
        static_assert(sizeof(T) == 0, "azoth: session.add() of an object you keep: move it in with std::move, or pass a handle; a copy would not be the object you hold");
        return nullptr;
    }
    template <class T>
    std::shared_ptr<T> add(T&) {
        static_assert(sizeof(T) == 0, "azoth: session.add() of an object you keep: move it in with std::move, or pass a handle; a copy would not be the object you hold");
        return nullptr;
    }
    /// Takes a handle: one of this session's, or any shared object that lies in no session. Errors: `ArgumentError` for another session's entity.
    template <class T>
    std::shared_ptr<T> add(const std::shared_ptr<T>& handle) {
        return std::static_pointer_cast<T>(core_->add_handle(detail::table_of<T>(), handle));
    }
    template <class T>
    std::shared_ptr<T> add(std::shared_ptr<T>& handle) {
        return add(std::as_const(handle));
    }
    template <class T>
    std::shared_ptr<T> add(std::shared_ptr<T>&& handle) {
        return add(std::as_const(handle));
    }
    /// Moves several objects in (or copies them from an lvalue). Returns their handles in order.
    template <class T>
    std::vector<std::shared_ptr<T>> add_all(std::vector<T> values) {
        std::vector<std::shared_ptr<T>> handles;
        handles.reserve(values.size());
        for (auto& value : values) handles.push_back(add(std::move(value)));
        return handles;
    }
    template <class T>
    void add_all(const std::vector<std::shared_ptr<T>>& handles) {
        for (const auto& handle : handles) add(handle);
    }
    /// Marks the entity; its row is deleted at the next flush, with what the cascades of its relationships name.
    template <class T>
    void remove(const std::shared_ptr<T>& handle) {
        core_->remove(detail::table_of<T>(), handle);
    }
    /// Lets go of an entity: pending becomes transient, persistent becomes detached.
    template <class T>
    void expunge(const std::shared_ptr<T>& handle) {
        core_->expunge(detail::table_of<T>(), handle);
    }
    /// Lets go of everything; memory is given back with the last handle.
    void expunge_all() { core_->expunge_all(); }
    /// The next query or get() that meets the entity rereads it.
    template <class T>
    void expire(const std::shared_ptr<T>& handle) {
        core_->expire(detail::table_of<T>(), handle);
    }
    void expire_all() { core_->expire_all(); }

    template <class T>
    bool contains(const std::shared_ptr<T>& handle) const {
        return core_->contains(detail::table_of<T>(), handle.get());
    }
    /// Would a flush write it?
    template <class T>
    bool is_modified(const std::shared_ptr<T>& handle) const {
        return core_->is_modified(detail::table_of<T>(), handle.get());
    }
    template <class T>
    ObjectState state(const std::shared_ptr<T>& handle) const {
        return core_->state(detail::table_of<T>(), handle);
    }
    std::vector<std::shared_ptr<void>> new_objects() const { return core_->new_objects(); }
    std::vector<std::shared_ptr<void>> dirty() const { return core_->dirty(); }
    std::vector<std::shared_ptr<void>> deleted() const { return core_->deleted(); }

    /// What a member was and is.
    template <class V>
    struct History {
        V old_value;
        V value;
        bool changed;
    };
    template <auto M>
    History<detail::member_type_t<M>> history(const std::shared_ptr<detail::member_owner_t<M>>& handle) const {
        History<detail::member_type_t<M>> result{{}, (*handle).*M, false};
        result.changed = core_->history(detail::table_of<detail::member_owner_t<M>>(), handle.get(), detail::column_of<M>(), &result.old_value);
        return result;
    }
    /// Writes the column at the next flush even if it looks unchanged or unset.
    template <auto M>
    void flag_modified(const std::shared_ptr<detail::member_owner_t<M>>& handle) {
        core_->flag_modified(detail::table_of<detail::member_owner_t<M>>(), handle.get(), detail::column_of<M>());
    }

    // ---- statements

    /// Runs a statement; flushes first when it reads tables with pending changes. Bulk UPDATE and DELETE expire the loaded entities of
    /// their table. *Round trips*: 1, plus one per level of eager loading.
    template <class S>
        requires requires { typename S::row_type; }
    awaitable<Result<typename S::row_type>> execute(const S& statement) {
        return typed<typename S::row_type>(core_->execute(statement.tape(), statement.execution()));
    }
    /// Inserts many objects without the unit of work: the fastest way in. They stay plain values. With returning(), columns or entities of the rows
    /// come back in the order of the objects; nothing is read back otherwise. An empty range does nothing. *Round trips*: 1 per chunk.
    template <class T, class... Items>
    awaitable<Result<Row<Items...>>> execute(const Insert<T, Items...>& statement, const std::vector<T>& values) {
        return typed<Row<Items...>>(core_->insert_many(statement.tape(), detail::table_of<T>(), values.data(), values.size(), sizeof(T), statement.execution()));
    }
    /// Writes every column but the key of many objects to the rows of their keys, without the unit of work; an empty range does nothing. A version
    /// counts up, and must be the one given. Loaded entities of these keys are expired. Errors: `StaleDataError` when a row is not there, with its
    /// number among those given. *Round trips*: 1.
    template <class T>
    awaitable<Result<Row<>>> execute(const Update<T>& statement, const std::vector<T>& values) {
        return typed<Row<>>(core_->update_many(statement.tape(), detail::table_of<T>(), values.data(), values.size(), sizeof(T), statement.execution()));
    }
    /// Inserts many objects without the unit of work, by the database's bulk protocol where it has one (PostgreSQL: COPY), inside the session's
    /// transaction. Otherwise as `execute(insert<T>(), values)`. Returns the number of rows. *Round trips*: 1 per chunk.
    template <class T>
    awaitable<std::int64_t> bulk_copy(const std::vector<T>& rows, ExecutionOptions options = {}) {
        return core_->copy_many(detail::table_of<T>(), rows.data(), rows.size(), sizeof(T), options);
    }
    /// The first item of the first row. Errors: `NoResultFound`.
    template <class S>
    auto scalar(const S& statement) {
        return first_scalar(execute(statement));
    }
    template <class S>
    auto scalars(const S& statement) {
        return all_scalars(execute(statement));
    }
    /// Rows as they come, in constant memory: see Stream.
    template <class S>
        requires requires { typename S::row_type; }
    awaitable<Stream<typename S::row_type>> stream(const S& statement) {
        return typed_stream<typename S::row_type>(core_->stream(statement.tape(), statement.execution()));
    }

    // ---- by key

    /// The entity with this primary key, or null. What was loaded in the current transaction is answered without SQL (and without
    /// autoflush). `key`: the value, or for composite keys `col<&T::a> = 1, col<&T::b> = 2`; then loading options or `with_for_update`.
    template <class T, class Key, class... Rest>
    awaitable<std::shared_ptr<T>> get(const Key& key, const Rest&... rest) {
        static_assert(detail::is_mapped<T>, "azoth: this struct is not mapped: give it `static constexpr auto mapping()` or specialise azoth::mapping_of for it");
        if constexpr (detail::is_mapped<T>) {
            detail::GetArguments<T> arguments;
            arguments.add(key);
            (arguments.add(rest), ...);
            return cast<T>(core_->get(detail::table_of<T>(), arguments.key(), std::move(arguments.options), arguments.lock, arguments.lock_flags));
        } else {
            return {};
        }
    }
    /// The same. Errors: `NoResultFound` when there is none.
    template <class T, class Key, class... Rest>
    awaitable<std::shared_ptr<T>> get_one(const Key& key, const Rest&... rest) {
        return required(get<T>(key, rest...));
    }

    /// Rereads the row and overwrites all members (or the named columns). Errors: `InvalidRequestError` when the row is gone.
    template <class T, class... C>
    awaitable<void> refresh(const std::shared_ptr<T>& handle, const C&...) {
        std::vector<const Column*> columns;
        bool lock = false;
        [[maybe_unused]] const auto note = [&]<class O>(const O*) {
            if constexpr (std::same_as<O, with_for_update_t>) {
                lock = true;
            } else {
                columns.push_back(&detail::column_of_handle(O{}));
            }
        };
        (note(static_cast<const C*>(nullptr)), ...);
        return core_->refresh(detail::table_of<T>(), handle, std::move(columns), lock);
    }
    /// Loads a relationship now, unless it is loaded: of one entity, or of a range of handles in one query.
    template <auto R>
    awaitable<void> load(const std::shared_ptr<detail::member_owner_t<R>>& handle) {
        return core_->load(detail::table_of<detail::member_owner_t<R>>(), {handle}, detail::load_tape<R>());
    }
    template <auto R>
    awaitable<void> load(const std::vector<std::shared_ptr<detail::member_owner_t<R>>>& handles) {
        return core_->load(detail::table_of<detail::member_owner_t<R>>(), std::vector<std::shared_ptr<void>>(handles.begin(), handles.end()), detail::load_tape<R>());
    }
    /// Copies an object's values onto the session's entity of the same key (loaded if needed, added if there is no row). Returns that entity;
    /// the given object stays outside.
    template <class T>
    awaitable<std::shared_ptr<T>> merge(const std::shared_ptr<T>& source) {
        return cast<T>(core_->merge(detail::table_of<T>(), source));
    }
    template <class T>
    awaitable<std::shared_ptr<T>> merge(const T& source) {
        return cast<T>(core_->merge(detail::table_of<T>(), std::make_shared<const T>(source)));
    }
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    template <class T>
        requires(!std::is_lvalue_reference_v<T>)
    awaitable<std::shared_ptr<T>> merge(T&&) = delete;  // g++ 12 destroys a temporary struct inside co_await twice: name the struct first
#endif

    // ---- transactions

    /// Writes everything pending. All or nothing: a failure rolls the transaction (or innermost savepoint) back.
    awaitable<void> flush() { return core_->flush(); }
    /// Flushes and commits, from inside savepoints too. Entities keep their values and are reread when next met by a query.
    awaitable<void> commit() { return core_->commit(); }
    /// Rolls the whole transaction back and restores the objects to what they were before it.
    awaitable<void> rollback() { return core_->rollback(); }
    /// Rolls back, lets go of all entities and gives the connection back. The session cannot be used again.
    awaitable<void> close() { return core_->close(); }
    /// Closes the database connection at once, without a word to the server, and lets go of all entities: for when the connection cannot be trusted
    /// any more. What was not committed is gone. The session may be used again, on another connection. No I/O.
    /// Errors: `ConcurrentUseError` while an operation is under way.
    void invalidate() { core_->invalidate(); }

    /// Begins a transaction explicitly; leaving the guard's scope without commit() rolls back.
    /// Errors: `InvalidRequestError` when one has begun, also by a statement.
    awaitable<AsyncSessionTransaction> begin(TransactionOptions options = {}) { return AsyncSessionTransaction::start(*core_, options); }
    /// Flushes, then sets a savepoint; leaving the guard's scope without commit() rolls back to it.
    awaitable<AsyncSessionTransaction> begin_nested() { return AsyncSessionTransaction::start_nested(*core_); }
    bool in_transaction() const noexcept { return core_->in_transaction(); }
    bool in_nested_transaction() const noexcept { return core_->in_nested_transaction(); }
    /// False between a failed flush and rollback().
    bool is_active() const noexcept { return core_->is_active(); }

    /// Turns autoflush off for its lifetime.
    class NoAutoflush {
    public:
        explicit NoAutoflush(detail::SessionCore& core) noexcept : core_(&core), before_(core.autoflush()) { core.set_autoflush(false); }
        NoAutoflush(const NoAutoflush&) = delete;
        NoAutoflush& operator=(const NoAutoflush&) = delete;
        ~NoAutoflush() { core_->set_autoflush(before_); }

    private:
        detail::SessionCore* core_;
        bool before_;
    };
    [[nodiscard]] NoAutoflush no_autoflush() noexcept { return NoAutoflush(*core_); }

private:
    template <class R>
    static awaitable<Result<R>> typed(awaitable<detail::RowSource> rows) {
        co_return Result<R>(co_await std::move(rows));
    }
    template <class R>
    static awaitable<Stream<R>> typed_stream(awaitable<std::unique_ptr<detail::StreamCore>> stream) {
        co_return Stream<R>(co_await std::move(stream));
    }
    template <class T>
    static awaitable<std::shared_ptr<T>> cast(awaitable<std::shared_ptr<void>> handle) {
        co_return std::static_pointer_cast<T>(co_await std::move(handle));
    }
    template <class T>
    static awaitable<std::shared_ptr<T>> required(awaitable<std::shared_ptr<T>> handle) {
        auto found = co_await std::move(handle);
        if (found == nullptr) detail::throw_no_result_found("get_one(): there is no " + std::string(detail::type_name<T>()) + " with this primary key");
        co_return found;
    }
    template <class R, class V = std::decay_t<decltype(std::declval<Result<R>&>().scalar())>>
    static awaitable<V> first_scalar(awaitable<Result<R>> rows) {
        auto result = co_await std::move(rows);
        co_return result.scalar();
    }
    template <class R, class V = std::decay_t<decltype(std::declval<Result<R>&>().scalars())>>
    static awaitable<V> all_scalars(awaitable<Result<R>> rows) {
        auto result = co_await std::move(rows);
        co_return result.scalars();
    }

    std::unique_ptr<detail::SessionCore> core_;
};

}  // namespace azoth
