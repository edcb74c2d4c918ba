// Job and Task: the coroutines of a driver's own work, which no caller waits for and no caller's cancellation reaches.
#pragma once

#include <atomic>
#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace azoth::detail {

/// What every frame of one job knows: the outermost one, whose destruction takes the others along.
struct JobPromise {
    std::coroutine_handle<> root;
};

/// A coroutine that belongs to nobody: it starts at once, runs to its end, and its frame frees itself. When the context on which it
/// waits ends, its frame is destroyed where it stands, so what it holds must be safe to drop at every wait. It may not throw.
class Job {
public:
    struct promise_type : JobPromise {
        Job get_return_object() noexcept {
            root = std::coroutine_handle<promise_type>::from_promise(*this);
            return {};
        }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept {}
        [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
    };
};

/// A part of a job, awaited once by it or by another part. Begins when it is awaited; exceptions pass through.
template <class T = void>
class [[nodiscard]] Task;

struct TaskPromise : JobPromise {
    struct Final {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        void await_suspend(std::coroutine_handle<Promise> task) const noexcept {
            // Whoever comes second, this end or the return from the first resume, goes on with the awaiting frame: so neither the
            // order of threads nor a long row of parts that never wait (no stack grows) matters.
            TaskPromise& promise = task.promise();
            if (promise.met.exchange(true, std::memory_order_acq_rel)) promise.continuation.resume();
        }
        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    std::coroutine_handle<> continuation;
    std::atomic<bool> met{false};
    std::exception_ptr error;
};

template <class T>
struct TaskResult : TaskPromise {
    void return_value(T result) { value.emplace(std::move(result)); }
    T take() { return std::move(*value); }
    std::optional<T> value;
};
template <>
struct TaskResult<void> : TaskPromise {
    void return_void() noexcept {}
    void take() noexcept {}
};

template <class T>
class [[nodiscard]] Task {
public:
    struct promise_type : TaskResult<T> {
        Task get_return_object() noexcept { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    };

    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (frame_) frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    template <class Promise>
    bool await_suspend(std::coroutine_handle<Promise> caller) {
        promise_type& promise = frame_.promise();
        promise.root = caller.promise().root;
        promise.continuation = caller;
        frame_.resume();
        return !promise.met.exchange(true, std::memory_order_acq_rel);
    }
    T await_resume() {
        if (frame_.promise().error) std::rethrow_exception(std::exchange(frame_.promise().error, {}));
        return frame_.promise().take();
    }

private:
    explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

}  // namespace azoth::detail
