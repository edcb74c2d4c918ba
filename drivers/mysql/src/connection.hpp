// Connection: what the engine sees of a link.
#pragma once

#include "settings.hpp"

#include <azoth/driver/connection.hpp>
#include <azoth/driver/driver.hpp>

#include <memory>

namespace azoth::mysql::detail {

class Link;

class Connection final : public DriverConnection {
public:
    explicit Connection(std::shared_ptr<Link> link) noexcept : link_(std::move(link)) {}
    ~Connection() override { Connection::close(); }

    static awaitable<std::unique_ptr<DriverConnection>> connect(Settings settings, ConnectOptions options);

    awaitable<Batch> execute(Batch batch) override;
    awaitable<std::unique_ptr<DriverCursor>> open_cursor(BatchItem item, Deadline deadline) override;
    bool rollback_may_wait() const noexcept override { return true; }
    TransactionStatus transaction_status() const noexcept override;
    bool usable() const noexcept override;
    void* native_handle(const azoth::detail::Tag* type) noexcept override;
    void close() noexcept override;

private:
    std::shared_ptr<Link> link_;
};

}  // namespace azoth::mysql::detail
