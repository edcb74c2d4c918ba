// The guard of a session's transaction or savepoint.
#include <azoth/base/throw.hpp>
#include <azoth/orm/session_transaction.hpp>

namespace azoth {

bool AsyncSessionTransaction::is_active() const noexcept {
    return core_ != nullptr && core_->transaction_id() == transaction_ && (depth_ == 0 || core_->savepoint_id(depth_) == savepoint_);
}

AsyncSessionTransaction::~AsyncSessionTransaction() {
    if (is_active()) core_->abandon(depth_);
}

awaitable<AsyncSessionTransaction> AsyncSessionTransaction::start(detail::SessionCore& core, TransactionOptions options) {
    co_await core.begin(options);
    co_return AsyncSessionTransaction(core, 0);
}

awaitable<AsyncSessionTransaction> AsyncSessionTransaction::start_nested(detail::SessionCore& core) {
    const std::uint32_t depth = co_await core.begin_nested();
    co_return AsyncSessionTransaction(core, depth);
}

awaitable<void> AsyncSessionTransaction::commit() {
    if (!is_active()) detail::throw_invalid_request("commit(): this transaction has ended");
    if (depth_ == 0) return core_->commit();
    return core_->commit_nested(depth_);
}

namespace {
awaitable<void> nothing() { co_return; }
}  // namespace

awaitable<void> AsyncSessionTransaction::rollback() {
    if (!is_active()) {
        // A flush that failed ended the transaction and waits for exactly this call.
        if (core_ != nullptr && depth_ == 0 && !core_->is_active()) return core_->rollback();
        return nothing();
    }
    if (depth_ == 0) return core_->rollback();
    return core_->rollback_nested(depth_);
}

}  // namespace azoth
