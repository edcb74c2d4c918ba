// Operations: what a connection asks its link to do, and what came of it.
#pragma once

#include "errors.hpp"

#include <azoth/driver/batch.hpp>
#include <azoth/driver/connection.hpp>
#include <azoth/driver/detail/job.hpp>
#include <azoth/driver/detail/mailbox.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace azoth::postgresql::detail {

class Link;

/// Owns all that the link needs, so that it may outlive the coroutine that waits for it.
class Operation : public azoth::detail::Waiter {
public:
    explicit Operation(const std::shared_ptr<Link>& link, Deadline until = std::nullopt) : deadline(until), link_(link) {}

    /// Performs it on the link's job. Errors are thrown; those of statements go where the operation keeps them.
    virtual azoth::detail::Task<> run(Link& link) = 0;
    /// What was thrown, or why the connection broke: for whoever waits.
    virtual void fail(std::exception_ptr failure) noexcept { error = std::move(failure); }
    /// The result was thrown away: nobody will look at it.
    virtual void discard() noexcept {}
    /// The server is told to stop when this is cancelled.
    virtual bool stops_on_server() const noexcept { return true; }

    Deadline deadline;
    std::exception_ptr error;
    std::atomic<Stop> stop{Stop::none};  // why it is being stopped
    bool cancel_sent = false;            // the job's own

protected:
    void abandoned() noexcept override;

    const std::weak_ptr<Link> link_;
};

/// A batch; errors are left in it.
class ExecuteOperation final : public Operation {
public:
    ExecuteOperation(const std::shared_ptr<Link>& link, Batch given, bool by_copy) : Operation(link, given.deadline), batch(std::move(given)), copy(by_copy) {}
    azoth::detail::Task<> run(Link& link) override;
    void fail(std::exception_ptr failure) noexcept override;
    Batch batch;
    const bool copy;
};

/// What the server knows a cursor by.
struct CursorState {
    std::string name;
    CompiledPtr statement;
    std::uint64_t transaction = 0;  ///< in which it lives; 0 = it was opened outside one and lives until it is closed
    std::uint64_t generation = 0;   ///< Link::cursor_generation() when it was opened
    std::size_t row_bytes = 0;      ///< of what was fetched last, about
    bool finished = false;
    bool lost_rows = false;         ///< rows were fetched that nobody has seen: going on after them would lose them in silence
};

class OpenCursorOperation final : public Operation {
public:
    OpenCursorOperation(const std::shared_ptr<Link>& link, BatchItem given, Deadline until) : Operation(link, until), item(std::move(given)) {}
    azoth::detail::Task<> run(Link& link) override;
    void discard() noexcept override;
    BatchItem item;
    CursorState cursor;
};

class FetchOperation final : public Operation {
public:
    FetchOperation(const std::shared_ptr<Link>& link, std::shared_ptr<CursorState> from, std::size_t most, ValueBuffer into, Deadline until)
        : Operation(link, until), cursor(std::move(from)), max_rows(most), rows(std::move(into)) {}
    azoth::detail::Task<> run(Link& link) override;
    void discard() noexcept override { cursor->lost_rows = true; }
    std::shared_ptr<CursorState> cursor;
    std::size_t max_rows;
    ValueBuffer rows;
};

/// Waits for a notification.
class NotificationOperation final : public Operation {
public:
    explicit NotificationOperation(const std::shared_ptr<Link>& link) : Operation(link) {}
    azoth::detail::Task<> run(Link& link) override;
    void discard() noexcept override;
    bool stops_on_server() const noexcept override { return false; }
    Notification notification;
    bool heard = false;
};

}  // namespace azoth::postgresql::detail
