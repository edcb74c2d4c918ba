// Connections and their transaction guards.
#include <azoth/engine/connection.hpp>

#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>

#include <string>
#include <utility>

namespace azoth {

using detail::ConnectionCore;

namespace {

awaitable<void> nothing() { co_return; }

awaitable<AsyncTransaction> begun(std::shared_ptr<ConnectionCore> core, TransactionOptions options) {
    const detail::TransactionToken token = core->begin(options);
    co_return AsyncTransaction(core, token);
}

awaitable<AsyncTransaction> nested(std::shared_ptr<ConnectionCore> core) {
    const detail::TransactionToken token = core->begin_nested();
    co_return AsyncTransaction(core, token);
}

awaitable<void> closed_down(std::shared_ptr<ConnectionCore> core) {
    // What only read is left to the pool, see ConnectionCore::close().
    if (!core->rollback_may_wait() && !core->try_rollback()) co_await core->rollback();
    core->close();
}

awaitable<std::int64_t> text_run(std::shared_ptr<ConnectionCore> core, std::string sql, ExecutionOptions options) {
    BatchItem item;
    item.statement = compile_plain(std::move(sql), Effect::unknown);
    Batch batch;
    batch.items.push_back(std::move(item));
    const detail::RunOptions how = detail::run_options(options);
    if (!core->try_run(batch, how)) batch = co_await core->run(std::move(batch), how);
    co_return batch.items.front().affected;
}

}  // namespace

// ---------------------------------------------------------------- AsyncConnection

AsyncConnection::AsyncConnection(std::shared_ptr<ConnectionCore> core) noexcept : core_(std::move(core)) {}
AsyncConnection::AsyncConnection(AsyncConnection&& other) noexcept = default;
AsyncConnection& AsyncConnection::operator=(AsyncConnection&& other) noexcept {
    if (this != &other) {
        if (core_) core_->close();
        core_ = std::move(other.core_);
    }
    return *this;
}
AsyncConnection::~AsyncConnection() {
    if (core_) core_->close();
}

ConnectionCore& AsyncConnection::core() const {
    if (!core_) detail::throw_resource_closed("this connection was moved from");
    return *core_;
}

awaitable<std::int64_t> AsyncConnection::run_text(std::string_view sql, ExecutionOptions options) {
    core().check_ready(detail::run_options(options));
    return text_run(core().shared_from_this(), std::string(sql), options);
}

awaitable<AsyncTransaction> AsyncConnection::begin(TransactionOptions options) { return begun(core().shared_from_this(), options); }
awaitable<AsyncTransaction> AsyncConnection::begin_nested() { return nested(core().shared_from_this()); }
awaitable<void> AsyncConnection::commit() { return core().commit(); }
awaitable<void> AsyncConnection::rollback() { return core().rollback(); }
bool AsyncConnection::in_transaction() const noexcept { return core_ && core_->transaction().in_transaction(); }
bool AsyncConnection::in_nested_transaction() const noexcept { return core_ && core_->transaction().in_nested_transaction(); }
void AsyncConnection::invalidate() noexcept {
    if (core_) core_->invalidate();
}
bool AsyncConnection::closed() const noexcept { return !core_ || core_->closed(); }

awaitable<void> AsyncConnection::close() {
    if (closed()) return nothing();
    return closed_down(core_);
}

// ---------------------------------------------------------------- AsyncTransaction

AsyncTransaction::AsyncTransaction(const std::shared_ptr<ConnectionCore>& core, detail::TransactionToken token) noexcept : core_(core), token_(token) {}
AsyncTransaction::AsyncTransaction(AsyncTransaction&& other) noexcept = default;
AsyncTransaction& AsyncTransaction::operator=(AsyncTransaction&& other) noexcept {
    if (this != &other) {
        if (const auto core = core_.lock()) core->drop(token_);
        core_ = std::move(other.core_);
        token_ = other.token_;
    }
    return *this;
}
AsyncTransaction::~AsyncTransaction() {
    if (const auto core = core_.lock()) core->drop(token_);
}

awaitable<void> AsyncTransaction::commit() {
    const auto core = core_.lock();
    if (!core) detail::throw_invalid_request("this transaction has ended with its connection");
    return core->commit(token_);
}

awaitable<void> AsyncTransaction::rollback() {
    const auto core = core_.lock();
    return core ? core->rollback(token_) : nothing();
}

bool AsyncTransaction::is_active() const noexcept {
    const auto core = core_.lock();
    return core && core->is_active(token_);
}

}  // namespace azoth
