// A run: batch after batch over one connection until nothing waits any more. Then the connection is parked, and no work is under way.
#include "engine/multiplex_run.hpp"

#include "engine/observers.hpp"
#include "engine/value_text.hpp"

#include <azoth/base/error.hpp>
#include <azoth/engine/engine_core.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace azoth::detail {

namespace asio = boost::asio;

Multiplexer::Job::~Job() {
    if (!engine) return;
    const Engine owner = std::move(engine);
    owner->multiplexer().ended(owner, run, refusal);
}

void Multiplexer::Job::operator()(const asio::any_io_executor& executor) {
    // Cancelling is only safe where the coroutine runs: on a context with several threads it needs a strand of its own.
    const auto strand = std::make_shared<Strand>(asio::make_strand(executor));
    {
        const std::lock_guard lock(engine->multiplexer().mutex_);
        run->strand = strand;
    }
    asio::co_spawn(strand->executor, serve(std::move(*this)), asio::bind_cancellation_slot(strand->signal.slot(), [strand](const std::exception_ptr&) {}));
}

awaitable<Multiplexer::Link> Multiplexer::connect() const {
    Link link;
    link.generation = generation_.load();
    const Url url = engine_.observers().prepared(engine_.url());
    link.connection = co_await driver_.connect(url, connect_options_);
    link.made = Clock::now();
    co_return std::move(link);
}

Multiplexer::Link Multiplexer::unpark() noexcept {
    const std::lock_guard lock(mutex_);
    if (parked_.empty()) return {};
    Link link = std::move(parked_.back());
    parked_.pop_back();
    return link;
}

bool Multiplexer::is_fresh(const Link& link) const noexcept {
    if (!link.connection || !link.connection->usable() || link.generation != generation_.load()) return false;
    const auto recycle = engine_.options().pool_recycle;
    return recycle.count() <= 0 || Clock::now() - link.made < recycle;
}

awaitable<void> Multiplexer::serve(Job job) {
    const Engine engine = job.engine;
    const RunPtr run = job.run;
    Multiplexer& self = engine->multiplexer();
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    Link link = self.unpark();
    std::vector<CallPtr> calls;
    for (;;) {
        if (!self.is_fresh(link)) {
            link.connection.reset();
            if (self.retire(run)) {
                job.engine.reset();  // nothing to report
                co_return;
            }
            try {
                link = co_await self.connect();
            } catch (...) {
                job.refusal = std::current_exception();
            }
            if (job.refusal) co_return;
        }
        if (!self.take(engine, run, link, calls)) {
            job.engine.reset();
            co_return;
        }
        Batch batch;
        std::exception_ptr unexpected;
        const auto start = Clock::now();
        try {
            batch.items.reserve(calls.size());
            for (const CallPtr& call : calls) {
                batch.items.push_back(call->sent ? bind_values(call->plan, call->statement) : std::move(call->item));
                call->sent = true;
            }
            if (!link.connection->try_execute(batch)) batch = co_await link.connection->execute(std::move(batch));
        } catch (...) {  // cancelled, because nobody waits for it any more; or memory
            unexpected = std::current_exception();
        }
        if (unexpected) {
            batch = Batch();
            batch.items.resize(calls.size());
            batch.error = unexpected;
            link.connection->close();
        }
        self.finished(engine, run, calls, batch, link.connection->usable(), start);
        calls.clear();
        // Those who were answered ask again before this goes on.
        co_await asio::post(executor, asio::use_awaitable);
    }
}

bool Multiplexer::retire(const RunPtr& run) noexcept {
    std::shared_ptr<Strand> released;  // destroyed outside the lock
    const std::lock_guard lock(mutex_);
    if (!machine_.retire(run->id)) return false;
    released = forget(run);
    return true;
}

// Under the mutex. Whatever waits is of other contexts: this one must not be kept from coming to its end by them.
bool Multiplexer::is_stranger(const Run& run) const noexcept {
    const auto& waiting = machine_.waiting();
    return std::none_of(waiting.begin(), waiting.end(), [&](const SharedReadPtr& read) { return static_cast<const Call&>(*read).home.id() == run.home; });
}

