// The callers' side of multiplexed reads: waiting, cancellation, deadlines, and what becomes of the machine's commands.
#include "engine/multiplexer.hpp"

#include "engine/multiplex_run.hpp"
#include "engine/pool.hpp"

#include <azoth/base/error.hpp>
#include <azoth/engine/engine_core.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace azoth::detail {

namespace asio = boost::asio;

namespace {

// Reads of one batch at most: more would not save much, and the first would wait for the last.
constexpr std::size_t together = 128;

std::size_t checked_connections(const EngineOptions& options) {
    if (options.multiplexed_connections < 1) throw_argument_error("multiplexed_connections: must be 1 or more");
    return static_cast<std::size_t>(options.multiplexed_connections);
}

ConnectOptions read_only(ConnectOptions options) {
    options.read_only = true;
    return options;
}

void check_reads(const CompiledStatement& statement) {
    if (statement.effect == Effect::read) return;
    throw_argument_error(statement.effect == Effect::unknown
                             ? "multiplexed reads share their connection, and text() could be anything: write it as select(), or run it on a connection of its own"
                             : "multiplexed reads share their connection, and this statement writes or locks: run it on a connection or session of its own");
}

}  // namespace

Multiplexer::Multiplexer(const EngineCore& engine, const Driver& driver, Home home)
    : engine_(engine),
      driver_(driver),
      home_(std::move(home)),
      connect_options_(read_only(connect_options(engine.options()))),
      single_(driver.pool_kind(engine.url()) == PoolKind::single),
      machine_(checked_connections(engine.options()), together) {}

Multiplexer::~Multiplexer() = default;

awaitable<RawResult> execute_multiplexed(std::shared_ptr<EngineCore> engine, FlatStatement statement, ExecutionOptions options) {
    return Multiplexer::execute(std::move(engine), std::move(statement), options);
}

// ---------------------------------------------------------------- callers

/// The caller has gone when this is destroyed before the answer.
class Multiplexer::Registration {
public:
    Registration(Multiplexer& owner, const CallPtr& call) : owner_(owner), call_(call) {}
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() {
        if (!call_->completed()) owner_.leave(call_);
    }

private:
    Multiplexer& owner_;
    const CallPtr call_;
};

awaitable<RawResult> Multiplexer::execute(Engine engine, FlatStatement statement, ExecutionOptions options) {
    Multiplexer& self = engine->multiplexer();
    const auto call = std::make_shared<Call>();
    call->plan = engine->plan(statement);
    check_reads(*call->plan->query.statement);
    if (self.single_) co_return co_await execute_alone(engine, std::move(statement), options);
    call->item = bind_values(call->plan, statement);
    call->statement = std::move(statement);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    call->home = self.home_.is_home_of(executor) ? self.home_ : Home(executor);

    self.submit(engine, call);
    const Registration registration(self, call);
    const auto timeout = options.statement_timeout.count() > 0 ? options.statement_timeout : engine->options().statement_timeout;
    std::optional<asio::steady_timer> timer;
    if (timeout.count() > 0) {
        timer.emplace(executor, timeout);
        timer->async_wait([engine, call](const boost::system::error_code& error) {
            if (!error) engine->multiplexer().time_out(call);
        });
    }
    co_await call->wait();
    if (call->error) std::rethrow_exception(std::exchange(call->error, nullptr));
    RawResult result;
    result.rows = std::move(call->rows);
    result.plan = std::move(call->plan);
    co_return std::move(result);
}

// A second connection to a database in memory would be to another database. This one is the pool's, and others write on it; a SELECT cannot.
awaitable<RawResult> Multiplexer::execute_alone(Engine engine, FlatStatement statement, ExecutionOptions options) {
    options.autocommit = true;
    const auto connection = std::make_shared<ConnectionCore>(std::move(engine), ConnectionCore::Hold::transaction);
    co_return co_await detail::execute(*connection, std::move(statement), options);
}

