// Calls and links of multiplexed reads: one waiting caller, one leased connection and the coroutine that serves it.
#pragma once

#include "engine/multiplexer.hpp"

#include <azoth/driver/detail/mailbox.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <utility>

namespace azoth::detail {

struct Multiplexer::Call final : Waiter {
    CallId id{};
    PlanPtr plan;
    BatchItem item;  ///< sent as a copy, so that it can be sent again
    Home home;
    // Written before complete(), read after it.
    ValueBuffer rows;
    std::int64_t rowcount = -1;
    std::exception_ptr error;
};

struct Multiplexer::Link {
    LinkId id{};
    Home home;
    // Under the multiplexer's mutex.
    std::shared_ptr<Waiter> parked;  ///< completed when there is work again
    bool cancelled = false;          ///< its batch is to be stopped

    std::mutex mutex;
    boost::asio::any_io_executor strand;  ///< under its mutex; empty when the coroutine has not begun, or has ended
    boost::asio::cancellation_signal signal;  ///< on the strand

    /// Cancels the coroutine, on its strand. Thread safety: safe.
    static void stop(const std::shared_ptr<Link>& link) noexcept;
};

/// A link that may be anywhere: posted, serving, or lost with its context. It ends when this is destroyed.
struct Multiplexer::LinkJob {
    LinkJob(std::shared_ptr<Multiplexer> multiplexer, std::shared_ptr<Link> served) : owner(std::move(multiplexer)), link(std::move(served)) {}
    LinkJob(LinkJob&&) noexcept = default;
    LinkJob& operator=(LinkJob&&) = delete;
    ~LinkJob();
    void operator()(const boost::asio::any_io_executor& executor);

    std::shared_ptr<Multiplexer> owner;  ///< empty when there is nothing left to report
    std::shared_ptr<Link> link;
    bool opened = false;
    std::exception_ptr error;
};

}  // namespace azoth::detail
