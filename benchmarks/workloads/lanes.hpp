// Many coroutines at once, each with keys of its own; and the floor in that form.
#pragma once

#include "fixture.hpp"
#include "floors/postgresql/point_get_coroutines.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace benchmarks {

/// `work(lane, keys)` for every coroutine; all of it is timed.
template <class Work>
void run_lanes(Fixture& fixture, std::size_t coroutines, std::size_t rows, Sample& sample, Work work) {
    std::vector<azoth::awaitable<void>> all;
    for (std::size_t lane = 0; lane < coroutines; ++lane) all.push_back(work(lane, Keys(rows, 42 + lane)));
    sample.start();
    fixture.run(std::move(all));
    sample.stop();
}

inline azoth::awaitable<void> floor_lane(floors::postgresql::PointGetCoroutines& floor, std::size_t lane, Keys keys, std::size_t count,
                                         Sample& sample) {
    for (std::size_t i = 0; i < count; ++i) {
        const Item item = co_await floor.get(lane, keys.next());
        take(sample, item);
    }
}

}  // namespace benchmarks
