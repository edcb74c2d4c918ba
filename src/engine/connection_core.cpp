// Statements of a connection: what travels with them, what their end means for the transaction, when the lease goes back.
#include "engine/connection_flight.hpp"
#include "engine/observers.hpp"
#include "engine/pool.hpp"
#include "engine/value_text.hpp"

#include <azoth/engine/engine_core.hpp>

#include <string>
#include <utility>

namespace azoth::detail {

namespace {

Deadline after(std::chrono::milliseconds timeout) {
    if (timeout.count() <= 0) return std::nullopt;
    return std::chrono::steady_clock::now() + timeout;
}

}  // namespace

ConnectionCore::ConnectionCore(std::shared_ptr<EngineCore> engine, Hold hold) noexcept : engine_(std::move(engine)), hold_(hold) {}
ConnectionCore::~ConnectionCore() { lease_.release(state_.only_read()); }

void* ConnectionCore::native_handle(const Tag* type) const noexcept {
    if (!lease_ || busy_.load(std::memory_order_acquire)) return nullptr;
    return lease_.connection().native_handle(type);
}

void ConnectionCore::check_idle() const {
    if (busy_.load(std::memory_order_acquire)) {
        throw_concurrent_use("this connection or session is used by another operation that has not ended; use one for each coroutine at a time");
    }
}

void ConnectionCore::check_usable(const RunOptions& options) const {
    if (closed_) throw_resource_closed("this connection or session was closed");
    state_.check_usable();
    if (options.autocommit && state_.in_transaction()) {
        throw_invalid_request("autocommit: a transaction has begun; commit() or rollback() it first");
    }
}

void ConnectionCore::check_ready(const RunOptions& options) const {
    check_idle();
    check_usable(options);
}

// ---------------------------------------------------------------- around the caller's statements

void ConnectionCore::take(Lease lease) {
    lease_ = std::move(lease);
    untried_ = lease_.reused();
    if (lease_.owes_rollback()) state_.owe_rollback();
}

void ConnectionCore::note_effect(Effect effect) noexcept {
    if (effect != Effect::read && effect != Effect::transaction) state_.note_write();
}

std::chrono::milliseconds ConnectionCore::timeout_of(const RunOptions& options) const noexcept {
    return options.statement_timeout.count() > 0 ? options.statement_timeout : engine_->options().statement_timeout;
}

ConnectionCore::Flight ConnectionCore::prepare(Batch& batch, const RunOptions& options) {
    Flight flight;
    flight.copy = options.copy;
    flight.autocommit = !state_.in_transaction() && (options.autocommit || engine_->autocommits());
    if (!flight.autocommit) state_.autobegin(engine_->default_transaction());
    for (const BatchItem& item : batch.items) note_effect(item.statement->effect);
    if (lease_.connection().transaction_status() == TransactionStatus::idle) state_.skip_queued_rollback();

    if (!state_.queue().empty()) {
        std::vector<BatchItem> items;
        items.reserve(batch.items.size() + state_.queue().size() + 1);
        for (const Step step : state_.queue()) {
            const std::size_t before = items.size();
            engine_->append_step(items, step, state_.options());
            if (step.kind == StepKind::begin) flight.begin_items = items.size() - before;
        }
        flight.prefix = items.size();
        for (BatchItem& item : batch.items) items.push_back(std::move(item));
        batch.items = std::move(items);
    }
    if (options.commit_after && !flight.autocommit) {
        BatchItem commit;
        commit.statement = engine_->commit_statement();
        batch.items.push_back(std::move(commit));
        flight.commit = true;
    }
    batch.deadline = after(timeout_of(options));
    if (engine_->observers().any()) flight.start = std::chrono::steady_clock::now();
    flight.untried = std::exchange(untried_, false);
    return flight;
}

void ConnectionCore::restore(Batch& batch, const Flight& flight) noexcept {
    if (flight.commit) batch.items.pop_back();
    batch.items.erase(batch.items.begin(), batch.items.begin() + static_cast<std::ptrdiff_t>(flight.prefix));
    if (batch.failed_item == Batch::none) return;
    const bool callers = batch.failed_item >= flight.prefix && batch.failed_item - flight.prefix < batch.items.size();
    batch.failed_item = callers ? batch.failed_item - flight.prefix : Batch::none;
}

std::exception_ptr ConnectionCore::refusal(const Batch& batch, const Flight& flight) const {
    const std::string_view sql = batch.failed_item < batch.items.size() ? std::string_view(batch.items[batch.failed_item].statement->sql) : "";
    std::exception_ptr error = with_statement(batch.error, sql);
    if (!flight.commit || flight.outcome_known) return error;
    try {
        std::rethrow_exception(error);
    } catch (const CommitOutcomeUnknown&) {
        return error;
    } catch (const Error& lost) {
        if (!lost.connection_lost()) return error;
        // The server may have had the COMMIT before the connection broke, wherever the client had got to in reading answers.
        return std::make_exception_ptr(
            CommitOutcomeUnknown("the connection was lost before COMMIT was answered: the transaction may have been committed or not. The error was: " + lost.message(),
                                 lost.detail()));
    } catch (...) {
        return error;
    }
}

// The batch came back from the driver: gives it the caller's shape, moves the transaction on, throws its error.
void ConnectionCore::finish(Batch& batch, const Flight& flight) {
    if (batch.error) batch.error = refusal(batch, flight);
    if (engine_->observers().any()) tell(batch, flight);

    TransactionState::Outcome outcome;
    std::size_t item = 0;
    for (const Step step : state_.queue()) {
        std::size_t left = step.kind == StepKind::begin ? flight.begin_items : 1;
        while (left != 0 && batch.items[item].done) ++item, --left;
        if (left != 0) break;
        ++outcome.steps_done;
    }
    if (flight.commit && batch.items.back().done) outcome.commit = TransactionState::Commit::done;
    if (flight.commit && batch.failed_item == batch.items.size() - 1) outcome.commit = TransactionState::Commit::failed;
    outcome.usable = lease_ && lease_.connection().usable();
    if (lease_) outcome.status = lease_.connection().transaction_status();
    outcome.autocommit = flight.autocommit;
    outcome.error = batch.error;
    const bool before = state_.in_transaction();
    if (outcome.steps_done != 0 && state_.queue().front().kind == StepKind::rollback) lease_.rolled_back();
    state_.sent(outcome);
    if (before && !state_.in_transaction()) close_cursors();
    if (!outcome.usable) {
        close_cursors();
        lease_.release();  // if it is still there
    }
    restore(batch, flight);
    batch.rethrow_error();
}

// Something other than a whole batch ended in an error.
void ConnectionCore::failed(std::exception_ptr error, bool autocommit, bool cancelled) noexcept {
    TransactionState::Outcome outcome;
    if (!cancelled) outcome.steps_done = state_.queue().size();  // whatever was queued went ahead of it and succeeded
    outcome.cancelled = cancelled;
    outcome.autocommit = autocommit;
    outcome.error = std::move(error);
    if (lease_) {
        outcome.status = lease_.connection().transaction_status();
        outcome.usable = lease_.connection().usable();
    }
    state_.sent(outcome);
    if (!lease_ || (outcome.usable && !(cancelled && autocommit))) return;
    close_cursors();
    lease_.release();
}

void ConnectionCore::close_cursors() noexcept {
    ++epoch_;
    last_cursor_.reset();
}

// Nothing is under way any more: what had to wait for that.
void ConnectionCore::settle() noexcept {
    if (const auto token = std::exchange(dropped_, std::nullopt)) drop(*token);
    if (closed_) {
        close();
    } else if (hold_ == Hold::transaction && lease_ && !state_.in_transaction() && (state_.queue().empty() || lease_.owes_rollback()) && last_cursor_.expired()) {
        state_.rollback();
        lease_.release();
    }
}

// ---------------------------------------------------------------- entry points

awaitable<void> ConnectionCore::acquire() {
    check_ready();
    return fly_acquire(shared_from_this());
}

awaitable<void> ConnectionCore::fly_acquire(Self self) {
    const Busy busy(*self);
    if (!self->lease_) self->take(co_await self->engine_->pool().acquire());
}

awaitable<Batch> ConnectionCore::run(Batch batch, RunOptions options) {
    check_ready(options);
    return fly(shared_from_this(), std::move(batch), options);
}

awaitable<Batch> ConnectionCore::fly(Self self, Batch batch, RunOptions options) {
    Busy busy(*self);
    if (!self->lease_) self->take(co_await self->engine_->pool().acquire());
    self->check_usable(options);
    Flight flight = self->prepare(batch, options);
    DriverConnection& connection = self->lease_.connection();
    busy.take_off(flight.autocommit);
    try {
        if (!connection.try_execute(batch)) batch = co_await send(connection, std::move(batch), flight.copy);
        if (self->may_replay(batch, flight)) batch = co_await replay(self, std::move(batch), flight);
        if (batch.error && flight.commit) batch = co_await resolve_commit(self, std::move(batch), flight);
    } catch (...) {
        busy.crash(std::current_exception());
        throw;
    }
    busy.land();
    self->finish(batch, flight);
    co_return std::move(batch);
}

bool ConnectionCore::try_run(Batch& batch, const RunOptions& options) {
    check_ready(options);
    Busy busy(*this);
    if (!lease_) take(engine_->pool().try_acquire());
    if (!lease_) return false;
    const Flight flight = prepare(batch, options);
    busy.take_off(flight.autocommit);
    bool done = false;
    try {
        done = lease_.connection().try_execute(batch);
    } catch (...) {
        busy.crash(std::current_exception());
        throw;
    }
    busy.land();
    if (done) {
        finish(batch, flight);
    } else {
        restore(batch, flight);
        untried_ = flight.untried;  // nothing has been sent
    }
    return done;
}

awaitable<Cursor> ConnectionCore::open_cursor(BatchItem item, RunOptions options) {
    check_ready(options);
    return fly_cursor(shared_from_this(), std::move(item), options);
}

awaitable<Cursor> ConnectionCore::fly_cursor(Self self, BatchItem item, RunOptions options) {
    Busy busy(*self);
    if (!self->lease_) self->take(co_await self->engine_->pool().acquire());
    self->check_usable(options);
    Batch batch;
    Flight flight = self->prepare(batch, options);
    const Deadline deadline = batch.deadline;
    self->note_effect(item.statement->effect);
    BatchItem told;  // what observers see; the rest of the item goes to the driver
    told.statement = item.statement;
    told.executions = item.executions;
    std::string values;
    if (self->engine_->observers().any() && !self->engine_->options().hide_parameters) values = values_text(item.parameters);
    busy.take_off(flight.autocommit);
    std::unique_ptr<DriverCursor> opened;
    std::exception_ptr refused;
    try {
        DriverConnection* connection = &self->lease_.connection();
        if (!batch.items.empty() && !connection->try_execute(batch)) batch = co_await connection->execute(std::move(batch));
        if (self->may_replay(batch, flight)) {
            batch = co_await replay(self, std::move(batch), flight);
            if (self->lease_) connection = &self->lease_.connection();
        }
        if (!batch.error) opened = co_await connection->open_cursor(std::move(item), deadline);
    } catch (const Error&) {
        refused = with_statement(std::current_exception(), told.statement->sql);
    } catch (...) {
        busy.crash(std::current_exception());
        throw;
    }
    busy.land();
    if (self->engine_->observers().any() && (opened || refused)) self->tell_statement(told, values, 1, flight, refused);
    if (refused) batch.error = refused;
    self->finish(batch, flight);
    Cursor cursor;
    cursor.cursor_ = std::move(opened);
    cursor.epoch_ = self->epoch_;
    cursor.timeout_ = self->timeout_of(options);
    self->last_cursor_ = cursor.cursor_;
    co_return std::move(cursor);
}

awaitable<ValueBuffer> ConnectionCore::fetch(Cursor& cursor, std::size_t max_rows, ValueBuffer rows) {
    check_idle();
    if (!cursor) throw_resource_closed("this stream was closed");
    if (closed_ || cursor.epoch_ != epoch_ || !lease_) {
        throw_resource_closed("this stream was closed by the end of its transaction (commit, rollback or close)");
    }
    state_.check_usable();
    return fly_fetch(shared_from_this(), cursor.cursor_, max_rows, std::move(rows), after(cursor.timeout_));
}

awaitable<ValueBuffer> ConnectionCore::fly_fetch(Self self, std::shared_ptr<DriverCursor> cursor, std::size_t max_rows,
                                                 ValueBuffer rows, Deadline deadline) {
    Busy busy(*self);
    const bool autocommit = !self->state_.in_transaction();
    busy.take_off(autocommit);
    std::exception_ptr refused;
    try {
        rows = co_await cursor->fetch(max_rows, std::move(rows), deadline);
    } catch (const Error&) {
        refused = std::current_exception();
    } catch (...) {
        busy.crash(std::current_exception());
        throw;
    }
    busy.land();
    if (refused) {
        self->failed(refused, autocommit, false);
        std::rethrow_exception(refused);
    }
    co_return std::move(rows);
}

// ---------------------------------------------------------------- what observers are told

void ConnectionCore::tell(const Batch& batch, const Flight& flight) const noexcept {
    const Observers& observers = engine_->observers();
    const auto error_of = [&](std::size_t item) { return item == batch.failed_item ? batch.error : std::exception_ptr(); };
    const auto ran = [&](std::size_t item) { return batch.items[item].done || item == batch.failed_item; };

    constexpr TransactionAction actions[] = {TransactionAction::begin, TransactionAction::savepoint, TransactionAction::release_savepoint,
                                             TransactionAction::rollback_to_savepoint, TransactionAction::rollback};
    std::size_t item = 0;
    for (const Step step : state_.queue()) {
        for (std::size_t left = step.kind == StepKind::begin ? flight.begin_items : 1; left != 0; --left, ++item) {
            if (ran(item)) observers.transaction({actions[static_cast<std::size_t>(step.kind)], batch.items[item].statement->sql, error_of(item)});
        }
    }
    const std::size_t end = batch.items.size() - (flight.commit ? 1 : 0);
    const bool shown = !engine_->options().hide_parameters;
    for (; item < end; ++item) {
        if (!ran(item)) continue;
        const std::string values = shown ? values_text(batch.items[item].parameters) : std::string();
        tell_statement(batch.items[item], values, end - flight.prefix, flight, error_of(item));
    }
    if (flight.commit && ran(end)) observers.transaction({TransactionAction::commit, batch.items[end].statement->sql, error_of(end)});
}

void ConnectionCore::tell_statement(const BatchItem& item, std::string_view values, std::size_t batch_size, const Flight& flight,
                                    const std::exception_ptr& error) const noexcept {
    StatementEvent event;
    event.sql = item.statement->sql;
    event.values = values;
    event.values_hidden = engine_->options().hide_parameters;
    event.executions = item.executions;
    event.batch_size = batch_size;
    if (item.done) event.rowcount = item.statement->returns_rows ? static_cast<std::int64_t>(item.rows.rows()) : item.affected;
    // Somebody may have begun to observe in the middle of it.
    if (flight.start.time_since_epoch().count() != 0) event.duration = std::chrono::steady_clock::now() - flight.start;
    event.error = error;
    engine_->observers().statement(event);
}

}  // namespace azoth::detail
