// Multiplexed: independent reads from many coroutines over few connections.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/engine/connection.hpp>
#include <azoth/engine/raw_result.hpp>
#include <azoth/engine/result.hpp>
#include <azoth/sql/execution_options.hpp>

#include <memory>
#include <utility>

namespace azoth {

namespace detail {

class Multiplexer;
awaitable<RawResult> execute(Multiplexer& reads, FlatStatement statement, const ExecutionOptions& options);

}  // namespace detail

/// From `engine.multiplexed()`. Reads that come while others are under way travel together: many coroutines need few connections and few
/// round trips. Each read stands alone, committed by itself: what one fails with the others do not see, nor do two reads see one snapshot.
///
/// Connections come from the pool, at most `pool_size` of them and usually one, and go back when there was nothing to read for a moment.
/// The database refuses writes on them.
/// Lifetimes: copies share the connections; keeps what it needs of the engine.
/// Thread safety: every function may be called from any thread, at the same time.
class Multiplexed {
public:
    explicit Multiplexed(std::shared_ptr<detail::Multiplexer> core) noexcept : core_(std::move(core)) {}

    /// Runs a SELECT, or a `text()` that reads. Returns its rows, all of them in memory.
    /// Errors: what the database reports of this statement; `InvalidRequestError` for statements that write, and for locking reads;
    /// `StatementTimeout`; `ConnectionLost` when the connection was lost twice in a row; `PoolTimeoutError`.
    /// Executor: resumes on the awaiting coroutine's executor. Cancellation: at once; reads of others that travel with it are not harmed.
    /// Lifetimes: statement and values are copied before it returns its awaitable. Round trips: 1 at most.
    template <class S>
        requires requires { typename S::row_type; }
    awaitable<Result<typename S::row_type>> execute(const S& statement) const {
        detail::check_core_statement<typename S::row_type>();
        return detail::typed_result<typename S::row_type>(detail::execute(*core_, detail::flatten(statement.tape()), statement.execution()));
    }

private:
    std::shared_ptr<detail::Multiplexer> core_;
};

}  // namespace azoth
