// The worker's loop. It looks busily for a next operation only when the caller does the same.
#include "worker.hpp"

#include <signal.h>

#include <thread>
#include <utility>

namespace azoth::sqlite::detail {

void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

std::chrono::nanoseconds spin_time() noexcept {
    static const std::chrono::nanoseconds time =
        std::thread::hardware_concurrency() > 1 ? std::chrono::microseconds(20) : std::chrono::nanoseconds(0);
    return time;
}

void Worker::start() {
    // The application's signals are for the application's threads.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        std::thread([self = shared_from_this()] { self->run(); }).detach();
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Worker::Submitted Worker::submit(std::shared_ptr<Operation> operation) {
    bool asleep = false;
    {
        const std::lock_guard lock(mutex_);
        if (closing_) return Submitted::refused;
        queue_.push_back(std::move(operation));
        called_.store(true, std::memory_order_release);
        asleep = sleeping_;
    }
    if (!asleep) return Submitted::to_waking;
    wake_.notify_one();
    return Submitted::to_sleeping;
}

void Worker::close() noexcept {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        called_.store(true, std::memory_order_release);
        if (current_) current_->token.request(Stop::closed);
        for (const auto& operation : queue_) operation->token.request(Stop::closed);
    }
    wake_.notify_one();
}

void Worker::sweep() noexcept {
    {
        const std::lock_guard lock(mutex_);
        sweeping_ = true;
        called_.store(true, std::memory_order_release);
    }
    wake_.notify_one();
}

void Worker::run() noexcept {
    bool spin = false;
    while (const std::shared_ptr<Operation> operation = next(spin)) {
        perform(*operation);
        spin = operation->spinning;
    }
    database_.close();
}

// Returns nothing when the connection was closed and everything is answered.
std::shared_ptr<Operation> Worker::next(bool spin) noexcept {
    std::shared_ptr<Operation> finished;  // destroyed outside the lock
    std::unique_lock lock(mutex_);
    finished = std::move(current_);
    current_.reset();
    for (;;) {
        called_.store(false, std::memory_order_relaxed);
        if (std::exchange(sweeping_, false)) {
            lock.unlock();
            database_.sweep();
            lock.lock();
        }
        if (!queue_.empty()) {
            current_ = std::move(queue_.front());
            queue_.pop_front();
            return current_;
        }
        if (closing_) return nullptr;
        if (std::exchange(spin, false)) {
            lock.unlock();
            finished.reset();
            const auto until = Clock::now() + spin_time();
            while (!called_.load(std::memory_order_acquire) && Clock::now() < until) relax();
            lock.lock();
            continue;
        }
        if (finished) {
            lock.unlock();
            finished.reset();
            lock.lock();
            continue;
        }
        sleeping_ = true;
        wake_.wait(lock, [this] { return !queue_.empty() || closing_ || sweeping_; });
        sleeping_ = false;
    }
}

void Worker::perform(Operation& operation) noexcept {
    const auto begun = Clock::now();
    operation.run(database_);
    operation.status = database_.status();
    operation.usable = database_.usable();
    operation.took = Clock::now() - begun;
    const bool touches_transaction =
        operation.touches_transaction();  // once completed, the caller owns what it looks at
    if (operation.complete()) return;
    operation.discard();
    database_.disown(touches_transaction);
    database_.sweep();
}

}  // namespace azoth::sqlite::detail
