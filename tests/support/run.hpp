// Running coroutines in tests: to the end, or to a given step and no further.
#pragma once

#include <azoth/driver/awaitable.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

namespace azoth::test {

/// A coroutine under way on an io_context, which may be cancelled.
class Task {
public:
    Task(boost::asio::io_context& context, awaitable<void> coroutine) : state_(std::make_shared<State>()) {
        boost::asio::co_spawn(context, std::move(coroutine), boost::asio::bind_cancellation_slot(state_->signal.slot(), [state = state_](std::exception_ptr error) {
                                  state->done = true;
                                  state->error = std::move(error);
                              }));
    }
    bool done() const { return state_->done; }
    void cancel() { state_->signal.emit(boost::asio::cancellation_type::terminal); }
    /// Throws what the coroutine threw.
    void check() const {
        if (state_->error) std::rethrow_exception(state_->error);
    }
    bool cancelled() const {
        try {
            check();
        } catch (const boost::system::system_error& error) {
            return error.code() == boost::asio::error::operation_aborted;
        }
        return false;
    }

private:
    struct State {
        boost::asio::cancellation_signal signal;
        bool done = false;
        std::exception_ptr error;
    };
    std::shared_ptr<State> state_;
};

/// Runs a coroutine to its end; throws what it threw.
inline void run(boost::asio::io_context& context, awaitable<void> coroutine) {
    const Task task(context, std::move(coroutine));
    context.restart();
    context.run();
    if (!task.done()) throw std::logic_error("the coroutine did not end although the context has nothing left to do");
    task.check();
}

}  // namespace azoth::test