// The next batch; false when nothing waits here: then the connection is parked, and the run has ended.
bool Multiplexer::take(const Engine& engine, const RunPtr& run, Link& link, std::vector<CallPtr>& calls) {
    MultiplexCommands commands;
    std::vector<SharedReadPtr> reads;
    std::shared_ptr<Strand> released;  // destroyed outside the lock
    {
        const std::lock_guard lock(mutex_);
        if (is_stranger(*run)) {
            machine_.ended(run->id, RunEnd::gone, Clock::now(), commands);
        } else {
            machine_.take(run->id, reads, Clock::now(), commands);
        }
        if (reads.empty()) {
            if (is_fresh(link)) parked_.push_back(std::move(link));
            released = forget(run);
        } else {
            ++run->batch;
        }
    }
    calls.reserve(reads.size());
    for (const SharedReadPtr& read : reads) calls.push_back(std::static_pointer_cast<Call>(read));
    carry_out(engine, commands, {});
    return !calls.empty();
}

void Multiplexer::finished(const Engine& engine, const RunPtr& run, const std::vector<CallPtr>& calls, Batch& batch, bool usable, Clock::time_point start) {
    const auto undone = std::find_if(batch.items.begin(), batch.items.end(), [](const BatchItem& item) { return !item.done; });
    std::size_t failed = Batch::none;
    if (undone != batch.items.end()) {
        if (!batch.error) batch.error = std::make_exception_ptr(ConnectionLost("a batch came back without its results, and without an error"));
        if (usable) failed = batch.failed_item < calls.size() ? batch.failed_item : static_cast<std::size_t>(undone - batch.items.begin());
    }
    if (engine_.observers().any()) tell(calls, batch, failed, start);
    std::vector<ReadOutcome> outcomes;
    std::vector<CallPtr> answered;
    outcomes.reserve(calls.size());
    answered.reserve(calls.size());
    MultiplexCommands commands;
    {
        const std::lock_guard lock(mutex_);
        ++run->batch;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            BatchItem& item = batch.items[i];
            const bool has_answer = item.done || i == failed;
            outcomes.push_back(has_answer ? ReadOutcome::answered : usable ? ReadOutcome::not_run : ReadOutcome::lost);
            Call& call = *calls[i];
            if (!has_answer || call.state == SharedRead::State::settled) continue;
            if (item.done) {
                call.rows = std::move(item.rows);
            } else {
                call.error = with_statement(batch.error, call.plan->query.statement->sql);
            }
            answered.push_back(calls[i]);
        }
        machine_.finished(run->id, outcomes, commands);
    }
    for (const CallPtr& call : answered) call->complete();
    carry_out(engine, commands, batch.error);
}

// Before its time: no connection could be had, its context has ended, or it was stopped.
void Multiplexer::ended(const Engine& engine, const RunPtr& run, const std::exception_ptr& refusal) noexcept {
    MultiplexCommands commands;
    std::shared_ptr<Strand> released;  // destroyed outside the lock
    {
        const std::lock_guard lock(mutex_);
        released = forget(run);
        machine_.ended(run->id, refusal ? RunEnd::refused : RunEnd::gone, Clock::now(), commands);
    }
    carry_out(engine, commands, refusal);
}

// Under the mutex.
std::shared_ptr<Multiplexer::Strand> Multiplexer::forget(const RunPtr& run) noexcept {
    std::erase(runs_, run);
    return std::exchange(run->strand, nullptr);
}

void Multiplexer::tell(const std::vector<CallPtr>& calls, const Batch& batch, std::size_t failed, Clock::time_point start) const noexcept {
    const bool hidden = engine_.options().hide_parameters;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const BatchItem& item = batch.items[i];
        if (!item.done && i != failed) continue;  // it will be told when it has run
        const std::string values = hidden ? std::string() : values_text(item.parameters);
        StatementEvent event;
        event.sql = calls[i]->plan->query.statement->sql;
        event.values = values;
        event.values_hidden = hidden;
        event.batch_size = calls.size();
        if (item.done) event.rowcount = static_cast<std::int64_t>(item.rows.rows());
        if (!item.done) event.error = batch.error;
        event.duration = Clock::now() - start;
        engine_.observers().statement(event);
    }
}

}  // namespace azoth::detail
