// Threads for the few calls of client libraries that block: name resolution, connecting, cancelling.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace azoth::detail {

/// Runs `function` on a thread that nobody joins. What it touches it must own, or be safe to use from any thread at any time: the
/// caller may be gone long before it ends. Errors: std::system_error when the system has no thread left.
void run_on_thread(std::function<void()> function);

/// At most so many threads for functions that may take long; further ones wait in line. The threads end when there is nothing to do.
/// What is queued runs even when the queue's owner is gone. Thread safety: safe.
class ThreadQueue {
public:
    explicit ThreadQueue(std::size_t threads);
    /// Errors: std::system_error when the system has no thread left and none of this queue's is running.
    void run(std::function<void()> function);
    /// The same after a pause, in which the thread is free for others. Errors: as run().
    void run_after(std::chrono::milliseconds pause, std::function<void()> function);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace azoth::detail
