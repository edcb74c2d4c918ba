// Connection: the engine's view of a link. Its coroutines do not touch it after they have suspended.
#pragma once

#include "link.hpp"

#include <azoth/driver/connection.hpp>

#include <memory>

namespace azoth::postgresql::detail {

class Connection final : public DriverConnection {
public:
    explicit Connection(std::shared_ptr<Link> link) noexcept : link_(std::move(link)) {}
    ~Connection() override { link_->close(); }

    awaitable<Batch> execute(Batch batch) override;
    awaitable<Batch> copy(Batch batch) override;
    awaitable<std::unique_ptr<DriverCursor>> open_cursor(BatchItem item, Deadline deadline) override;
    awaitable<Notification> next_notification() override;
    awaitable<std::optional<bool>> transaction_outcome(std::string id) override;
    std::string transaction_id() const override { return link_->transaction_id(); }
    /// Not through a proxy: between two transactions the server is somebody else's.
    bool rollback_may_wait() const noexcept override { return link_->named_statements(); }
    TransactionStatus transaction_status() const noexcept override { return link_->status(); }
    bool usable() const noexcept override { return link_->usable(); }
    void* native_handle(const azoth::detail::Tag* type) noexcept override {
        const bool mine = type == &azoth::detail::type_tag<PGconn> && usable() && transaction_status() != TransactionStatus::unknown;
        return mine ? link_->connection() : nullptr;
    }
    void close() noexcept override { link_->close(); }

private:
    const std::shared_ptr<Link> link_;
};

}  // namespace azoth::postgresql::detail
