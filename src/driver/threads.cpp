// Detached threads, and a line of work for a few of them.
#include <azoth/driver/detail/threads.hpp>

#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace azoth::detail {

void run_on_thread(std::function<void()> function) { std::thread(std::move(function)).detach(); }

struct ThreadQueue::State {
    std::mutex mutex;
    std::deque<std::function<void()>> waiting;
    std::size_t running = 0;
    std::size_t most;
};

ThreadQueue::ThreadQueue(std::size_t threads) : state_(std::make_shared<State>()) { state_->most = threads; }

void ThreadQueue::run(std::function<void()> function) {
    State& state = *state_;
    {
        const std::lock_guard lock(state.mutex);
        state.waiting.push_back(std::move(function));
        if (state.running == state.most) return;
        ++state.running;
    }
    try {
        run_on_thread([shared = state_] {
            std::unique_lock lock(shared->mutex);
            while (!shared->waiting.empty()) {
                std::function<void()> next = std::move(shared->waiting.front());
                shared->waiting.pop_front();
                lock.unlock();
                next();
                next = nullptr;
                lock.lock();
            }
            --shared->running;
        });
    } catch (const std::system_error&) {
        const std::lock_guard lock(state.mutex);
        --state.running;
        if (state.running != 0) return;
        state.waiting.pop_back();
        throw;
    }
}

}  // namespace azoth::detail
