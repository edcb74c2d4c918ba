// Operations: what a connection asks its worker to do, and what came of it.
#pragma once

#include "database.hpp"

#include <azoth/driver/detail/mailbox.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>

namespace azoth::sqlite::detail {

/// Owns all that the worker needs, so that it may outlive the coroutine that waits for it.
class Operation : public azoth::detail::Waiter {
public:
    explicit Operation(Deadline deadline) noexcept : token(deadline) {}

    /// On the worker's thread. A token that says stop ends it before it has begun.
    virtual void run(Database& database) noexcept = 0;
    /// The result was thrown away: nobody will look at it.
    virtual void discard() noexcept {}
    /// True when it may begin or end a transaction.
    virtual bool touches_transaction() const noexcept { return false; }

    Token token;
    bool spinning = false;  // the caller looks at it busily, so the next operation will follow at once
    std::exception_ptr error;
    TransactionStatus status = TransactionStatus::unknown;
    bool usable = true;
    std::chrono::nanoseconds took{0};

protected:
    void abandoned() noexcept override { token.request(Stop::cancelled); }
};

struct OpenOperation final : Operation {
    OpenOperation(Settings wanted, Deadline deadline)
        : Operation(deadline), settings(std::move(wanted)) {}
    void run(Database& database) noexcept override;
    Settings settings;
};

struct ExecuteOperation final : Operation {
    explicit ExecuteOperation(Batch given) noexcept : Operation(given.deadline), batch(std::move(given)) {}
    void run(Database& database) noexcept override { database.execute(batch, token); }
    bool touches_transaction() const noexcept override;
    Batch batch;
};

struct OpenCursorOperation final : Operation {
    OpenCursorOperation(BatchItem given, Deadline deadline) noexcept : Operation(deadline), item(std::move(given)) {}
    void run(Database& database) noexcept override;
    void discard() noexcept override;
    BatchItem item;
    std::shared_ptr<OpenCursor> cursor;
};

struct FetchOperation final : Operation {
    FetchOperation(std::shared_ptr<OpenCursor> from, std::size_t max, ValueBuffer into, Deadline deadline) noexcept
        : Operation(deadline), cursor(std::move(from)), max_rows(max), rows(std::move(into)) {}
    void run(Database& database) noexcept override;
    void discard() noexcept override;
    std::shared_ptr<OpenCursor> cursor;
    std::size_t max_rows;
    ValueBuffer rows;
};

}  // namespace azoth::sqlite::detail
