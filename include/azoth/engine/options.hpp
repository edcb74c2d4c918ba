// EngineOptions: everything that can be set about an engine and its pool.
#pragma once

#include <azoth/dialect/transaction_options.hpp>
#include <azoth/sql/execution_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace azoth {

/// What happens to a connection that comes back with a transaction open. There is no third way: a connection reaches its next user clean.
enum class ResetOnReturn : std::uint8_t {
    rollback,  ///< a ROLLBACK is sent behind the scenes; the connection stays in the pool when it succeeds
    close,     ///< the connection is closed, which rolls back as well
};

/// Options of `create_async_engine`. Trivially destructible.
struct EngineOptions {
    /// Default: false. True prints every statement with the time it took to stderr, and its values unless `hide_parameters`.
    bool echo = false;

    /// Default: true. False keeps no connection: one is opened for each checkout, without limit, and closed when it comes back. For short programs and
    /// behind a pooling proxy. The other pool options then do nothing, and an in-memory SQLite database stays what it is: one connection.
    bool pooling = true;
    /// Default: 5 connections kept open. 0 = no limit, all are kept, `max_overflow` is ignored. Raise it to what the database can serve at once.
    int pool_size = 5;
    /// Default: 10 further connections under load, closed when they come back. 0 = none; -1 = no limit.
    int max_overflow = 10;
    /// Default: 30 s of waiting for a connection, then `PoolTimeoutError`, or the server's error if it refuses connections. 0 = fail at once. Lower it to shed load early.
    std::chrono::milliseconds pool_timeout{30000};
    /// Default: -1. A connection older than this is replaced when it is next taken from the pool; 0 or less = never.
    /// Set it below the idle timeout of proxies and servers between (MySQL: wait_timeout).
    std::chrono::milliseconds pool_recycle{-1};
    /// Default: false. A connection that died while it idled is replaced unseen. Costs nothing in-process, no round trip elsewhere.
    bool pool_pre_ping = false;
    /// Default: true, the connection used last goes out first, so that surplus ones age out. False: in turn.
    bool pool_use_lifo = true;
    /// Default: rollback. `close` suits proxies that cannot be trusted with a late ROLLBACK.
    ResetOnReturn pool_reset_on_return = ResetOnReturn::rollback;

    /// Default: 2 connections for `multiplexed()`, beside the pool's, opened when they are needed. More let further reads pass slow ones.
    int multiplexed_connections = 2;

    /// Default: 10 s for a whole connect, with name resolution and login. 0 = no limit.
    std::chrono::milliseconds connect_timeout{10000};
    /// Default: 0 = no limit. A statement that runs longer ends with `StatementTimeout`. Set it in services, above the slowest honest query.
    std::chrono::milliseconds statement_timeout{0};
    /// Default: the server's. `autocommit`: statements are committed one by one unless a transaction is begun explicitly.
    Isolation isolation_level = Isolation::server_default;

    /// Default: true, values never appear in logs and events. False shows them in echo and to observers: for debugging.
    bool hide_parameters = true;

    /// Default: 500 statement shapes kept rendered. 0 = none, each execution renders anew. Raise it when a program has more shapes than that.
    std::size_t query_cache_size = 500;
    /// Default: 256 prepared statements kept on each connection. 0 = none, for servers and proxies that cannot keep them.
    std::size_t statement_cache_size = 256;
};
static_assert(std::is_trivially_destructible_v<EngineOptions>);

}  // namespace azoth
