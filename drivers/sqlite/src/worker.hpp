// Worker: a connection's thread, and the operations waiting for it.
#pragma once

#include "operation.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

namespace azoth::sqlite::detail {

/// A turn of a busy wait.
void relax() noexcept;
/// How long either side looks for the other before it sleeps. Zero on a machine where looking keeps the other from
/// working.
std::chrono::nanoseconds spin_time() noexcept;

/// The thread is detached and owns the worker; it ends by itself, after close(), and closes the database.
/// Thread safety: may be called from any thread.
class Worker : public std::enable_shared_from_this<Worker> {
public:
    explicit Worker(std::size_t statement_cache_size) noexcept : database_(statement_cache_size) {}

    /// Errors: std::system_error when the system has no thread left.
    void start();

    enum class Submitted : std::uint8_t { refused, to_waking, to_sleeping };
    /// Operations run in the order given. Refused after close().
    Submitted submit(std::shared_ptr<Operation> operation);
    /// Stops what is running and what waits, with `ConnectionLost`. Does not wait.
    void close() noexcept;
    /// For the owner, when every operation is answered and no cursor is open.
    sqlite3* handle() const noexcept { return database_.handle(); }
    /// Has abandoned cursors finalised soon.
    void sweep() noexcept;

private:
    void run() noexcept;
    std::shared_ptr<Operation> next(bool spin) noexcept;
    void perform(Operation& operation) noexcept;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::shared_ptr<Operation>> queue_;
    std::shared_ptr<Operation> current_;
    bool sleeping_ = false;
    bool closing_ = false;
    bool sweeping_ = false;
    std::atomic<bool> called_{false};  // something of the above is waiting to be seen

    Database database_;  // the thread's own
};

}  // namespace azoth::sqlite::detail
