// The thread connects, the job keeps the time.
#include "opening.hpp"

#include <azoth/base/error.hpp>
#include <azoth/driver/detail/threads.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace azoth::mysql::detail {

Opening::Opening(std::shared_ptr<const Settings> settings, const ConnectOptions& options)
    : settings_(std::move(settings)), statement_timeout_(options.statement_timeout) {
    auto timeout = options.connect_timeout;
    if (settings_->connect_timeout && settings_->connect_timeout->count() > 0) {
        timeout = timeout.count() > 0 ? std::min(timeout, *settings_->connect_timeout) : *settings_->connect_timeout;
    }
    if (timeout.count() > 0) deadline_ = Clock::now() + timeout;
}

void Opening::start(const std::shared_ptr<Opening>& self, const boost::asio::any_io_executor& executor) {
    self->watch_.adopt(executor);
    try {
        azoth::detail::run_on_thread([self] {
            try {
                self->settle(connect_now(*self->settings_, self->statement_timeout_, self->deadline_), nullptr);
            } catch (...) {
                self->settle(std::nullopt, std::current_exception());
            }
            self->watch_.wake();
        });
    } catch (const std::system_error& error) {
        throw OperationalError(std::string("cannot start a thread to connect on: ") + error.what());
    }
    watch_over(self);
}

azoth::detail::Job Opening::watch_over(std::shared_ptr<Opening> self) {
    using Event = azoth::detail::SocketWatch::Event;
    while (!self->settled()) {
        const Event event = co_await self->watch_.wait(azoth::detail::SocketWatch::nothing, self->deadline_);
        if (event == Event::context_gone) co_return;
        if (event != Event::timeout) continue;
        ErrorDetail detail;
        self->settle(std::nullopt, std::make_exception_ptr(ConnectionLost("could not connect within connect_timeout", std::move(detail))));
    }
    self->complete();
}

void Opening::abandoned() noexcept {
    settle(std::nullopt, nullptr);
    watch_.wake();
}

bool Opening::settled() noexcept {
    const std::lock_guard lock(mutex_);
    return settled_;
}

void Opening::settle(std::optional<Connected> connected, std::exception_ptr error) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(settled_, true)) {
            connected_ = std::move(connected);
            error_ = std::move(error);
            return;
        }
    }
    // Too late: what `connected` holds is closed here, by its destructor.
}

Connected Opening::take() {
    const std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    return std::move(*connected_);
}

}  // namespace azoth::mysql::detail
