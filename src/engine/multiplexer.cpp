// The callers' side of multiplexed reads: waiting, cancellation, deadlines, and what becomes of the machine's commands.
#include "engine/multiplexer.hpp"

#include "engine/multiplex_link.hpp"
#include "engine/observers.hpp"
#include "engine/pool.hpp"
#include "engine/value_text.hpp"

#include <azoth/base/error.hpp>
#include <azoth/engine/engine_core.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace azoth::detail {

namespace asio = boost::asio;

namespace {

// Of a pool without a limit.
constexpr std::size_t most_links = 16;

MultiplexOptions machine_options(const EngineCore& engine, bool single) {
    MultiplexOptions options;
    const int size = engine.options().pool_size;
    options.links = single ? 1 : size == 0 ? most_links : static_cast<std::size_t>(size);
    return options;
}

CompiledPtr setting(std::string_view sql) { return compile_plain(std::string(sql), Effect::definition); }

}  // namespace

Multiplexer::Multiplexer(std::shared_ptr<EngineCore> engine)
    : engine_(std::move(engine)),
      read_only_(setting(engine_->dialect().read_only_session().on)),
      read_write_(setting(engine_->dialect().read_only_session().off)),
      single_(engine_->driver().pool_kind(engine_->url()) == PoolKind::single),
      machine_(machine_options(*engine_, single_)) {}

Multiplexer::~Multiplexer() = default;

awaitable<RawResult> execute(Multiplexer& reads, FlatStatement statement, const ExecutionOptions& options) { return reads.execute(std::move(statement), options); }

// ---------------------------------------------------------------- callers

/// The caller has gone when this is destroyed before the answer.
class Multiplexer::Registration {
public:
    Registration(Multiplexer& owner, CallPtr call) : owner_(owner), call_(std::move(call)) {}
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() {
        if (!call_->completed()) owner_.abandon(call_);
    }

private:
    Multiplexer& owner_;
    const CallPtr call_;
};

awaitable<RawResult> Multiplexer::execute(FlatStatement statement, ExecutionOptions options) { return fly(shared_from_this(), std::move(statement), options); }

awaitable<RawResult> Multiplexer::fly(std::shared_ptr<Multiplexer> self, FlatStatement statement, ExecutionOptions options) {
    const auto call = std::make_shared<Call>();
    call->plan = self->engine_->plan(statement);
    const Effect effect = call->plan->query.statement->effect;
    if (effect != Effect::read && effect != Effect::unknown) {
        throw_invalid_request("multiplexed reads: this statement writes or locks; run it on a connection or session of its own");
    }
    call->item = bind_values(call->plan, statement);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const Home& home = self->engine_->pool().home();
    call->home = home.is_home_of(executor) ? home : Home(executor);

    self->submit(call);
    const Registration registration(*self, call);
    const auto timeout = options.statement_timeout.count() > 0 ? options.statement_timeout : self->engine_->options().statement_timeout;
    std::optional<asio::steady_timer> timer;
    if (timeout.count() > 0) {
        timer.emplace(executor, timeout);
        timer->async_wait([weak = std::weak_ptr<Multiplexer>(self), call](const boost::system::error_code& error) {
            if (error) return;
            if (const auto alive = weak.lock()) alive->time_out(call);
        });
    }
    co_await call->wait();
    if (call->error) std::rethrow_exception(std::exchange(call->error, nullptr));
    RawResult result;
    result.rows = std::move(call->rows);
    result.rowcount = call->rowcount;
    result.plan = std::move(call->plan);
    co_return std::move(result);
}

void Multiplexer::submit(const CallPtr& call) {
    MultiplexCommands commands;
    {
        const std::lock_guard lock(mutex_);
        call->id = CallId{++last_call_};
        calls_.emplace(last_call_, call);
        machine_.submit(call->id, MultiplexMachine::Clock::now(), commands);
    }
    carry_out(commands, call->home, {});
}

// Outside the mutex. Whoever takes it out of the calls answers it.
void Multiplexer::answer(const CallPtr& call) noexcept { call->complete(); }

void Multiplexer::abandon(const CallPtr& call) noexcept {
    MultiplexCommands commands;
    {
        const std::lock_guard lock(mutex_);
        if (calls_.erase(static_cast<std::uint64_t>(call->id)) == 0) return;
        machine_.abandon(call->id, MultiplexMachine::Clock::now(), commands);
    }
    carry_out(commands, call->home, {});
}

void Multiplexer::time_out(const CallPtr& call) noexcept {
    MultiplexCommands commands;
    {
        const std::lock_guard lock(mutex_);
        if (calls_.erase(static_cast<std::uint64_t>(call->id)) == 0) return;
        machine_.abandon(call->id, MultiplexMachine::Clock::now(), commands);
    }
    ErrorDetail detail;
    detail.statement = call->item.statement->sql;
    call->error = std::make_exception_ptr(StatementTimeout("the statement did not end within its time limit", std::move(detail)));
    answer(call);
    carry_out(commands, call->home, {});
}

// ---------------------------------------------------------------- links report

std::vector<Multiplexer::CallPtr> Multiplexer::take(Link& link, std::shared_ptr<Waiter>& parked) {
    std::vector<CallPtr> calls;
    const std::lock_guard lock(mutex_);
    for (const CallId id : machine_.take(link.id, MultiplexMachine::Clock::now())) calls.push_back(calls_.at(static_cast<std::uint64_t>(id)));
    if (calls.empty()) link.parked = parked = std::make_shared<Waiter>();
    return calls;
}

