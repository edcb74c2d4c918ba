// Multiplexed: independent reads from many coroutines over few connections.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/engine/connection.hpp>
#include <azoth/engine/raw_result.hpp>
#include <azoth/engine/result.hpp>
#include <azoth/sql/execution_options.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace azoth {

namespace detail {

/// A statement that nobody needs any more gives its tape away.
template <class S>
FlatStatement flat_of(S&& statement) {
    if constexpr (requires { std::forward<S>(statement).take_tape(); }) {
        return flatten(std::forward<S>(statement).take_tape());
    } else {
        return flatten(statement.tape());
    }
}

/// Runs a read over the engine's shared connections.
awaitable<RawResult> execute_multiplexed(std::shared_ptr<EngineCore> engine, FlatStatement statement, ExecutionOptions options);

}  // namespace detail

/// From `engine.multiplexed()`. Reads that come while others are under way travel together: many coroutines need few connections and few
/// round trips. Each read stands alone, outside any transaction: an error is its own, and two reads do not see one snapshot.
///
/// The connections are the engine's own, beside the pool, at most `EngineOptions::multiplexed_connections`. The database refuses to write on
/// them. PostgreSQL: reads that travel together are one pipeline with one Sync. MariaDB and SQLite have no pipelines: there they run one
/// after the other. A database in memory has a single connection, which is taken from the pool for each read.
/// Reads that travel together are answered together, so slow ones should not be among them.
/// Lifetimes: keeps the engine's core alive; copies, and all that `multiplexed()` returns, share the same connections.
/// Thread safety: every function may be called from any thread, at the same time.
class Multiplexed {
public:
    explicit Multiplexed(std::shared_ptr<detail::EngineCore> core) noexcept : core_(std::move(core)) {}

    /// Runs a SELECT. Returns its rows, all of them in memory.
    /// Errors: what the database reports of this statement; `ArgumentError` for what writes or locks, and for `text()`, which could be
    /// anything; `StatementTimeout`; `ConnectionLost` when the connection was lost twice (a read is asked again once); what connecting
    /// reports; that the execution context has ended.
    /// Executor: resumes on the awaiting coroutine's executor. Reads travel on the context of one of those who wait.
    /// Cancellation: at once. The statement goes on unobserved as long as somebody waits for another of its batch, and nobody else notices.
    /// Lifetimes: statement and values are copied before it returns its awaitable.
    /// Thread safety: safe. Round trips: 1 at most, shared; MariaDB: 1 for each read, and 1 to end them.
    template <class S>
        requires requires { typename std::remove_cvref_t<S>::row_type; }
    awaitable<Result<typename std::remove_cvref_t<S>::row_type>> execute(S&& statement) const {
        using R = typename std::remove_cvref_t<S>::row_type;
        detail::check_core_statement<R>();
        const ExecutionOptions options = statement.execution();
        return detail::typed_result<R>(detail::execute_multiplexed(core_, detail::flat_of(std::forward<S>(statement)), options));
    }

private:
    std::shared_ptr<detail::EngineCore> core_;
};

}  // namespace azoth
