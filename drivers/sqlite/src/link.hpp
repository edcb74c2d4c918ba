// Link: the caller's side of a worker, and the decision when to look busily for an answer instead of suspending.
#pragma once

#include "worker.hpp"

#include <cstdint>
#include <memory>

namespace azoth::sqlite::detail {

/// Shared by a connection, its cursors and the coroutines that wait for either, so each may go first.
/// Thread safety: none but that of the worker; one operation at a time.
class Link {
public:
    explicit Link(std::size_t statement_cache_size) : worker(std::make_shared<Worker>(statement_cache_size)) {}

    /// Hands the operation over. Returns true when it is complete already; else the caller waits for it.
    bool start(const std::shared_ptr<Operation>& operation);
    /// Takes over what the completed operation found.
    void finish(const Operation& operation) noexcept;

    std::shared_ptr<Worker> worker;
    TransactionStatus status = TransactionStatus::idle;
    bool usable = true;
    bool closed = false;
    std::uint64_t hops = 0;
    bool deferred = false;  // BEGIN takes no lock: a transaction that only read holds up nobody who writes

private:
    bool look_for(const Operation& operation, std::chrono::nanoseconds patience) noexcept;

    std::int64_t average_ns_ = 0;        // of what recent operations took on the worker
    std::uint32_t in_a_row_ = 0;         // operations answered without suspending
    std::uint32_t asleep_in_a_row_ = 0;  // operations that found the worker asleep
    std::uint32_t next_try_ = 1;         // at which of those to look for the answer nevertheless
};

}  // namespace azoth::sqlite::detail
