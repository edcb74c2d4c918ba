// How threads that are not the event loop's wake coroutines: one mailbox a context, through which all of that goes.
#pragma once

#include <azoth/driver/awaitable.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace azoth::detail {

class Mailbox;

/// One completion that one coroutine may wait for and any thread may give. Used once. Held by shared_ptr on both sides.
///
/// The suspended coroutine is kept by the mailbox of its execution context, never by the waiter: when the context is
/// destroyed, so is the coroutine, and a completion that comes later finds nothing to resume.
class Waiter : public std::enable_shared_from_this<Waiter> {
public:
    Waiter() noexcept = default;
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    virtual ~Waiter();

    /// Completes the wait: the coroutine's resumption is posted to its executor.
    /// Returns false when nobody will see the result: the coroutine was cancelled before, or destroyed with its
    /// context. Thread safety: may be called from any thread.
    bool complete() noexcept;
    /// True once complete() was called and the wait had not been cancelled.
    bool completed() const noexcept { return state_.load(std::memory_order_acquire) == State::completed; }

    /// Suspends until complete(). Errors: system_error `operation_aborted` when cancelled.
    /// Executor: resumes on the awaiting coroutine's executor, by a post, also when cancelled; counts as outstanding
    /// work meanwhile.
    awaitable<void> wait();

protected:
    /// Called once when the coroutine was cancelled or destroyed with its context while it waited. May not block or
    /// throw.
    virtual void abandoned() noexcept {}

private:
    friend class Mailbox;
    enum class State : std::uint8_t { idle, waiting, completed, abandoned };

    std::atomic<State> state_{State::idle};
    std::shared_ptr<Mailbox> mailbox_;  // set before `waiting`
    void* letter_ = nullptr;            // guarded by the mailbox
};

}  // namespace azoth::detail
