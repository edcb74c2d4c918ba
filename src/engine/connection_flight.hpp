// An operation of a ConnectionCore while it is under way.
#pragma once

#include <azoth/engine/connection_core.hpp>

#include <azoth/base/error.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <utility>

namespace azoth::detail {

/// What was put around the caller's statements.
struct ConnectionCore::Flight {
    std::size_t prefix = 0;       ///< items ahead of the caller's
    std::size_t begin_items = 0;  ///< how many of them BEGIN takes
    bool commit = false;          ///< the last item is COMMIT
    bool autocommit = false;
    bool copy = false;            ///< by DriverConnection::copy
    bool untried = false;         ///< the first batch on a connection that others have used before
    bool outcome_known = false;   ///< COMMIT was not answered, but the server has been asked since
    std::chrono::steady_clock::time_point start{};  ///< when somebody observes
};

/// Hands the batch to the connection by the way that is meant for it.
inline awaitable<Batch> send(DriverConnection& connection, Batch batch, bool copy) {
    return copy ? connection.copy(std::move(batch)) : connection.execute(std::move(batch));
}

inline bool is_lost(const std::exception_ptr& error) noexcept {
    try {
        if (error) std::rethrow_exception(error);
    } catch (const ConnectionLost&) {
        return true;
    } catch (...) {
    }
    return false;
}

/// Marks the core as busy. When the coroutine goes without having seen the end of what it awaits, for whatever reason, the
/// transaction is doomed: nobody knows how far the database got.
class ConnectionCore::Busy {
public:
    explicit Busy(ConnectionCore& core) : core_(core) {
        if (core.busy_.exchange(true, std::memory_order_acquire)) {
            throw_concurrent_use("this connection or session is used by another operation that has not ended; use one for each coroutine at a time");
        }
    }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    ~Busy() {
        if (flying_) core_.failed(error_, autocommit_, true);
        core_.busy_.store(false, std::memory_order_release);
        core_.settle();
    }

    void take_off(bool autocommit) noexcept {
        flying_ = true;
        autocommit_ = autocommit;
    }
    void crash(std::exception_ptr error) noexcept { error_ = std::move(error); }
    void land() noexcept { flying_ = false; }

private:
    ConnectionCore& core_;
    bool flying_ = false;
    bool autocommit_ = false;
    std::exception_ptr error_;
};

}  // namespace azoth::detail
