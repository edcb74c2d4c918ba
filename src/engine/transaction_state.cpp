// The transitions of a connection's transaction.
#include <azoth/engine/transaction_state.hpp>

#include <azoth/base/error.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace azoth::detail {

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

const char* why(TransactionState::Phase phase, Doom doom) noexcept {
    switch (doom) {
        case Doom::cancelled: return "an operation was cancelled in the middle of it";
        case Doom::ended_by_server: return "the database ended it by itself and rolled it back";
        case Doom::connection_lost: return "its connection was lost";
        case Doom::commit_failed: return "its COMMIT failed";
        case Doom::control_failed: return "one of its savepoints could not be set, released or rolled back";
        case Doom::none: break;
    }
    return phase == TransactionState::Phase::failed ? "a statement failed and the database takes nothing but a rollback" : "it failed";
}

[[noreturn]] void throw_pending(TransactionState::Phase phase, Doom doom, const std::exception_ptr& reason) {
    std::string message = "this transaction cannot go on until rollback() is called: ";
    message += why(phase, doom);
    ErrorDetail detail;
    detail.connection_lost = doom == Doom::connection_lost;
    try {
        if (reason) std::rethrow_exception(reason);
    } catch (const Error& original) {
        message.append(". The original error was: ").append(original.message());
        detail.statement = original.statement();
        detail.sqlstate = original.sqlstate();
        detail.native_code = original.native_code();
        detail.retryable = original.retryable();
    } catch (const std::exception& original) {
        message.append(". The original error was: ").append(original.what());
    }
    throw PendingRollbackError(std::move(message), std::move(detail));
}

}  // namespace

std::size_t TransactionState::find(TransactionToken token) const noexcept {
    if (token.transaction != transaction_ || phase_ == Phase::idle) return none;
    for (std::size_t i = 0; i < savepoints_.size(); ++i) {
        if (savepoints_[i].number == token.savepoint) return i;
    }
    return none;
}

bool TransactionState::is_open(TransactionToken token) const noexcept {
    if (token.savepoint != 0) return find(token) != none;
    return phase_ != Phase::idle && token.transaction == transaction_;
}

bool TransactionState::is_active(TransactionToken token) const noexcept {
    return is_open(token) && (phase_ == Phase::begun || phase_ == Phase::active);
}

void TransactionState::start(const TransactionOptions& options) {
    queue_.push_back({StepKind::begin});
    phase_ = Phase::begun;
    options_ = options;
    ++transaction_;
    last_savepoint_ = 0;
    only_read_ = true;
}

// The rollback of an earlier transaction stays owed.
void TransactionState::end() noexcept {
    queue_.erase(queue_.begin() + (owes_rollback() ? 1 : 0), queue_.end());
    phase_ = Phase::idle;
    doom_ = Doom::none;
    reason_ = nullptr;
    savepoints_.clear();
}

void TransactionState::doom(Doom doom, std::exception_ptr reason) noexcept {
    phase_ = Phase::doomed;
    doom_ = doom;
    reason_ = std::move(reason);
    queue_.clear();
}

TransactionToken TransactionState::begin(const TransactionOptions& options) {
    if (phase_ != Phase::idle) {
        throw_invalid_request(
            "a transaction has begun already (by begin() or by the first statement); commit() or rollback() it before begin(), "
            "or use begin_nested()");
    }
    start(options);
    return {transaction_, 0};
}

void TransactionState::autobegin(const TransactionOptions& options) {
    if (phase_ == Phase::idle) start(options);
}

void TransactionState::check_usable() const {
    if (phase_ == Phase::failed || phase_ == Phase::doomed) throw_pending(phase_, doom_, reason_);
}

TransactionToken TransactionState::begin_nested() {
    check_usable();
    if (phase_ == Phase::idle) throw_invalid_request("a savepoint needs a transaction: call begin() first");
    queue_.reserve(queue_.size() + 1);
    savepoints_.push_back({last_savepoint_ + 1});
    ++last_savepoint_;
    queue_.push_back({StepKind::savepoint, last_savepoint_});
    return {transaction_, last_savepoint_};
}

// A savepoint that never reached the database has seen no statement: it goes with all that was queued after it.
bool TransactionState::discard_pending(std::size_t index) noexcept {
    if (savepoints_[index].established) return false;
    const Step step{StepKind::savepoint, savepoints_[index].number};
    queue_.erase(std::find(queue_.begin(), queue_.end(), step), queue_.end());
    savepoints_.erase(savepoints_.begin() + static_cast<std::ptrdiff_t>(index), savepoints_.end());
    return true;
}

void TransactionState::release(TransactionToken token) {
    const std::size_t index = find(token);
    if (index == none) throw_invalid_request("this savepoint has ended: it, or the transaction around it, was committed or rolled back");
    check_usable();
    if (discard_pending(index)) return;
    queue_.push_back({StepKind::release, token.savepoint});
    savepoints_.erase(savepoints_.begin() + static_cast<std::ptrdiff_t>(index), savepoints_.end());
}

