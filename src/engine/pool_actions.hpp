// What the pool has to do after it has made up its mind, and how its jobs find a context to run in.
#pragma once

#include "engine/pool.hpp"
#include "engine/pool_waiter.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
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
    std::vector<Home> pauses;
    std::shared_ptr<Waiter> needless_pause;
};

template <class Post, class GiveUp>
void Pool::post_to_waiters(const Home& likely, Post post, GiveUp give_up) noexcept {
    std::vector<Home> homes;
    if (likely) homes.push_back(likely);
    std::vector<std::shared_ptr<PoolWaiter>> tried;
    for (;;) {
        for (const Home& home : homes) {
            if (post(home)) return;
        }
        homes.clear();
        // Somebody may have begun to wait meanwhile. Giving up and looking for such a waiter are one step, or the failure would reach
        // one whose context is alive.
        Actions actions;
        {
            const std::lock_guard lock(mutex_);
            for (const auto& waiter : waiters_) {
                if (std::find(tried.begin(), tried.end(), waiter) != tried.end()) continue;
                tried.push_back(waiter);
                homes.push_back(waiter->home);
            }
            if (homes.empty()) give_up(actions);
        }
        if (!homes.empty()) continue;
        carry_out(actions);
        return;
    }
}

}  // namespace azoth::detail
