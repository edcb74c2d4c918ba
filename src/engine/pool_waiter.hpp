// PoolWaiter: a coroutine in the pool's queue.
#pragma once

#include "engine/pool.hpp"

#include <azoth/driver/detail/mailbox.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace azoth::detail {

/// Completed with a lease or an error. A lease that the coroutine never comes to see goes back when the waiter is destroyed.
class PoolWaiter final : public Waiter {
public:
    PoolWaiter(WaiterId number, Home where) : id(number), home(std::move(where)) {}

    /// Leaves the queue when the coroutine goes, however it goes.
    class Registration {
    public:
        Registration(Pool& pool, const std::shared_ptr<PoolWaiter>& waiter) : pool_(pool), waiter_(waiter) {}
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;
        ~Registration() {
            if (!waiter_->completed()) pool_.leave(waiter_->id);
        }

    private:
        Pool& pool_;
        const std::shared_ptr<PoolWaiter> waiter_;
    };

    const WaiterId id;
    const Home home;
    // Written before complete(), read after it.
    Lease lease;
    std::exception_ptr error;
};

}  // namespace azoth::detail
