// A table of 1,000 rows: as entities of a session, and as plain values.
#include "fixtures/every.hpp"
#include "peers/peer.hpp"
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
    on_every_database(suite, {"list of 1,000 entities", "list of 1,000, untracked"}, {.items = rows}, [&](auto& fixture) {
        typename std::decay_t<decltype(fixture)>::List floor(fixture.floor);
        Workload workload;
        workload.mode = fixture.mode();
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
        workload.target = Target{.name = fixture.is_server ? "P2" : "P3", .limit = 1.5};
        workload.ours = [&](Sample& sample) { fixture.run(entities(fixture.sessions, times, sample)); };
        suite.measure(workload);
        if (fixture.mode() != "inline") {
            measure_peer(suite, fixture, workload, "list " + std::to_string(times), "P2", fixture.mode() == "pg" ? 15 : 0);
        }

        workload.name = "list of 1,000, untracked";
        workload.target.reset();
        workload.ours = [&](Sample& sample) { fixture.run(values(fixture.sessions, times, sample)); };
        suite.measure(workload);
    });
}

}  // namespace benchmarks
