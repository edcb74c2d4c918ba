// The pause before a connect that the server has refused is tried again: one for the whole pool, in the context of somebody who waits.
#include "engine/pool.hpp"
#include "engine/pool_actions.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <memory>
#include <utility>

namespace azoth::detail {

namespace asio = boost::asio;

// When it is lost with its context, another waiter's context takes it over.
struct Pool::PauseJob {
    explicit PauseJob(std::shared_ptr<Pool> owner) : pool(std::move(owner)) {}
    PauseJob(PauseJob&&) noexcept = default;
    PauseJob& operator=(PauseJob&&) = delete;
    ~PauseJob() {
        if (const auto lost = std::move(pool)) lost->start_pause(Home());
    }
    void operator()(const asio::any_io_executor& executor) { asio::co_spawn(executor, pause(std::move(*this)), asio::detached); }

    std::shared_ptr<Pool> pool;  // empty when the job is done, or somebody else's
};

void Pool::start_pause(const Home& likely) noexcept {
    post_to_waiters(
        likely,
        [&](const Home& home) {
            PauseJob job(shared_from_this());
            const bool posted = home.post(job);
            if (!posted) job.pool.reset();
            return posted;
        },
        [&](Actions&) { machine_.pause_lost(); });
}

awaitable<void> Pool::pause(PauseJob job) {
    const std::shared_ptr<Pool> pool = job.pool;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const auto over = std::make_shared<Waiter>();
    bool needed = false;
    {
        const std::lock_guard lock(pool->mutex_);
        needed = !pool->waiters_.empty();
        if (needed) pool->pause_ = over;
        timer.expires_at(pool->machine_.retry_at());
    }
    if (needed) {
        timer.async_wait([over](const boost::system::error_code& error) {
            if (!error) over->complete();
        });
        co_await over->wait();
    }
    job.pool.reset();
    pool->pause_over();
}

void Pool::pause_over() noexcept {
    Actions actions;
    {
        const std::lock_guard lock(mutex_);
        const auto now = PoolMachine::Clock::now();
        pause_.reset();
        machine_.pause_over(now, commands_);
        note(actions, now);
    }
    carry_out(actions);
}

}  // namespace azoth::detail
