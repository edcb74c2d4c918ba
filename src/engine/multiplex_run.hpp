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

/// Where a run's coroutine is, and may be cancelled. Must not outlive that context: whoever is about to let go of the last reference is
/// on it.
struct Multiplexer::Strand {
    explicit Strand(boost::asio::any_io_executor where) noexcept : executor(std::move(where)) {}

    const boost::asio::any_io_executor executor;
    boost::asio::cancellation_signal signal;  ///< on the executor
};

struct Multiplexer::Run {
    explicit Run(RunId number) noexcept : id(number) {}

    const RunId id;
    const void* home = nullptr;      ///< Home::id of where it is. Written before it begins
    std::shared_ptr<Strand> strand;  ///< under the multiplexer's mutex; empty before the coroutine has begun and once it has ended
    std::uint64_t batch = 0;         ///< changes when a batch begins and when it ends. On the strand; written under the mutex too
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
