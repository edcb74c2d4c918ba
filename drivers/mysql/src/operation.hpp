// Operations: what a connection asks its link to do, and what came of it.
#pragma once

#include "database.hpp"

#include <azoth/driver/detail/mailbox.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace azoth::mysql::detail {

class Link;

/// Owns all that its task needs, so that it may outlive the coroutine that waits for it.
class Operation : public azoth::detail::Waiter {
public:
    explicit Operation(Deadline deadline) noexcept : token(deadline) {}

    virtual Task<> run(Database& database) = 0;
    /// The result was thrown away: nobody will look at it.
    virtual void discard() noexcept {}
    /// It did not run, or not to its end.
    virtual void fail(std::exception_ptr given) noexcept { error = std::move(given); }
    /// True when it may begin or end a transaction.
    virtual bool touches_transaction() const noexcept { return false; }

    Token token;
    std::exception_ptr error;
    TransactionStatus status = TransactionStatus::unknown;
    bool usable = true;
    std::weak_ptr<Link> link;  // set once, when it is submitted

protected:
    void abandoned() noexcept override;
};

struct ExecuteOperation final : Operation {
    explicit ExecuteOperation(Batch given) noexcept : Operation(given.deadline), batch(std::move(given)) {}
    Task<> run(Database& database) override { return database.execute(batch, token); }
    void fail(std::exception_ptr given) noexcept override;
    bool touches_transaction() const noexcept override;
    Batch batch;
};

struct OpenCursorOperation final : Operation {
    OpenCursorOperation(BatchItem given, Deadline deadline) noexcept : Operation(deadline), item(std::move(given)) {}
    Task<> run(Database& database) override;
    void discard() noexcept override;
    BatchItem item;
    std::shared_ptr<OpenCursor> cursor;
};

struct FetchOperation final : Operation {
    FetchOperation(std::shared_ptr<OpenCursor> from, std::size_t max, ValueBuffer into, Deadline deadline) noexcept
        : Operation(deadline), cursor(std::move(from)), max_rows(max), rows(std::move(into)) {}
    Task<> run(Database& database) override { return database.fetch(cursor, max_rows, rows, token); }
    void discard() noexcept override;
    std::shared_ptr<OpenCursor> cursor;
    std::size_t max_rows;
    ValueBuffer rows;
};

}  // namespace azoth::mysql::detail
