// execution=worker: a connection whose statements run on a thread of their own.
#pragma once

#include "settings.hpp"

#include <azoth/driver/connection.hpp>
#include <azoth/driver/driver.hpp>

#include <cstdint>
#include <memory>

namespace azoth::sqlite::detail {

class Link;

class WorkerConnection final : public DriverConnection {
public:
    explicit WorkerConnection(std::shared_ptr<Link> link) noexcept : link_(std::move(link)) {}
    ~WorkerConnection() override { WorkerConnection::close(); }

    static awaitable<std::unique_ptr<DriverConnection>> connect(Settings settings, ConnectOptions options);

    awaitable<Batch> execute(Batch batch) override;
    awaitable<std::unique_ptr<DriverCursor>> open_cursor(BatchItem item, Deadline deadline) override;
    bool rollback_may_wait() const noexcept override;
    TransactionStatus transaction_status() const noexcept override;
    bool usable() const noexcept override;
    void* native_handle(const azoth::detail::Tag* type) noexcept override;
    void close() noexcept override;
    std::uint64_t hops() const noexcept;

private:
    std::shared_ptr<Link> link_;
};

}  // namespace azoth::sqlite::detail
