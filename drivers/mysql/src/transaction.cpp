// The transaction. autocommit=0 means that the server has begun one whenever a statement needs it: BEGIN itself sends nothing.
#include "database.hpp"

#include <azoth/base/error.hpp>

#include <utility>

namespace azoth::mysql::detail {

bool Database::server_in_transaction() const noexcept { return (wire.handle()->server_status & SERVER_STATUS_IN_TRANS) != 0; }

// Returns true when `compiled` was dealt with here.
Task<bool> Database::control(const CompiledStatement& compiled, Verb verb) {
    if (phase_ == Phase::cancelled && verb != Verb::rollback) {
        ErrorDetail detail;
        detail.statement = compiled.sql;
        detail.hint = "roll back, then run the transaction again";
        throw OperationalError("an earlier statement of the transaction was cancelled; nothing more can run in it until ROLLBACK", std::move(detail));
    }
    switch (verb) {
        case Verb::begin:
        case Verb::begin_more: co_await begin(compiled, verb); break;
        case Verb::commit:
        case Verb::rollback: co_await end(compiled, verb); break;
        default: co_return false;
    }
    co_return true;
}

Task<> Database::begin(const CompiledStatement& compiled, Verb verb) {
    if (phase_ == Phase::open) {
        ErrorDetail detail;
        detail.statement = compiled.sql;
        throw ProgrammingError("a transaction is open already; the server would commit it in silence", std::move(detail));
    }
    if (reads_open_) co_await commit_alone();
    if (verb == Verb::begin_more) co_await text(compiled.sql);
    phase_ = Phase::open;
    touched_ = verb == Verb::begin_more;
}

Task<> Database::end(const CompiledStatement& compiled, Verb verb) {
    close_cursors();
    const bool idle = phase_ == Phase::none || (phase_ == Phase::open && !touched_);
    if (!idle) {
        co_await text(compiled.sql);
        if (verb == Verb::rollback || !server_in_transaction()) {
            phase_ = Phase::none;
        } else {
            touched_ = true;  // AND CHAIN
        }
        co_return;
    }
    phase_ = Phase::none;
}

// Commits what a statement outside a transaction has done.
Task<> Database::commit_alone() {
    reads_open_ = false;
    if (server_in_transaction()) co_await text("COMMIT");
}

// After an error nobody trusts what the client knows about the transaction: the server is told to end it.
Task<> Database::undo() {
    reads_open_ = false;
    phase_ = Phase::none;
    touched_ = false;
    bool failed = false;
    try {
        co_await text("ROLLBACK");
    } catch (const Error&) {
        failed = true;
    }
    if (failed) wire.lose();
}

// Brings the connection into the state that `error` means for the transaction.
Task<> Database::after_error(std::exception_ptr error) {
    const bool ended = std::exchange(transaction_ended_, false);
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        if (known.connection_lost()) wire.lose();
    } catch (...) {
        // not the database's doing
    }
    if (!wire.usable()) co_return;
    if (phase_ == Phase::none || (phase_ == Phase::open && ended)) {
        if (ended) close_cursors();
        co_await undo();
    }
}

void Database::close_cursors() noexcept {
    for (const auto& cursor : cursors_) {
        cursor->open = false;
        cursor->handle.reset();
    }
    cursors_.clear();
}

}  // namespace azoth::mysql::detail
