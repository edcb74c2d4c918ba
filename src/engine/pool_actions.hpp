// What the pool has to do after it has made up its mind.
#pragma once

#include "engine/pool.hpp"
#include "engine/pool_waiter.hpp"

#include <exception>
#include <memory>
#include <vector>

namespace azoth::detail {

/// Filled under the mutex, carried out outside it.
struct Pool::Actions {
    struct Grant {
        std::shared_ptr<PoolWaiter> waiter;
        std::unique_ptr<PoolSlot> slot;
    };
    struct Connect {
        SlotId slot;
        Home home;
    };
    struct Reject {
        std::shared_ptr<PoolWaiter> waiter;
        std::exception_ptr error;
        bool timeout;
    };
    WaiterId caller{};  // whoever acquires now, and is no waiter yet
    Home caller_home;
    std::unique_ptr<PoolSlot> granted;        // to the caller
    std::exception_ptr rejected;              // the caller
    std::vector<Grant> grants;
    std::vector<Connect> connects;
    std::vector<Reject> rejects;
    std::vector<std::unique_ptr<PoolSlot>> closes;
};

}  // namespace azoth::detail
