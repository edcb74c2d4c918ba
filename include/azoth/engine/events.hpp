// Observer: what users see of statements, transactions and the pool while they happen.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

namespace azoth {

struct UrlParts;

/// One statement that ran, or failed.
struct StatementEvent {
    std::string_view sql;
    /// The values as text, "[1, 'ada']" a row; empty when `EngineOptions::hide_parameters` (the default) hides them. Long ones are cut short.
    std::string_view values;
    bool values_hidden = true;
    std::size_t executions = 1;       ///< rows of values it ran with
    std::size_t batch_size = 1;       ///< statements that travelled together with it, itself included
    std::int64_t rowcount = -1;       ///< rows matched, or rows returned by a query; -1 = not known
    std::chrono::nanoseconds duration{};  ///< of the whole batch
    std::exception_ptr error{};       ///< what it failed with, if it did
};

enum class TransactionAction : std::uint8_t { begin, commit, rollback, savepoint, release_savepoint, rollback_to_savepoint };

/// The "COMMIT" of an action, for logs.
const char* to_string(TransactionAction action) noexcept;

/// One step of a transaction that the database carried out, or refused.
struct TransactionEvent {
    TransactionAction action = TransactionAction::begin;
    std::string_view sql;
    std::exception_ptr error{};
};

enum class PoolAction : std::uint8_t {
    connect,         ///< a connection was made
    connect_failed,
    checkout,        ///< handed to a user
    checkin,         ///< given back
    reset,           ///< rolled back behind the scenes, because it came back with a transaction open
    close,
    timeout,         ///< somebody waited in vain
};

const char* to_string(PoolAction action) noexcept;

struct PoolEvent {
    PoolAction action = PoolAction::connect;
    std::exception_ptr error{};
};

/// Watches an engine. Override what is of interest.
///
/// Executor: called on the thread that runs the operation, between its end and the caller's resumption: be quick.
/// Errors: an exception that leaves an observer is reported on stderr and otherwise ignored; the operation is not harmed.
/// Thread safety: called from every thread that uses the engine, also at the same time.
/// Lifetimes: views in events are valid during the call.
class Observer {
public:
    virtual ~Observer();
    virtual void on_statement(const StatementEvent& event) { (void)event; }
    virtual void on_transaction(const TransactionEvent& event) { (void)event; }
    virtual void on_pool(const PoolEvent& event) { (void)event; }
    /// Before each connect, of the pool and of `multiplexed()`: may change where it goes and how it logs in, with a password that is a short-lived
    /// token for example. The engine's own URL stays as it is; `dialect` may not change. What blocks here blocks the thread: have tokens ready.
    /// Errors: an exception that leaves it fails the connect, unlike those of the others; one that is no azoth::Error becomes an `OperationalError`.
    virtual void before_connect(UrlParts& url) { (void)url; }
};

}  // namespace azoth
