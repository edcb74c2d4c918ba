// The session's transactions and savepoints.
#include "session_state.hpp"

#include <azoth/base/throw.hpp>
#include <azoth/engine/engine_core.hpp>

#include <utility>

namespace azoth::detail {

PlanPtr plan_for(SessionState& state, const FlatStatement& statement) {
    return state.connection->engine().plan(statement);
}

awaitable<void> SessionCore::flush() {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    co_await flush_state(state);
}

awaitable<void> SessionCore::commit() {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    const bool committed = co_await flush_state(state, true);
    if (!committed && !state.connection->try_commit()) co_await state.connection->commit();
    state.forget_transaction();
    state.prune_streamed();
}

awaitable<void> SessionCore::rollback() {
    SessionState& state = *state_;
    if (state.closed) throw_invalid_request("this session is closed");
    BusyGuard busy(state);
    state.undo_to(0, true);
    state.failed_flush = nullptr;
    state.failed_message.clear();
    if (!state.connection->try_rollback()) co_await state.connection->rollback();
    state.prune_streamed();
}

awaitable<void> SessionCore::close() {
    SessionState& state = *state_;
    if (state.closed) co_return;
    BusyGuard busy(state);
    state.undo_to(0, true);
    state.failed_flush = nullptr;
    if (!state.connection->try_rollback()) co_await state.connection->rollback();
    expunge_all();
    state.connection->close();
    state.closed = true;
}

void SessionCore::invalidate() {
    SessionState& state = *state_;
    if (state.closed) return;
    BusyGuard busy(state);
    state.undo_to(0, true);
    state.failed_flush = nullptr;
    state.failed_message.clear();
    state.connection->invalidate();
    state.connection->try_rollback();  // there is no connection to tell: only the transaction's own state ends
    expunge_all();
}

awaitable<void> SessionCore::begin(TransactionOptions options) {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    if (state.transaction != 0 && state.explicit_transaction) throw_invalid_request("begin(): a transaction is under way already; commit() or roll it back first, or use begin_nested()");
    state.token = state.connection->begin(options);
    state.ensure_transaction();
    state.explicit_transaction = true;
    co_return;
}

awaitable<std::uint32_t> SessionCore::begin_nested() {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    co_await flush_state(state);
    state.ensure_transaction();
    Savepoint savepoint;
    savepoint.token = state.connection->begin_nested();
    savepoint.id = state.next_savepoint++;
    savepoint.undo_mark = state.undo.size();
    state.savepoints.push_back(savepoint);
    co_return static_cast<std::uint32_t>(state.savepoints.size());
}

awaitable<void> SessionCore::commit_nested(std::uint32_t depth) {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    co_await flush_state(state);
    co_await state.connection->commit(state.savepoints.at(depth - 1).token);
    // What happened inside is undone with the level outside from now on.
    for (std::size_t i = state.savepoints[depth - 1].undo_mark; i < state.undo.size(); ++i) {
        Entity& entity = *state.undo[i].entity;
        if (entity.level > depth) entity.level = depth;
    }
    state.savepoints.resize(depth - 1);
}

awaitable<void> SessionCore::rollback_nested(std::uint32_t depth) {
    SessionState& state = *state_;
    if (state.closed) throw_invalid_request("this session is closed");
    BusyGuard busy(state);
    if (state.failed_flush && state.failed_depth < depth) {
        state.check_usable();
    }
    const Savepoint savepoint = state.savepoints.at(depth - 1);
    state.undo_to(savepoint.undo_mark, false);
    state.savepoints.resize(depth - 1);
    state.failed_flush = nullptr;
    state.failed_message.clear();
    if (state.connection->is_active(savepoint.token)) co_await state.connection->rollback(savepoint.token);
}

void SessionCore::abandon(std::uint32_t depth) noexcept {
    SessionState& state = *state_;
    if (depth == 0) {
        state.undo_to(0, true);
        state.connection->drop(state.token);
    } else {
        const Savepoint savepoint = state.savepoints[depth - 1];
        state.undo_to(savepoint.undo_mark, false);
        state.savepoints.resize(depth - 1);
        state.connection->drop(savepoint.token);
    }
    if (state.failed_flush && state.failed_depth >= depth) {
        state.failed_flush = nullptr;
        state.failed_message.clear();
    }
}

bool SessionCore::in_transaction() const noexcept { return state_->transaction != 0 || state_->connection->transaction().in_transaction(); }
bool SessionCore::in_nested_transaction() const noexcept { return !state_->savepoints.empty(); }
bool SessionCore::is_active() const noexcept { return !state_->closed && state_->failed_flush == nullptr; }
std::uint64_t SessionCore::transaction_id() const noexcept { return state_->transaction; }
std::uint64_t SessionCore::savepoint_id(std::uint32_t depth) const noexcept {
    return depth == 0 || depth > state_->savepoints.size() ? 0 : state_->savepoints[depth - 1].id;
}

}  // namespace azoth::detail
