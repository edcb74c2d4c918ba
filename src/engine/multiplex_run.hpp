// What a multiplexer has under way: callers that wait, and runs.
#pragma once

#include "engine/multiplexer.hpp"

#include <azoth/driver/detail/mailbox.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

namespace azoth::detail {

struct Multiplexer::Call final : Waiter, SharedRead {
    PlanPtr plan;
    FlatStatement statement;  ///< what `item` is made of, when it is sent again
    BatchItem item;
    bool sent = false;        ///< `item` has gone
    Home home;
    // Written by whoever settles it, before complete(); read after it.
    ValueBuffer rows;
    std::exception_ptr error;
};

struct Multiplexer::Run {
    explicit Run(RunId number) noexcept : id(number) {}

    const RunId id;
    const void* home = nullptr;  ///< Home::id of where it is. Written before it begins
    /// Where the coroutine runs, and may be cancelled. Under the multiplexer's mutex; empty before the coroutine has begun and once it has
    /// ended, since a strand must not outlive its context.
    boost::asio::any_io_executor strand;
    std::uint64_t batch = 0;  ///< changes when a batch begins and when it ends. On the strand; written under the mutex too
    boost::asio::cancellation_signal signal;  ///< on the strand
};

/// A run that may be anywhere: posted, at work, or lost with its context. When this is destroyed with the engine still in it, the run has
/// ended before its time.
struct Multiplexer::Job {
    Job(Engine owner, RunPtr what) noexcept : engine(std::move(owner)), run(std::move(what)) {}
    Job(Job&&) noexcept = default;
    Job& operator=(Job&&) = delete;
    ~Job();
    void operator()(const boost::asio::any_io_executor& executor);

    Engine engine;
    RunPtr run;
    std::exception_ptr refusal;  ///< why no connection could be had
};

}  // namespace azoth::detail
