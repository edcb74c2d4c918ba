// AsyncTransaction: the guard of a connection's transaction or savepoint.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/engine/transaction_state.hpp>

#include <memory>

namespace azoth {

namespace detail {
class ConnectionCore;
}

/// From `AsyncConnection::begin()` and `begin_nested()`. Leaving its scope without commit() rolls back: the SQL travels ahead of the
/// connection's next statement. Lifetimes: may outlive its connection, and then does nothing. Thread safety: that of its connection.
class [[nodiscard]] AsyncTransaction {
public:
    AsyncTransaction(const std::shared_ptr<detail::ConnectionCore>& core, detail::TransactionToken token) noexcept;
    AsyncTransaction(AsyncTransaction&& other) noexcept;
    AsyncTransaction& operator=(AsyncTransaction&& other) noexcept;
    ~AsyncTransaction();

    /// Commits; a savepoint's work is kept and belongs to the transaction around it.
    /// Errors: `InvalidRequestError` when it has ended; otherwise as `AsyncConnection::commit`. Round trips: 1; of a savepoint 0.
    awaitable<void> commit();
    /// Undoes its work; does nothing when it has ended. Round trips: 1; 0 when no statement ran in it.
    awaitable<void> rollback();
    /// Neither ended nor failed.
    bool is_active() const noexcept;

private:
    std::weak_ptr<detail::ConnectionCore> core_;
    detail::TransactionToken token_;
};

}  // namespace azoth
