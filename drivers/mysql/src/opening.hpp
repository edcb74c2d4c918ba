// Opening: a connection being made on a thread, and the coroutine that waits for it.
#pragma once

#include "connect.hpp"

#include <azoth/driver/detail/mailbox.hpp>
#include <azoth/driver/detail/socket_watch.hpp>
#include <azoth/driver/driver.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <optional>

namespace azoth::mysql::detail {

/// Connecting blocks, and nothing stops the library in it: when the caller is cancelled, or its time is over, the thread goes on for as
/// long as its own time-outs let it, and closes what it made.
class Opening final : public azoth::detail::Waiter {
public:
    Opening(std::shared_ptr<const Settings> settings, const ConnectOptions& options);

    /// Errors: `OperationalError` when the system has no thread left.
    static void start(const std::shared_ptr<Opening>& self, const boost::asio::any_io_executor& executor);
    /// Once complete: the connection. Errors: as connect_now, thrown.
    Connected take();

private:
    static azoth::detail::Job watch_over(std::shared_ptr<Opening> self);
    void abandoned() noexcept override;
    bool settled() noexcept;
    /// The first outcome counts; what comes after it is dropped.
    void settle(std::optional<Connected> connected, std::exception_ptr error) noexcept;

    const std::shared_ptr<const Settings> settings_;
    const std::chrono::milliseconds statement_timeout_;
    std::optional<Clock::time_point> deadline_;
    azoth::detail::SocketWatch watch_;  // of no socket: the deadline, and the thread's call

    std::mutex mutex_;
    bool settled_ = false;
    std::optional<Connected> connected_;
    std::exception_ptr error_;
};

}  // namespace azoth::mysql::detail
