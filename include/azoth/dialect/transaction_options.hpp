// How a transaction is begun: isolation and characteristics.
#pragma once

#include <cstdint>
#include <type_traits>

namespace azoth {

/// Isolation of a transaction.
enum class Isolation : std::uint8_t {
    server_default,    ///< whatever the server or the engine's option says
    read_uncommitted,
    read_committed,
    repeatable_read,
    serializable,
    autocommit,        ///< no transaction: every statement is committed by itself
};

/// Options of one transaction. Trivially destructible, so that it may be written inside a co_await expression on g++ 12.
struct TransactionOptions {
    /// Default: the engine's `isolation_level`. Raise it for transactions that read, decide and write; expect retries then.
    Isolation isolation = Isolation::server_default;
    /// Default: false. True lets the database refuse writes (and spare itself some locks).
    bool read_only = false;
    /// Default: false. PostgreSQL, with serializable and read_only: wait for a moment at which no retry can become necessary.
    bool deferrable = false;

    bool operator==(const TransactionOptions&) const = default;
};
static_assert(std::is_trivially_destructible_v<TransactionOptions>);

}  // namespace azoth