void Multiplexer::submit(const Engine& engine, const CallPtr& call) {
    MultiplexCommands commands;
    {
        const std::lock_guard lock(mutex_);
        machine_.submit(call, Clock::now(), commands);
    }
    carry_out(engine, commands, {});
}

// Returns false when somebody else has settled it.
bool Multiplexer::leave(const CallPtr& call) noexcept {
    MultiplexCommands commands;
    const std::lock_guard lock(mutex_);
    if (!machine_.leave(*call, commands)) return false;
    stop(commands);
    return true;
}

void Multiplexer::time_out(const CallPtr& call) noexcept {
    if (!leave(call)) return;
    ErrorDetail detail;
    detail.statement = call->plan->query.statement->sql;
    call->error = std::make_exception_ptr(StatementTimeout("the read did not end within its time limit", std::move(detail)));
    call->complete();
}

// ---------------------------------------------------------------- what the machine wants done

void Multiplexer::carry_out(const Engine& engine, const MultiplexCommands& commands, const std::exception_ptr& error) noexcept {
    for (const SharedReadPtr& read : commands.failed) {
        const auto call = std::static_pointer_cast<Call>(read);
        call->error = with_statement(error, call->plan->query.statement->sql);
        call->complete();
    }
    for (const RunId id : commands.start) start(engine, id);
}

// On the context of somebody who waits. One that is going takes the job, and destroys it: then `ended` begins another run.
void Multiplexer::start(const Engine& engine, RunId id) noexcept {
    const auto run = std::make_shared<Run>(id);
    std::vector<Home> tried;  // held, so that no new context gets the identity of one that is gone
    const auto was_tried = [&](const SharedReadPtr& read) {
        return std::any_of(tried.begin(), tried.end(), [&](const Home& home) { return home.id() == static_cast<const Call&>(*read).home.id(); });
    };
    for (;;) {
        Home home;
        {
            const std::lock_guard lock(mutex_);
            if (tried.empty()) runs_.push_back(run);
            for (const SharedReadPtr& read : machine_.waiting()) {
                if (was_tried(read)) continue;
                home = static_cast<const Call&>(*read).home;
                break;
            }
        }
        if (!home) break;
        tried.push_back(home);
        run->home = home.id();
        Job job(engine, run);
        if (home.post(job)) return;
        job.engine.reset();
    }
    // Those whose contexts are gone fail. Who has come meanwhile gets a run of his own.
    MultiplexCommands commands;
    std::shared_ptr<Strand> released;  // destroyed outside the lock
    {
        const std::lock_guard lock(mutex_);
        for (const SharedReadPtr& read : machine_.waiting()) {
            if (was_tried(read)) commands.failed.push_back(read);
        }
        for (const SharedReadPtr& read : commands.failed) machine_.leave(*read, commands);
        released = forget(run);
        machine_.ended(run->id, RunEnd::gone, Clock::now(), commands);
    }
    carry_out(engine, commands, std::make_exception_ptr(OperationalError("the read was abandoned: the execution context it ran in has ended")));
}

// Under the mutex. Breaks batches off where their coroutines run, if they are still under way by then.
void Multiplexer::stop(const MultiplexCommands& commands) {
    for (const RunId id : commands.stop) {
        const auto run = std::find_if(runs_.begin(), runs_.end(), [id](const RunPtr& other) { return other->id == id; });
        if (run == runs_.end() || !(*run)->strand) continue;
        const std::shared_ptr<Strand>& strand = (*run)->strand;
        asio::post(strand->executor, [strand, stopped = *run, batch = (*run)->batch] {
            if (stopped->batch == batch) strand->signal.emit(asio::cancellation_type::terminal);
        });
    }
}

void Multiplexer::dispose() noexcept {
    std::vector<Link> closed;
    const std::lock_guard lock(mutex_);
    ++generation_;
    closed.swap(parked_);
}

}  // namespace azoth::detail
