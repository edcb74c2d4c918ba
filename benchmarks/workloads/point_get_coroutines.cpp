// One entity by key from 8 coroutines at once on one thread: a fresh session and transaction each; a plain value without a transaction.
// The floor has a connection for each coroutine and begins no transaction.
#include "fixtures/every.hpp"
#include "peers/peer.hpp"
#include "workloads/lanes.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select;

constexpr std::size_t coroutines = 8;

awaitable<void> session_each(const azoth::async_sessionmaker& sessions, Keys keys, std::size_t count, Sample& sample) {
    for (std::size_t i = 0; i < count; ++i) {
        auto session = sessions();
        const auto item = co_await session.get<Item>(keys.next());
        take(sample, *item);
    }
}

awaitable<void> closed_each(const azoth::async_sessionmaker& sessions, Keys keys, std::size_t count, Sample& sample) {
    for (std::size_t i = 0; i < count; ++i) {
        auto session = sessions();
        const auto item = co_await session.get<Item>(keys.next());
        take(sample, *item);
        co_await session.close();
    }
}

awaitable<void> untracked(const azoth::async_sessionmaker& sessions, Keys keys, std::size_t count, Sample& sample) {
    for (std::size_t i = 0; i < count; ++i) {
        auto session = sessions();
        auto result = co_await session.execute(
            select<Item>().where(col<&Item::id> == keys.next()).untracked().execution_options({.autocommit = true}));
        const Item item = result.scalar_one();
        take(sample, item);
    }
}

}  // namespace

void point_get_coroutines(Suite& suite) {
    const std::size_t rows = suite.size(10000, 20);
    const std::size_t each = suite.size(1000, 5);
    on_postgresql(suite,
                  {"point get, 8 coroutines", "point get, closed, 8 coroutines", "point get, autocommit, 8 coroutines"},
                  {.items = rows}, [&](PostgresqlFixture& fixture) {
        floors::postgresql::PointGetCoroutines floor(fixture.context(), fixture.url(), coroutines);
        Workload workload;
        workload.mode = fixture.mode();
        workload.unit = "get";
        workload.units = coroutines * each;
        workload.against = "C++, no BEGIN";
        workload.floor = [&](Sample& sample) {
            run_lanes(fixture, coroutines, rows, sample, [&](std::size_t lane, Keys keys) { return floor_lane(floor, lane, keys, each, sample); });
        };

        workload.name = "point get, 8 coroutines";
        workload.target = Target{.name = "P1", .limit = 1.4};
        workload.ours = [&](Sample& sample) {
            run_lanes(fixture, coroutines, rows, sample, [&](std::size_t, Keys keys) { return session_each(fixture.sessions, keys, each, sample); });
        };
        suite.measure(workload);
        measure_peer(suite, fixture, workload, "point_get " + std::to_string(each) + " " + std::to_string(coroutines) + " " + std::to_string(rows),
                     "P1", 25);

        workload.name = "point get, closed, 8 coroutines";
        workload.ours = [&](Sample& sample) {
            run_lanes(fixture, coroutines, rows, sample, [&](std::size_t, Keys keys) { return closed_each(fixture.sessions, keys, each, sample); });
        };
        suite.measure(workload);

        workload.name = "point get, autocommit, 8 coroutines";
        workload.target = Target{.name = "P1", .limit = 1.15};
        workload.ours = [&](Sample& sample) {
            run_lanes(fixture, coroutines, rows, sample, [&](std::size_t, Keys keys) { return untracked(fixture.sessions, keys, each, sample); });
        };
        suite.measure(workload);
    });
}

}  // namespace benchmarks
