// execution=inline: a connection whose statements run on the thread that awaits them.
#pragma once

#include "database.hpp"
#include "settings.hpp"

#include <azoth/driver/connection.hpp>
#include <azoth/driver/driver.hpp>

#include <memory>

namespace azoth::sqlite::detail {

class InlineConnection final : public DriverConnection {
public:
    /// Shared with cursors; the database is gone once the connection is closed.
    struct State {
        std::unique_ptr<Database> database;
        bool in_memory = false;
    };

    explicit InlineConnection(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
    ~InlineConnection() override { InlineConnection::close(); }

    static awaitable<std::unique_ptr<DriverConnection>> connect(Settings settings, ConnectOptions options);

    awaitable<Batch> execute(Batch batch) override;
    bool try_execute(Batch& batch) override;
    awaitable<std::unique_ptr<DriverCursor>> open_cursor(BatchItem item, Deadline deadline) override;
    TransactionStatus transaction_status() const noexcept override;
    bool usable() const noexcept override { return state_->database && state_->database->usable(); }
    void* native_handle(const azoth::detail::Tag* type) noexcept override {
        return type == &azoth::detail::type_tag<sqlite3> && usable() ? state_->database->handle() : nullptr;
    }
    void close() noexcept override;

private:
    std::shared_ptr<State> state_;
};

}  // namespace azoth::sqlite::detail
