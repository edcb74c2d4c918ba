// Independent autocommit reads by key from 32 coroutines: through engine.multiplexed(), beside a connection for each coroutine.
#include "fixtures/every.hpp"
#include "workloads/lanes.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select;

constexpr std::size_t coroutines = 32;

awaitable<void> reads(const azoth::Multiplexed& shared, Keys keys, std::size_t count, Sample& sample) {
    for (std::size_t i = 0; i < count; ++i) {
        auto result = co_await shared.execute(select<Item>().where(col<&Item::id> == keys.next()).untracked());
        const Item item = result.scalar_one();
        take(sample, item);
    }
}

}  // namespace

void multiplexed(Suite& suite) {
    const std::size_t rows = suite.size(10000, 20);
    const std::size_t each = suite.size(500, 3);
    on_postgresql(suite, {"point get, multiplexed, 32 coroutines"}, {.items = rows}, [&](PostgresqlFixture& fixture) {
        floors::postgresql::PointGetCoroutines floor(fixture.context(), fixture.url(), coroutines);
        const azoth::Multiplexed shared = fixture.engine.multiplexed();
        Workload workload;
        workload.name = "point get, multiplexed, 32 coroutines";
        workload.mode = fixture.mode();
        workload.unit = "get";
        workload.units = coroutines * each;
        workload.against = "C++, no BEGIN";
        workload.target = Target{.name = "P8", .limit = 0.35};
        workload.floor = [&](Sample& sample) {
            run_lanes(fixture, coroutines, rows, sample, [&](std::size_t lane, Keys keys) { return floor_lane(floor, lane, keys, each, sample); });
        };
        workload.ours = [&](Sample& sample) {
            run_lanes(fixture, coroutines, rows, sample, [&](std::size_t, Keys keys) { return reads(shared, keys, each, sample); });
        };
        suite.measure(workload);
    });
}

}  // namespace benchmarks
