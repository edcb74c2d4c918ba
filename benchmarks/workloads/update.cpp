// 1,000 loaded objects, one column changed in each, one commit; the loading is not measured.
#include "fixtures/every.hpp"
#include "peers/peer.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select;

awaitable<void> change(const azoth::async_sessionmaker& sessions, Sample& sample) {
    auto session = sessions();
    auto result = co_await session.execute(select<Item>().order_by(col<&Item::id>));
    const auto items = result.scalars().all();
    sample.start();
    for (const auto& item : items) item->quantity += 1;
    co_await session.commit();
    sample.stop();
}

// Every row as the run left it; then the table is as it was.
void take_and_refill(floors::Items& table, Sample& sample, std::size_t count) {
    table.take(sample);
    table.refill(count);
}

}  // namespace

void update(Suite& suite) {
    const std::size_t count = suite.size(1000, 10);
    on_every_database(suite, {"update 1,000 objects"}, {.items = count}, [&](auto& fixture) {
        using Floors = std::decay_t<decltype(fixture)>;
        typename Floors::Update floor(fixture.floor);
        typename Floors::List list(fixture.floor);
        Workload workload;
        workload.name = "update 1,000 objects";
        workload.mode = fixture.mode();
        workload.unit = "object";
        workload.units = count;
        workload.against = fixture.mode() == "pg" ? "C, pipeline" : "C, row each";
        workload.floor = [&](Sample& sample) {
            auto items = list.all();
            sample.start();
            for (Item& item : items) item.quantity += 1;
            floor.quantities(items);
            sample.stop();
            take_and_refill(fixture.floor_items(), sample, count);
        };
        workload.ours = [&](Sample& sample) {
            fixture.run(change(fixture.sessions, sample));
            take_and_refill(fixture.items(), sample, count);
        };
        suite.measure(workload);
        if (fixture.mode() != "inline") measure_peer(suite, fixture, workload, "update", "P5", 10);
    });
}

}  // namespace benchmarks
