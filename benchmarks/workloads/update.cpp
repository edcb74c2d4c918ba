// 1,000 loaded objects, one column changed in each, one commit; the loading is not measured.
#include "fixtures/every.hpp"
#include "peers/peer.hpp"
#include "support/gate.hpp"
#include "workloads/workloads.hpp"

#include <chrono>

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

// The same through a gate that counts how often azoth sends and then waits, from the first change to the end of the flush.
awaitable<void> flush_counted(const azoth::async_sessionmaker& sessions, const azoth::test::Gate& gate, std::size_t& round_trips) {
    auto session = sessions();
    auto result = co_await session.execute(select<Item>().order_by(col<&Item::id>));
    const auto items = result.scalars().all();
    const std::size_t before = gate.counts().turnarounds;
    for (const auto& item : items) item->quantity += 1;
    co_await session.flush();
    round_trips = gate.counts().turnarounds - before;
    co_await session.rollback();
}

std::size_t round_trips_of_a_flush(Fixture& fixture) {
    const azoth::Url url = azoth::Url::parse(fixture.url());
    azoth::test::Gate gate(std::string(url.host()), url.port());
    gate.coalesce(std::chrono::milliseconds(20));  // what is one message is counted as one, however the network cuts it
    const auto engine = azoth::create_async_engine(fixture.context().get_executor(), azoth::test::through(gate, url));
    std::size_t round_trips = 0;
    fixture.run(flush_counted(azoth::async_sessionmaker(engine), gate, round_trips));
    return round_trips;
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
        if (fixture.mode() == "pg" && suite.wants(workload.name, workload.mode)) {
            Workload counted = workload;
            counted.name = "update 1,000 objects, one flush";
            counted.unit = "round trips";
            counted.target = Target{.name = "P5", .limit = 1};
            suite.count(counted, round_trips_of_a_flush(fixture), 1);
        }
        if (fixture.mode() != "inline") measure_peer(suite, fixture, workload, "update", "P5", 10);
    });
}

}  // namespace benchmarks
