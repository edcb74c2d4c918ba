// A table of 1,000 rows: as entities of a session, and as plain values.
#include "floors/list.hpp"

#include "fixture.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select;

awaitable<void> entities(const azoth::async_sessionmaker& sessions, std::size_t times, Sample& sample) {
    sample.start();
    for (std::size_t i = 0; i < times; ++i) {
        auto session = sessions();
        auto result = co_await session.execute(select<Item>().order_by(col<&Item::id>));
        for (const auto& item : result.scalars().all()) take(sample, *item);
    }
    sample.stop();
}

awaitable<void> values(const azoth::async_sessionmaker& sessions, std::size_t times, Sample& sample) {
    sample.start();
    for (std::size_t i = 0; i < times; ++i) {
        auto session = sessions();
        auto result = co_await session.execute(select<Item>().order_by(col<&Item::id>).untracked());
        for (const Item& item : result.scalars().all()) take(sample, item);
    }
    sample.stop();
}

}  // namespace

void list(Suite& suite) {
    const std::size_t rows = suite.size(1000, 10);
    const std::size_t times = suite.size(50, 2);
    for (const std::string mode : modes) {
        if (!suite.wants("list of 1,000 entities", mode) && !suite.wants("list of 1,000, untracked", mode)) continue;
        Fixture fixture(suite, mode, {.items = rows});
        floors::List floor(fixture.floor);
        Workload workload;
        workload.mode = mode;
        workload.unit = "row";
        workload.units = rows * times;
        workload.floor = [&](Sample& sample) {
            sample.start();
            for (std::size_t i = 0; i < times; ++i) {
                for (const Item& item : floor.all()) take(sample, item);
            }
            sample.stop();
        };

        workload.name = "list of 1,000 entities";
        workload.target = Target{.name = "P3", .limit = 1.5};
        workload.ours = [&](Sample& sample) { fixture.run(entities(fixture.sessions, times, sample)); };
        suite.measure(workload);

        workload.name = "list of 1,000, untracked";
        workload.target.reset();
        workload.ours = [&](Sample& sample) { fixture.run(values(fixture.sessions, times, sample)); };
        suite.measure(workload);
    }
}

}  // namespace benchmarks
