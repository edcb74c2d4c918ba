// AsyncEngine: a database and the pool of connections to it.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/driver/url.hpp>
#include <azoth/engine/events.hpp>
#include <azoth/engine/options.hpp>
#include <azoth/engine/pool_status.hpp>

#include <memory>
#include <string_view>

namespace azoth {

class AsyncConnection;
class Dialect;
class Multiplexed;
class NotificationStream;
namespace detail {
class EngineCore;
}

/// The pool, to look at.
class PoolView {
public:
    /// Counts at this moment. Thread safety: safe.
    PoolStatus status() const;

private:
    friend class AsyncEngine;
    explicit PoolView(std::shared_ptr<detail::EngineCore> core) noexcept;
    std::shared_ptr<detail::EngineCore> core_;
};

/// A cheap handle: copies share one pool. Made by `create_async_engine`.
/// Lifetimes: connections and sessions keep what they need; the handle may go first, and so may the execution context.
/// Thread safety: every function may be called from any thread, at the same time.
class AsyncEngine {
public:
    explicit AsyncEngine(std::shared_ptr<detail::EngineCore> core) noexcept;

    /// Takes a connection from the pool, or opens one.
    /// Errors: `PoolTimeoutError`, `OperationalError` and its kin.
    /// Executor: the connection works on the executor of the coroutine that uses it.
    /// Cancellation: the place in the queue is given up; a connect under way goes on for whoever waits then.
    /// Round trips: 0 with a free connection.
    awaitable<AsyncConnection> connect() const;
    /// connect() with a transaction begun. Leaving the connection's scope without `commit()` rolls back.
    /// Round trips: 0; BEGIN travels with the first statement.
    awaitable<AsyncConnection> begin(TransactionOptions options = {}) const;

    /// Listens on a channel (PostgreSQL LISTEN), over a connection of the pool that is held until the stream goes.
    /// `channel`: its exact name, taken as an identifier: not folded to lower case.
    /// Errors: `NotSupportedError` where there are no notifications; `ArgumentError` for a name that cannot be; as connect().
    /// Cancellation: as connect(). Round trips: 1.
    awaitable<NotificationStream> listen(std::string_view channel) const;

    /// Reads of many coroutines over few shared connections, beside the pool. Include <azoth/engine/multiplexed.hpp> or <azoth/azoth.hpp>.
    Multiplexed multiplexed() const;

    /// Closes idle connections now, those in use when they come back. May be called again; the engine can be used afterwards.
    awaitable<void> dispose() const;

    PoolView pool() const;
    const Url& url() const noexcept;
    const Dialect& dialect() const noexcept;
    const EngineOptions& options() const noexcept;
    /// Registers an observer, for the engine's lifetime.
    void observe(std::shared_ptr<Observer> observer) const;

    const std::shared_ptr<detail::EngineCore>& core() const noexcept { return core_; }

private:
    std::shared_ptr<detail::EngineCore> core_;
};

/// Makes an engine. Nothing is connected before the first use.
/// `executor`: where work that no coroutine waits for may run until a coroutine has used the engine.
/// Errors: `ArgumentError` for a bad URL, an unknown dialect or option, an option out of range.
AsyncEngine create_async_engine(const boost::asio::any_io_executor& executor, std::string_view url, const EngineOptions& options = {});
AsyncEngine create_async_engine(const boost::asio::any_io_executor& executor, const Url& url, const EngineOptions& options = {});

}  // namespace azoth
