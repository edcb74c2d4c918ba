// AsyncSession: identity map and unit of work over one engine; the typed face of SessionCore.
#pragma once

#include <azoth/dialect/transaction_options.hpp>
#include <azoth/driver/awaitable.hpp>
#include <azoth/engine/result.hpp>
#include <azoth/orm/get_arguments.hpp>
#include <azoth/orm/load_options.hpp>
#include <azoth/orm/many.hpp>
#include <azoth/orm/one.hpp>
#include <azoth/orm/session_events.hpp>
#include <azoth/orm/session_transaction.hpp>
#include <azoth/orm/stream.hpp>
#include <azoth/sql/sql.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <source_location>
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
class AsyncSession : public SessionObjects {
public:
    explicit AsyncSession(std::unique_ptr<detail::SessionCore> core) noexcept : SessionObjects(*core), owner_(std::move(core)) {}
    AsyncSession(AsyncSession&&) noexcept = default;
    AsyncSession& operator=(AsyncSession&&) noexcept = default;

    /// Registers an observer, for the session's lifetime.
    void observe(std::shared_ptr<SessionObserver> observer) { core_->observe(std::move(observer)); }

    /// Options of every query that the session runs from now on, eager loads included: with_loader_criteria, for soft deletes and tenants.
    template <class... O>
    void default_options(const O&... options) {
        static_assert((std::same_as<O, EntityCriteria> && ...), "azoth: default_options() takes with_loader_criteria<T>(...)");
        (core_->narrow(options), ...);
    }

    // ---- statements

    /// Runs a statement; flushes first when it reads tables with pending changes. What bulk UPDATE and DELETE do to loaded
    /// objects: see SynchronizeSession. *Round trips*: 1, plus one per level of eager loading.
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
    /// `where`: leave it out; it names the call to the watch for N+1 queries, which counts calls without options.
    template <class T, class Key>
    awaitable<std::shared_ptr<T>> get(const Key& key, std::source_location where = std::source_location::current()) {
        static_assert(detail::is_mapped<T>, "azoth: this struct is not mapped: give it `static constexpr auto mapping()` or specialise azoth::mapping_of for it");
        if constexpr (detail::is_mapped<T>) {
            detail::GetArguments<T> arguments;
            arguments.add(key);
            return cast<T>(core_->get(detail::table_of<T>(), arguments.key(), std::move(arguments.options), arguments.lock, arguments.lock_flags, where));
        } else {
            return {};
        }
    }
    template <class T, class Key, class... Rest>
        requires(sizeof...(Rest) > 0 && !(std::same_as<Rest, std::source_location> || ...))
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
    template <class T, class Key>
    awaitable<std::shared_ptr<T>> get_one(const Key& key, std::source_location where = std::source_location::current()) {
        return required(get<T>(key, where));
    }
    template <class T, class Key, class... Rest>
        requires(sizeof...(Rest) > 0 && !(std::same_as<Rest, std::source_location> || ...))
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
    /// Loads a relationship or a deferred<T> member now, unless it is loaded: of one entity, or of a range of handles in one query.
    /// `where`: leave it out. `options`, for relationships: with_loader_criteria. Errors: `InvalidRequestError` when the row of a deferred
    /// member is gone.
    template <auto R>
    awaitable<void> load(const std::shared_ptr<detail::member_owner_t<R>>& handle, std::source_location where = std::source_location::current()) {
        return load_member<R>({handle}, where);
    }
    template <auto R>
    awaitable<void> load(const std::vector<std::shared_ptr<detail::member_owner_t<R>>>& handles, std::source_location where = std::source_location::current()) {
        return load_member<R>(std::vector<std::shared_ptr<void>>(handles.begin(), handles.end()), where);
    }
    template <auto R, class... O>
        requires(sizeof...(O) > 0 && !(std::same_as<O, std::source_location> || ...))
    awaitable<void> load(const std::shared_ptr<detail::member_owner_t<R>>& handle, const O&... options) {
        return core_->load(detail::table_of<detail::member_owner_t<R>>(), {handle}, detail::load_tape<R>(options...));
    }
    template <auto R, class... O>
        requires(sizeof...(O) > 0 && !(std::same_as<O, std::source_location> || ...))
    awaitable<void> load(const std::vector<std::shared_ptr<detail::member_owner_t<R>>>& handles, const O&... options) {
        return core_->load(detail::table_of<detail::member_owner_t<R>>(), std::vector<std::shared_ptr<void>>(handles.begin(), handles.end()), detail::load_tape<R>(options...));
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
    template <auto R>
    awaitable<void> load_member(std::vector<std::shared_ptr<void>> handles, std::source_location where) {
        const Table& table = detail::table_of<detail::member_owner_t<R>>();
        if constexpr (detail::is_deferred_v<detail::member_type_t<R>>) {
            return core_->load_column(table, std::move(handles), detail::column_of<R>(), where);
        } else {
            return core_->load(table, std::move(handles), detail::load_tape<R>(), where);
        }
    }
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

    std::unique_ptr<detail::SessionCore> owner_;
};

}  // namespace azoth
