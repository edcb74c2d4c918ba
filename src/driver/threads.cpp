// Detached threads, and a line of work for a few of them.
#include <azoth/driver/detail/threads.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace azoth::detail {

void run_on_thread(std::function<void()> function) { std::thread(std::move(function)).detach(); }

struct ThreadQueue::State {
    using Clock = std::chrono::steady_clock;

    std::mutex mutex;
    std::condition_variable changed;
    std::multimap<Clock::time_point, std::function<void()>> waiting;  // in the order given, but for the pauses
    std::size_t running = 0;
    std::size_t most;

    void work() {
        std::unique_lock lock(mutex);
        while (!waiting.empty()) {
            const auto next = waiting.begin();
            if (const auto at = next->first; at > Clock::now()) {
                changed.wait_until(lock, at);
                continue;
            }
            std::function<void()> function = std::move(next->second);
            waiting.erase(next);
            lock.unlock();
            function();
            function = nullptr;
            lock.lock();
        }
        --running;
        changed.notify_all();  // whoever pauses for what is done now
    }
};

ThreadQueue::ThreadQueue(std::size_t threads) : state_(std::make_shared<State>()) { state_->most = threads; }

void ThreadQueue::run(std::function<void()> function) { run_after(std::chrono::milliseconds(0), std::move(function)); }

void ThreadQueue::run_after(std::chrono::milliseconds pause, std::function<void()> function) {
    State& state = *state_;
    const std::lock_guard lock(state.mutex);
    const auto place = state.waiting.emplace(State::Clock::now() + pause, std::move(function));
    state.changed.notify_one();
    if (state.running == state.most) return;
    try {
        run_on_thread([shared = state_] { shared->work(); });
        ++state.running;
    } catch (const std::system_error&) {
        if (state.running != 0) return;
        state.waiting.erase(place);
        throw;
    }
}

}  // namespace azoth::detail