void Multiplexer::finished(Link& link, const std::vector<CallPtr>& calls, Batch& batch, std::chrono::steady_clock::time_point start) {
    if (engine_->observers().any()) tell(calls, batch, start);
    std::vector<CallResult> results(calls.size(), CallResult::answered);
    std::vector<CallPtr> answered;
    MultiplexCommands commands;
    {
        const std::lock_guard lock(mutex_);
        bool failed = false;
        for (std::size_t i = 0; i < calls.size(); ++i) {
            BatchItem& item = batch.items[i];
            if (!item.done && std::exchange(failed, true)) {
                results[i] = CallResult::not_run;
                continue;
            }
            if (calls_.erase(static_cast<std::uint64_t>(calls[i]->id)) == 0) continue;  // its caller has gone
            Call& call = *calls[i];
            if (item.done) {
                call.rows = std::move(item.rows);
                call.rowcount = item.affected;
            } else {
                call.error = with_statement(batch.error, call.item.statement->sql);
            }
            answered.push_back(calls[i]);
        }
        machine_.finished(link.id, results, MultiplexMachine::Clock::now(), commands);
    }
    for (const CallPtr& call : answered) answer(call);
    carry_out(commands, link.home, {});
}

bool Multiplexer::retire(Link& link) {
    const std::lock_guard lock(mutex_);
    if (!machine_.retire(link.id)) return false;
    std::erase_if(links_, [&](const auto& other) { return other.get() == &link; });
    return true;
}

void Multiplexer::ended(LinkJob& job) noexcept {
    MultiplexCommands commands;
    {
        const std::lock_guard lock(mutex_);
        const bool cancelled = job.link->cancelled;
        const auto now = MultiplexMachine::Clock::now();
        if (job.opened) {
            machine_.broken(job.link->id, cancelled, now, commands);
        } else {
            machine_.open_failed(job.link->id, now, commands);
        }
        std::erase(links_, job.link);
    }
    if (!job.error) job.error = std::make_exception_ptr(OperationalError("the read was abandoned: the execution context it ran in has ended"));
    carry_out(commands, Home(), job.error);
}

void Multiplexer::tick() noexcept {
    MultiplexCommands commands;
    {
        const std::lock_guard lock(mutex_);
        machine_.tick(MultiplexMachine::Clock::now(), commands);
    }
    carry_out(commands, Home(), {});
}

// ---------------------------------------------------------------- commands

void Multiplexer::carry_out(MultiplexCommands& commands, const Home& likely, const std::exception_ptr& error) noexcept {
    std::vector<CallPtr> refused;
    std::vector<std::shared_ptr<Waiter>> woken;
    std::vector<std::shared_ptr<Link>> stopped;
    {
        const std::lock_guard lock(mutex_);
        const auto find = [&](LinkId id) { return std::find_if(links_.begin(), links_.end(), [id](const auto& link) { return link->id == id; }); };
        for (const CallId id : commands.refused) {
            const auto place = calls_.find(static_cast<std::uint64_t>(id));
            if (place == calls_.end()) continue;
            place->second->error = error;
            refused.push_back(std::move(place->second));
            calls_.erase(place);
        }
        for (const LinkId id : commands.wake) {
            if (const auto link = find(id); link != links_.end() && (*link)->parked) woken.push_back(std::move((*link)->parked));
        }
        for (const LinkId id : commands.cancel) {
            const auto link = find(id);
            if (link == links_.end()) continue;
            (*link)->cancelled = true;
            stopped.push_back(*link);
        }
    }
    for (const CallPtr& call : refused) answer(call);
    for (const auto& waiter : woken) waiter->complete();
    for (const auto& link : stopped) Link::stop(link);
    for (const LinkId id : commands.open) start(id, likely);
}

void Multiplexer::start(LinkId id, const Home& likely) noexcept {
    std::vector<Home> homes{likely};
    auto link = std::make_shared<Link>();
    link->id = id;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [number, call] : calls_) {
            if (std::none_of(homes.begin(), homes.end(), [&](const Home& home) { return home.id() == call->home.id(); })) homes.push_back(call->home);
        }
        links_.push_back(link);
    }
    LinkJob job(shared_from_this(), link);
    for (const Home& home : homes) {
        link->home = home;
        if (home.post(job)) return;
    }
    // nobody's context is alive: the job's end says so
}

// ---------------------------------------------------------------- what observers are told

void Multiplexer::tell(const std::vector<CallPtr>& calls, const Batch& batch, std::chrono::steady_clock::time_point start) const {
    const bool hidden = engine_->options().hide_parameters;
    bool failed = false;
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const BatchItem& item = batch.items[i];
        if (!item.done && std::exchange(failed, true)) return;
        const std::string values = hidden ? std::string() : values_text(calls[i]->item.parameters);
        StatementEvent event;
        event.sql = item.statement->sql;
        event.values = values;
        event.values_hidden = hidden;
        event.batch_size = calls.size();
        if (item.done) event.rowcount = static_cast<std::int64_t>(item.rows.rows());
        event.duration = std::chrono::steady_clock::now() - start;
        if (!item.done) event.error = batch.error;
        engine_->observers().statement(event);
    }
}

}  // namespace azoth::detail
