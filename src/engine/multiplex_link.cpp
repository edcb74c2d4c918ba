// The coroutine that serves a link: batch after batch over one leased connection, then a moment of waiting, then the end.
#include "engine/multiplex_link.hpp"

#include "engine/pool.hpp"

#include <azoth/base/error.hpp>
#include <azoth/engine/engine_core.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace azoth::detail {

namespace asio = boost::asio;

namespace {

// A connection without work is kept for so long, so that the reads of a coroutine one after the other do not lease one each.
constexpr std::chrono::milliseconds keep_for{20};

BatchItem item_of(const CompiledPtr& statement) {
    BatchItem item;
    item.statement = statement;
    return item;
}

// A copy of what is asked, so that it can be asked again.
BatchItem again(const BatchItem& asked) {
    BatchItem item = item_of(asked.statement);
    item.parameters.clear(asked.parameters.columns());
    for (const ValueView& value : asked.parameters.cells()) item.parameters.append(value);
    return item;
}

}  // namespace

void Multiplexer::Link::stop(const std::shared_ptr<Link>& link) noexcept {
    const std::lock_guard lock(link->mutex);
    if (!link->strand) return;
    asio::post(link->strand, [link] { link->signal.emit(asio::cancellation_type::terminal); });
}

Multiplexer::LinkJob::~LinkJob() {
    if (!link) return;
    asio::any_io_executor released;  // destroyed outside the lock
    {
        const std::lock_guard lock(link->mutex);
        std::swap(released, link->strand);
    }
    if (const auto reported = std::move(owner)) reported->ended(*this);
}

void Multiplexer::LinkJob::operator()(const asio::any_io_executor& executor) {
    // Cancelling is only safe where the coroutine runs: on a context with several threads it needs a strand of its own.
    const asio::any_io_executor strand = asio::make_strand(executor);
    const std::shared_ptr<Link> served = link;
    {
        const std::lock_guard lock(served->mutex);
        served->strand = strand;
    }
    asio::co_spawn(strand, serve(std::move(*this)), asio::bind_cancellation_slot(served->signal.slot(), [served](const std::exception_ptr&) {}));
}

// A connection that refuses writes. One that idled may be dead: that shows here, and the next one is tried.
awaitable<Lease> Multiplexer::lease() {
    for (;;) {
        Lease lease = co_await engine_->pool().acquire();
        Batch batch;
        if (lease.owes_rollback()) batch.items.push_back(item_of(engine_->rollback_statement()));
        batch.items.push_back(item_of(read_only_));
        DriverConnection& connection = lease.connection();
        lease.restore_with(read_write_);
        if (!connection.try_execute(batch)) batch = co_await connection.execute(std::move(batch));
        if (!batch.error) {
            if (lease.owes_rollback()) lease.rolled_back();
            co_return std::move(lease);
        }
        if (connection.usable() || !lease.reused()) batch.rethrow_error();
    }
}

awaitable<void> Multiplexer::linger(std::shared_ptr<Waiter> parked) {
    asio::steady_timer timer(co_await asio::this_coro::executor, keep_for);
    timer.async_wait([parked](const boost::system::error_code& error) {
        if (!error) parked->complete();
    });
    co_await parked->wait();
}

awaitable<void> Multiplexer::serve(LinkJob job) {
    const std::shared_ptr<Multiplexer> self = job.owner;
    const std::shared_ptr<Link> link = job.link;
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    Lease lease;
    try {
        lease = co_await self->lease();
    } catch (...) {
        job.error = std::current_exception();
    }
    if (job.error) co_return;
    {
        const std::lock_guard lock(self->mutex_);
        self->machine_.opened(link->id);
        job.opened = true;
    }
    DriverConnection& connection = lease.connection();
    asio::steady_timer slow(executor);
    bool lingered = false;
    for (;;) {
        // Those who were answered ask again before this goes on.
        co_await asio::post(executor, asio::use_awaitable);
        std::shared_ptr<Waiter> parked;
        const std::vector<CallPtr> calls = self->take(*link, parked);
        if (calls.empty()) {
            // Nobody else need wait for a connection that has nothing to do.
            const bool wanted = self->single_ || self->engine_->pool().status().waiting != 0;
            if (!lingered && !wanted) co_await linger(parked);
            if ((lingered || wanted) && self->retire(*link)) {
                job.owner = nullptr;
                co_return;
            }
            lingered = !lingered;
            continue;
        }
        lingered = false;
        Batch batch;
        for (const CallPtr& call : calls) batch.items.push_back(again(call->item));
        const auto start = std::chrono::steady_clock::now();
        if (!connection.try_execute(batch)) {
            slow.expires_after(MultiplexOptions().slow);
            slow.async_wait([weak = std::weak_ptr<Multiplexer>(self)](const boost::system::error_code& error) {
                if (error) return;
                if (const auto alive = weak.lock()) alive->tick();
            });
            batch = co_await connection.execute(std::move(batch));
            slow.cancel();
        }
        if (!connection.usable()) {
            job.error = batch.error;
            co_return;  // what it did not answer is asked again
        }
        self->finished(*link, calls, batch, start);
    }
}

}  // namespace azoth::detail
