// When a connection is lost: a batch that certainly did nothing is sent again, and a COMMIT that was not answered is asked for.
#include "engine/connection_flight.hpp"
#include "engine/pool.hpp"

#include <azoth/engine/engine_core.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace azoth::detail {

namespace {

// How long the server is asked about a COMMIT when there is no statement_timeout, and how often.
constexpr std::chrono::seconds ask_for{10};
constexpr std::chrono::milliseconds ask_again{50};

void forget_results(Batch& batch) {
    batch.error = nullptr;
    batch.failed_item = Batch::none;
    batch.failed_execution = 0;
    for (BatchItem& item : batch.items) {
        item.rows.clear(0);
        item.generated_keys.clear();
        item.affected = -1;
        item.done = false;
    }
}

}  // namespace

// A connection that died while it idled shows it when it is next used: by then only a COMMIT, or a write outside a transaction, can have
// taken effect, since everything else ended with the connection.
bool ConnectionCore::may_replay(const Batch& batch, const Flight& flight) const noexcept {
    if (!batch.error || !flight.untried || flight.commit || !engine_->options().pool_pre_ping || !is_lost(batch.error)) return false;
    // The prefix may count as done: some drivers need not send a BEGIN.
    for (std::size_t i = flight.prefix; i < batch.items.size(); ++i) {
        if (batch.items[i].done) return false;
        if (flight.autocommit && batch.items[i].statement->effect != Effect::read) return false;
    }
    return true;
}

awaitable<Batch> ConnectionCore::replay(Self self, Batch batch, Flight& flight) {
    self->close_cursors();
    self->lease_.release();  // closed, and with it all that were opened before
    const bool had_rollback = !self->state_.queue().empty() && self->state_.queue().front().kind == StepKind::rollback;
    std::exception_ptr failed;
    Lease lease;
    try {
        lease = co_await self->engine_->pool().acquire();
    } catch (const Error&) {
        failed = std::current_exception();
    }
    if (failed) {
        batch.error = failed;
        co_return std::move(batch);
    }
    self->take(std::move(lease));
    self->untried_ = false;
    forget_results(batch);
    if (self->lease_.owes_rollback() && !had_rollback) {
        std::vector<BatchItem> items;
        self->engine_->append_step(items, {StepKind::rollback}, {});
        batch.items.insert(batch.items.begin(), std::move(items.front()));
        ++flight.prefix;
    }
    DriverConnection& connection = self->lease_.connection();
    if (!connection.try_execute(batch)) batch = co_await send(connection, std::move(batch), flight.copy);
    co_return std::move(batch);
}

namespace {

// What became of the transaction, or nothing when that cannot be found out in time.
awaitable<std::optional<bool>> ask(Pool& pool, std::string id, std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
    while (std::chrono::steady_clock::now() < until) {
        std::optional<bool> committed;
        bool supported = true;
        try {
            Lease lease = co_await pool.acquire();
            co_await lease.settle();
            committed = co_await lease.connection().transaction_outcome(id);
        } catch (const NotSupportedError&) {
            supported = false;
        } catch (const Error&) {  // the server is away: it may come back
        }
        if (committed || !supported) co_return committed;
        timer.expires_after(ask_again);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
    co_return std::nullopt;
}

}  // namespace

awaitable<Batch> ConnectionCore::resolve_commit(Self self, Batch batch, Flight& flight) {
    if (!is_lost(batch.error)) co_return std::move(batch);
    std::string id = self->lease_.connection().transaction_id();
    if (id.empty()) co_return std::move(batch);
    self->close_cursors();
    self->lease_.release();
    const auto timeout = self->engine_->options().statement_timeout;
    const auto patience = timeout.count() > 0 ? timeout : std::chrono::milliseconds(ask_for);
    const std::optional<bool> committed = co_await ask(self->engine_->pool(), std::move(id), patience);
    if (!committed) co_return std::move(batch);  // what is told then is CommitOutcomeUnknown
    flight.outcome_known = true;
    const bool answered = std::all_of(batch.items.begin(), batch.items.end() - 1, [](const BatchItem& item) { return item.done; });
    ErrorDetail detail;
    detail.connection_lost = true;
    if (!*committed) {
        detail.retryable = true;
        batch.error = std::make_exception_ptr(
            ConnectionLost("the connection was lost before COMMIT was answered, and the server says that the transaction was rolled back", std::move(detail)));
    } else if (!answered) {
        batch.error = std::make_exception_ptr(CommitOutcomeUnknown(
            "the connection was lost before COMMIT was answered: the server says that the transaction was committed, but what its last statements returned is lost", std::move(detail)));
    } else {
        batch.error = nullptr;
        batch.failed_item = Batch::none;
        batch.items.back().done = true;
    }
    co_return std::move(batch);
}

}  // namespace azoth::detail
