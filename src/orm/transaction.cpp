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

namespace {

// after_flush may add objects, whose flush may add objects.
awaitable<void> flush_what_hooks_add(SessionState& state) {
    constexpr int most_flushes = 100;
    for (int i = 0; anything_to_write(state); ++i) {
        if (i == most_flushes) throw_invalid_request("commit(): after 100 flushes there is still something to write: an observer's after_flush() makes changes each time");
        co_await flush_state(state);
    }
}

awaitable<void> commit_work(SessionState& state) {
    if (state.joined) {
        if (state.transaction != 0) co_await state.connection->commit(state.joint);
    } else if (!state.connection->try_commit()) {
        co_await state.connection->commit();
    }
}

awaitable<void> undo_work(SessionState& state) {
    if (state.joined) {
        if (state.can_undo(state.joint)) co_await state.connection->rollback(state.joint);
    } else if (!state.connection->try_rollback()) {
        co_await state.connection->rollback();
    }
}

void rolled_back(SessionState& state, bool savepoint) noexcept {
    if (state.events != nullptr) state.events->after_rollback(savepoint);
}

}  // namespace

awaitable<void> SessionCore::commit() {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    const bool observed = state.events != nullptr;
    if (observed) state.events->before_commit();
    const bool committed = co_await flush_state(state, !observed && !state.joined);
    if (observed) co_await flush_what_hooks_add(state);
    if (!committed) co_await commit_work(state);
    state.forget_transaction();
    state.prune_streamed();
    if (observed) state.events->after_commit();
}

awaitable<void> SessionCore::rollback() {
    SessionState& state = *state_;
    if (state.closed) throw_invalid_request("this session is closed");
    BusyGuard busy(state);
    const bool begun = state.transaction != 0;
    state.undo_to(0, true);
    state.failed_flush = nullptr;
    state.failed_message.clear();
    co_await undo_work(state);
    state.prune_streamed();
    if (begun) rolled_back(state, false);
}

awaitable<void> SessionCore::close() {
    SessionState& state = *state_;
    if (state.closed) co_return;
    BusyGuard busy(state);
    const bool begun = state.transaction != 0;
    state.undo_to(0, true);
    state.failed_flush = nullptr;
    co_await undo_work(state);
    if (begun) rolled_back(state, false);
    expunge_all();
    if (!state.joined) state.connection->close();
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
    if (!state.joined) state.connection->try_rollback();  // there is no connection to tell: only the transaction's own state ends
    expunge_all();
}

awaitable<void> SessionCore::begin(TransactionOptions options) {
    SessionState& state = *state_;
    state.check_usable();
    BusyGuard busy(state);
    if (state.transaction != 0 && state.explicit_transaction) throw_invalid_request("begin(): a transaction is under way already; commit() or roll it back first, or use begin_nested()");
    if (!state.joined) {
        state.token = state.connection->begin(options);
    } else if (options != TransactionOptions()) {
        throw_invalid_request("begin(): this session works inside a connection's transaction, which had its options when it began");
    }
    state.ensure_transaction();
    if (state.joined) state.token = state.joint;
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
    const bool told = state.failed_flush && state.failed_depth == depth;  // by the flush that failed
    state.undo_to(savepoint.undo_mark, false);
    state.savepoints.resize(depth - 1);
    state.failed_flush = nullptr;
    state.failed_message.clear();
    if (state.can_undo(savepoint.token)) co_await state.connection->rollback(savepoint.token);
    if (!told) rolled_back(state, true);
}

void SessionCore::abandon(std::uint32_t depth) noexcept {
    SessionState& state = *state_;
    const bool told = state.failed_flush && state.failed_depth == depth;
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
    if (!told) rolled_back(state, depth != 0);
}

bool SessionCore::in_transaction() const noexcept { return state_->transaction != 0 || (!state_->joined && state_->connection->transaction().in_transaction()); }
bool SessionCore::in_nested_transaction() const noexcept { return !state_->savepoints.empty(); }
bool SessionCore::is_active() const noexcept { return !state_->closed && state_->failed_flush == nullptr; }
std::uint64_t SessionCore::transaction_id() const noexcept { return state_->transaction; }
std::uint64_t SessionCore::savepoint_id(std::uint32_t depth) const noexcept {
    return depth == 0 || depth > state_->savepoints.size() ? 0 : state_->savepoints[depth - 1].id;
}

}  // namespace azoth::detail
