// NotificationStream: the notifications of one channel, as they come.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/driver/connection.hpp>

#include <memory>

namespace azoth {

namespace detail {
class Listening;
}

/// From `engine.listen()`. Holds one connection of the pool; it is closed with the stream, never given back while it listens.
/// A lost connection ends the stream: what was sent from then on, until somebody listens again, is not heard.
/// Thread safety: one coroutine at a time.
class NotificationStream {
public:
    explicit NotificationStream(std::shared_ptr<detail::Listening> listening) noexcept;
    NotificationStream(NotificationStream&& other) noexcept;
    NotificationStream& operator=(NotificationStream&& other) noexcept;
    ~NotificationStream();

    /// Waits for the next notification.
    /// Errors: `ConnectionLost`; `ResourceClosedError` after close(), also when that comes while it waits; `ConcurrentUseError` for a second wait.
    /// Executor: resumes on the awaiting coroutine's executor.
    /// Cancellation: ends with `operation_aborted`; nothing is missed, and the next call goes on from there.
    /// Round trips: 0.
    awaitable<Notification> next();
    /// Stops listening and closes the connection. May be called twice, and while next() waits.
    void close() noexcept;
    bool closed() const noexcept;

private:
    std::shared_ptr<detail::Listening> listening_;
};

}  // namespace azoth