void TransactionState::undo(std::size_t index) {
    const std::uint32_t number = savepoints_[index].number;
    queue_.reserve(queue_.size() + 2);
    // Whatever was queued about savepoints inside this one is undone with it. Numbers grow inwards.
    std::erase_if(queue_, [number](Step step) { return step.savepoint > number; });
    queue_.push_back({StepKind::rollback_to, number});
    queue_.push_back({StepKind::release, number});
    savepoints_.erase(savepoints_.begin() + static_cast<std::ptrdiff_t>(index), savepoints_.end());
    phase_ = Phase::active;  // once the queue is sent, which is before anything else
    reason_ = nullptr;
}

bool TransactionState::rollback_to(TransactionToken token) {
    const std::size_t index = find(token);
    if (index == none) return false;
    if (phase_ == Phase::doomed) throw_pending(phase_, doom_, reason_);
    if (discard_pending(index)) return false;
    undo(index);
    return true;
}

bool TransactionState::drop(TransactionToken token) noexcept {
    if (!is_open(token)) return false;
    try {
        if (token.savepoint == 0) {
            const bool reached = phase_ != Phase::begun;
            end();
            if (reached) queue_.push_back({StepKind::rollback});
            return true;
        }
        if (phase_ == Phase::doomed) return false;
        const std::size_t index = find(token);
        if (!discard_pending(index)) undo(index);
        return false;
    } catch (...) {  // no memory: nothing can be queued, so nothing but the whole rollback is left
        doom(Doom::control_failed, std::current_exception());
        return false;
    }
}

bool TransactionState::commit() {
    check_usable();
    if (phase_ == Phase::idle) return false;
    if (phase_ == Phase::begun) {
        end();
        return false;
    }
    // COMMIT ends every savepoint: setting or releasing one right before it is idle work.
    while (!queue_.empty() && (queue_.back().kind == StepKind::savepoint || queue_.back().kind == StepKind::release)) queue_.pop_back();
    return true;
}

bool TransactionState::rollback_needed() const noexcept {
    return owes_rollback() || (phase_ != Phase::idle && phase_ != Phase::begun);
}

void TransactionState::rollback() noexcept {
    end();
    queue_.clear();
}

void TransactionState::apply(Step step) noexcept {
    if (step.kind == StepKind::begin) phase_ = Phase::active;
    if (step.kind != StepKind::savepoint) return;
    for (Savepoint& savepoint : savepoints_) {
        if (savepoint.number == step.savepoint) savepoint.established = true;
    }
}

void TransactionState::sent(const Outcome& outcome) {
    const std::size_t done = std::min(outcome.steps_done, queue_.size());
    for (std::size_t i = 0; i < done; ++i) apply(queue_[i]);
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(done));

    if (outcome.commit == Commit::done) return end();
    if (outcome.autocommit && phase_ == Phase::idle) {
        if (outcome.cancelled || !outcome.usable) queue_.clear();
        return;
    }
    if (!outcome.usable) return doom(Doom::connection_lost, outcome.error);
    if (outcome.cancelled) return doom(Doom::cancelled, outcome.error);
    if (!outcome.error) {
        // The user's own SQL ended the transaction: the next statement begins a new one.
        if (outcome.status == TransactionStatus::idle && phase_ == Phase::active) end();
        return;
    }
    if (!queue_.empty()) {
        // BEGIN itself failed, nothing ran: it stays queued with all that follows it.
        if (phase_ == Phase::begun && outcome.status == TransactionStatus::idle) return;
        return doom(Doom::control_failed, outcome.error);
    }
    if (outcome.commit == Commit::failed) return doom(Doom::commit_failed, outcome.error);
    switch (outcome.status) {
        case TransactionStatus::active: break;  // the database undid the statement alone
        case TransactionStatus::failed:
            phase_ = Phase::failed;
            reason_ = outcome.error;
            break;
        case TransactionStatus::idle: return doom(Doom::ended_by_server, outcome.error);
        case TransactionStatus::unknown: return doom(Doom::cancelled, outcome.error);
    }
}

void TransactionState::owe_rollback() {
    if (!owes_rollback()) queue_.insert(queue_.begin(), {StepKind::rollback});
}

void TransactionState::skip_queued_rollback() noexcept {
    if (owes_rollback()) queue_.erase(queue_.begin());
}

void TransactionState::connection_closed(std::exception_ptr reason, Doom why_closed) noexcept {
    switch (phase_) {
        case Phase::idle: queue_.clear(); break;
        case Phase::begun: skip_queued_rollback(); break;
        default: doom(why_closed, std::move(reason));
    }
}

}  // namespace azoth::detail
