// Task: the coroutines an operation is made of. They wait for nothing but each other and the wire, and one job resumes whoever waits there.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace azoth::mysql::detail {

namespace task {

struct PromiseBase {
    struct Final {
        bool await_ready() const noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            return ended.promise().caller;
        }
        void await_resume() const noexcept {}
    };
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    std::coroutine_handle<> caller = std::noop_coroutine();
    std::exception_ptr error;
};

template <class T>
struct Promise : PromiseBase {
    template <class U>
    void return_value(U&& given) {
        value.emplace(std::forward<U>(given));
    }
    std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
    void return_void() noexcept {}
};

}  // namespace task

/// Starts when it is awaited, or by start(). Owns its frame, and through it the frames of what it awaits: dropping a task in the middle
/// drops them all.
template <class T = void>
class [[nodiscard]] Task {
public:
    struct promise_type : task::Promise<T> {
        Task get_return_object() noexcept { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    };

    Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() {
        if (frame_) frame_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
        frame_.promise().caller = caller;
        return frame_;
    }
    T await_resume() {
        if (frame_.promise().error) std::rethrow_exception(frame_.promise().error);
        if constexpr (!std::is_void_v<T>) return std::move(*frame_.promise().value);
    }

    /// Runs the outermost task until it waits or ends.
    void start() { frame_.resume(); }
    bool done() const noexcept { return frame_.done(); }
    /// The result of an outermost task that is done.
    T get() { return await_resume(); }

private:
    explicit Task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    std::coroutine_handle<promise_type> frame_;
};

}  // namespace azoth::mysql::detail
