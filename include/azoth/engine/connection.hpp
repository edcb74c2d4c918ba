// AsyncConnection: SQL on one connection, without a session.
#pragma once

#include <azoth/engine/raw_result.hpp>
#include <azoth/engine/result.hpp>
#include <azoth/engine/row_stream.hpp>
#include <azoth/engine/transaction.hpp>
#include <azoth/schema/table_of.hpp>

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace azoth {

class Metadata;
template <class T, class... Items>
class Insert;
template <class T, class... Items>
class Update;

namespace detail {

template <class R>
inline constexpr bool selects_entities = false;
template <class... Items>
inline constexpr bool selects_entities<Row<Items...>> = ((ItemReader<Items>::entities != 0) || ...);

template <class R>
awaitable<Result<R>> typed_result(awaitable<RawResult> raw) {
    co_return Result<R>(row_source(co_await std::move(raw)));
}

template <class R>
constexpr void check_core_statement() {
    static_assert(!selects_entities<R>, "azoth: a connection has no identity map: select columns, use untracked(), or execute through an AsyncSession");
}

}  // namespace detail

/// From `engine.connect()` and `engine.begin()`. The first statement begins a transaction; nothing is committed unless asked.
/// Closing, or leaving the scope, gives the connection back and rolls back what was not committed.
///
/// Errors: what the database reports, with the SQL attached; `PendingRollbackError` when a failed transaction takes nothing but
/// `rollback()`; `ConcurrentUseError` for a second operation while one is under way; `ResourceClosedError` after `close()`.
/// Cancellation: an operation ends with `operation_aborted`, and an open transaction then takes nothing but `rollback()`.
/// Lifetimes: statements and values are copied before a function returns its awaitable.
/// Thread safety: one coroutine at a time.
class AsyncConnection {
public:
    explicit AsyncConnection(std::shared_ptr<detail::ConnectionCore> core) noexcept;
    AsyncConnection(AsyncConnection&& other) noexcept;
    AsyncConnection& operator=(AsyncConnection&& other) noexcept;
    ~AsyncConnection();

    /// Runs a statement. Returns its rows, all of them in memory. Round trips: 1.
    template <class S>
        requires requires { typename S::row_type; }
    awaitable<Result<typename S::row_type>> execute(const S& statement) {
        detail::check_core_statement<typename S::row_type>();
        return detail::typed_result<typename S::row_type>(detail::execute(core(), detail::flatten(statement.tape()), statement.execution()));
    }
    /// Inserts many objects; an empty range does nothing. With returning(), the rows that come back are in the order of the objects.
    /// Round trips: 1 per chunk.
    template <class T, class... Items>
    awaitable<Result<Row<Items...>>> execute(const Insert<T, Items...>& statement, const std::vector<T>& values) {
        detail::check_core_statement<Row<Items...>>();
        return detail::typed_result<Row<Items...>>(
            detail::insert_many(core(), statement.tape(), detail::table_of<T>(), values.data(), values.size(), sizeof(T), statement.execution()));
    }
    /// Writes every column but the key of many objects to the rows of their keys; an empty range does nothing. A version counts up, and must be the
    /// one given. Errors: `StaleDataError` when a row is not there, with its number among those given. Round trips: 1.
    template <class T>
    awaitable<Result<Row<>>> execute(const Update<T>& statement, const std::vector<T>& values) {
        return detail::typed_result<Row<>>(
            detail::update_many(core(), statement.tape(), detail::table_of<T>(), values.data(), values.size(), sizeof(T), statement.execution()));
    }
    /// Inserts many objects by the database's bulk protocol where it has one (PostgreSQL: COPY), inside the transaction like any statement. Default
    /// factories and server defaults work as in `execute(insert<T>(), values)`. Returns the number of rows. Round trips: 1 per chunk.
    template <class T>
    awaitable<std::int64_t> bulk_copy(const std::vector<T>& rows, ExecutionOptions options = {}) {
        return row_count(detail::copy_many(core(), detail::table_of<T>(), rows.data(), rows.size(), sizeof(T), options));
    }
    /// The first item of the first row. Errors: `NoResultFound`.
    template <class S>
    auto scalar(const S& statement) {
        return first_scalar(execute(statement));
    }
    /// Rows as they come, in constant memory. Commit, rollback and close end the stream.
    template <class S>
        requires requires { typename S::row_type; }
    awaitable<RowStream<typename S::row_type>> stream(const S& statement) {
        detail::check_core_statement<typename S::row_type>();
        return typed_stream<typename S::row_type>(detail::open_stream(core(), detail::flatten(statement.tape()), statement.execution()));
    }
    /// Runs SQL text as it is, without binds. Returns the number of rows matched, -1 when it does not match any.
    awaitable<std::int64_t> run_text(std::string_view sql, ExecutionOptions options = {});

    /// Begins a transaction. Errors: `InvalidRequestError` when one has begun, also by a statement. Round trips: 0.
    awaitable<AsyncTransaction> begin(TransactionOptions options = {});
    /// Sets a savepoint. Round trips: 0.
    awaitable<AsyncTransaction> begin_nested();
    /// Commits; without a transaction it does nothing. Errors: what COMMIT reports; `CommitOutcomeUnknown`. Round trips: 1.
    awaitable<void> commit();
    /// Rolls back; without a transaction it does nothing. Round trips: 1.
    awaitable<void> rollback();
    bool in_transaction() const noexcept;
    bool in_nested_transaction() const noexcept;

    /// Creates the tables of the model in dependency order; with `checkfirst` those that are not there yet.
    awaitable<void> create_all(const Metadata& metadata, bool checkfirst = true);
    /// Drops the tables of the model, referring ones first; with `checkfirst` those that are there.
    awaitable<void> drop_all(const Metadata& metadata, bool checkfirst = true);

    /// Closes the database connection at once. The next statement takes another one, after `rollback()` if a transaction had begun.
    void invalidate() noexcept;
    /// Gives the connection back. May be called twice.
    awaitable<void> close();
    bool closed() const noexcept;

    /// The C library's own handle, for what azoth has no words for: `connection.native_handle<PGconn>()`, `<MYSQL>()`, `<sqlite3>()`. Null for another
    /// driver's type, while an operation is under way, and when there is no connection now. Lifetimes: until the next operation of this object. What is done
    /// with it must leave the connection as it was: no transaction begun or ended, nothing left unread, settings put back.
    template <class Handle>
    Handle* native_handle() const noexcept {
        return core_ ? static_cast<Handle*>(core_->native_handle(&detail::type_tag<Handle>)) : nullptr;
    }

    const std::shared_ptr<detail::ConnectionCore>& core_ptr() const noexcept { return core_; }

private:
    detail::ConnectionCore& core() const;

    static awaitable<std::int64_t> row_count(awaitable<detail::RawResult> result) {
        const auto counted = co_await std::move(result);
        co_return counted.rowcount;
    }
    template <class R, class V = std::decay_t<decltype(std::declval<Result<R>&>().scalar())>>
    static awaitable<V> first_scalar(awaitable<Result<R>> rows) {
        auto result = co_await std::move(rows);
        co_return result.scalar();
    }
    template <class R>
    static awaitable<RowStream<R>> typed_stream(awaitable<detail::RawStream> raw) {
        co_return RowStream<R>(co_await std::move(raw));
    }

    std::shared_ptr<detail::ConnectionCore> core_;
};

}  // namespace azoth
