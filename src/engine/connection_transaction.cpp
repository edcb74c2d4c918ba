// The transaction of a connection: begin, savepoints, commit, rollback, and the end of the connection itself.
#include "engine/connection_flight.hpp"
#include "engine/observers.hpp"
#include "engine/pool.hpp"

#include <azoth/engine/engine_core.hpp>

#include <utility>

namespace azoth::detail {

TransactionToken ConnectionCore::begin(const TransactionOptions& options) {
    check_idle();
    if (closed_) throw_resource_closed("this connection or session was closed");
    TransactionOptions wanted = options;
    if (wanted.isolation == Isolation::server_default) wanted.isolation = engine_->default_transaction().isolation;
    if (wanted != engine_->default_transaction()) engine_->dialect().begin(wanted);  // refuses here what it does not know
    return state_.begin(wanted);
}

TransactionToken ConnectionCore::begin_nested() {
    check_idle();
    if (closed_) throw_resource_closed("this connection or session was closed");
    if (!engine_->autocommits()) state_.autobegin(engine_->default_transaction());
    return state_.begin_nested();
}

// ---------------------------------------------------------------- commit

awaitable<void> ConnectionCore::commit() {
    check_idle();
    if (closed_) throw_resource_closed("this connection or session was closed");
    state_.check_usable();
    return fly_commit(shared_from_this());
}

awaitable<void> ConnectionCore::fly_commit(Self self) {
    self->check_idle();
    if (!self->state_.commit()) {
        self->settle();
        co_return;
    }
    RunOptions options;
    options.commit_after = true;
    Batch nothing;
    co_await fly(self, std::move(nothing), options);
}

bool ConnectionCore::try_commit() {
    check_idle();
    if (closed_) throw_resource_closed("this connection or session was closed");
    if (!state_.commit()) {
        settle();
        return true;
    }
    RunOptions options;
    options.commit_after = true;
    Batch nothing;
    return try_run(nothing, options);
}

awaitable<void> ConnectionCore::commit(TransactionToken token) {
    check_idle();
    if (token.savepoint != 0) return fly_release(shared_from_this(), token);
    if (!state_.is_open(token)) throw_invalid_request("this transaction has ended: it was committed or rolled back");
    return commit();
}

awaitable<void> ConnectionCore::fly_release(Self self, TransactionToken token) {
    self->check_idle();
    self->state_.release(token);
    co_return;
}

// ---------------------------------------------------------------- rollback

bool ConnectionCore::must_send_rollback() const noexcept {
    if (!lease_ || !state_.rollback_needed()) return false;
    const DriverConnection& connection = lease_.connection();
    return connection.usable() && connection.transaction_status() != TransactionStatus::idle;
}

bool ConnectionCore::rollback_may_wait() const noexcept {
    return state_.only_read() && must_send_rollback() && lease_.connection().rollback_may_wait();
}

// A connection whose ROLLBACK did not work is for the pool to look after.
void ConnectionCore::rolled_back(const Batch& batch) noexcept {
    const Observers& observers = engine_->observers();
    if (observers.any()) observers.transaction({TransactionAction::rollback, batch.items[0].statement->sql, batch.error});
    const DriverConnection& connection = lease_.connection();
    if (!connection.usable() || connection.transaction_status() != TransactionStatus::idle) lease_.release();
}

awaitable<void> ConnectionCore::rollback() {
    check_idle();
    return fly_rollback(shared_from_this());
}

awaitable<void> ConnectionCore::fly_rollback(Self self) {
    Busy busy(*self);
    const bool send = self->must_send_rollback();
    const bool wait = self->hold_ == Hold::transaction && self->rollback_may_wait();
    self->state_.rollback();
    self->close_cursors();
    if (wait) self->lease_.release(true);
    if (!send || wait) co_return;
    Batch batch;
    self->engine_->append_step(batch.items, {StepKind::rollback}, {});
    const auto timeout = self->engine_->options().statement_timeout;
    if (timeout.count() > 0) batch.deadline = std::chrono::steady_clock::now() + timeout;
    DriverConnection& connection = self->lease_.connection();
    busy.take_off(true);  // cancelled: the transaction is forgotten here, and the pool rolls it back
    if (!connection.try_execute(batch)) batch = co_await connection.execute(std::move(batch));
    busy.land();
    self->rolled_back(batch);
}

bool ConnectionCore::try_rollback() {
    Busy busy(*this);
    if (must_send_rollback()) {
        Batch batch;
        engine_->append_step(batch.items, {StepKind::rollback}, {});
        if (!lease_.connection().try_execute(batch)) return false;
        rolled_back(batch);
    }
    state_.rollback();
    close_cursors();
    return true;
}

awaitable<void> ConnectionCore::rollback(TransactionToken token) {
    check_idle();
    return fly_rollback_to(shared_from_this(), token);
}

awaitable<void> ConnectionCore::fly_rollback_to(Self self, TransactionToken token) {
    self->check_idle();
    if (!self->state_.is_open(token)) co_return;
    if (token.savepoint == 0) {
        co_await fly_rollback(self);
    } else if (self->state_.rollback_to(token)) {
        Batch nothing;
        RunOptions options;
        co_await fly(self, std::move(nothing), options);
    }
}

// ---------------------------------------------------------------- ends

void ConnectionCore::drop(TransactionToken token) noexcept {
    if (busy_.load(std::memory_order_acquire)) {
        // A transaction covers its savepoints, an outer savepoint the inner ones.
        if (!dropped_ || dropped_->transaction != token.transaction || token.savepoint < dropped_->savepoint) dropped_ = token;
        return;
    }
    const bool only_read = state_.only_read();
    if (!state_.drop(token)) return;
    close_cursors();
    if (hold_ != Hold::transaction) return;
    state_.rollback();
    lease_.release(only_read);
}

void ConnectionCore::invalidate() noexcept {
    if (!lease_) return;
    lease_.connection().close();
    if (busy_.load(std::memory_order_acquire)) return;  // the operation ends by itself, and finds out
    close_cursors();
    lease_.discard();
    state_.connection_closed(std::make_exception_ptr(OperationalError("the connection was invalidated")));
}

void ConnectionCore::close() noexcept {
    closed_ = true;
    if (busy_.load(std::memory_order_acquire)) return;  // when the operation ends
    close_cursors();
    const bool only_read = state_.only_read();
    state_.rollback();
    lease_.release(only_read);
}

}  // namespace azoth::detail
