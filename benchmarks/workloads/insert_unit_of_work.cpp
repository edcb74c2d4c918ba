// 100,000 new objects with generated keys in one commit, beside a statement a row, multi-row RETURNING and,
// on PostgreSQL, arrays (unnest).
#include "fixtures/every.hpp"
#include "new_items.hpp"
#include "peers/peer.hpp"
#include "workloads/workloads.hpp"

#include <type_traits>
#include <utility>

namespace benchmarks {

namespace {

using azoth::awaitable;

awaitable<void> add_and_commit(const azoth::async_sessionmaker& sessions, std::vector<Item> items, Sample& sample, Sample& objects) {
    sample.start();
    {
        auto session = sessions();
        const auto handles = session.add_all(std::move(items));
        co_await session.commit();
        for (const auto& item : handles) {
            sample.take(item->id != 0 ? 1 : 0);
            if (sample.thorough()) take(objects, *item);
        }
    }
    sample.stop();
}

}  // namespace

void insert_unit_of_work(Suite& suite) {
    const std::size_t count = suite.size(100000, 500);
    on_every_database(suite, {"insert 100,000, unit of work"}, {}, [&](auto& fixture) {
        typename std::decay_t<decltype(fixture)>::Insert floor(fixture.floor);
        Workload workload;
        workload.name = "insert 100,000, unit of work";
        workload.mode = fixture.mode();
        workload.unit = "row";
        workload.units = count;
        workload.ours = [&](Sample& sample) {
            Sample objects(true);
            fixture.run(add_and_commit(fixture.sessions, new_items(count), sample, objects));
            check_keys(fixture.items(), sample, objects);
            take_and_clear(fixture.items(), sample, count);
        };
        // The objects of the floor end inside the measured time, as those of the session do.
        const auto floor_with = [&](auto insert) {
            return [&fixture, count, insert](Sample& sample) {
                Sample objects(true);
                auto prepared = new_items(count);
                sample.start();
                {
                    auto items = std::move(prepared);
                    insert(items);
                    for (const Item& item : items) {
                        sample.take(item.id != 0 ? 1 : 0);
                        if (sample.thorough()) take(objects, item);
                    }
                }
                sample.stop();
                check_keys(fixture.floor_items(), sample, objects);
                take_and_clear(fixture.floor_items(), sample, count);
            };
        };
        workload.against = fixture.mode() == "pg" ? "C, pipeline" : "C, row each";
        workload.floor = floor_with([&](std::vector<Item>& items) { floor.rows(items, true); });
        suite.measure(workload);

        workload.against = "C, multi-row";
        workload.target = Target{.name = "P4", .limit = 1.5};
        workload.floor = floor_with([&](std::vector<Item>& items) { floor.returning(items); });
        suite.measure(workload);

        if constexpr (std::is_same_v<std::decay_t<decltype(fixture)>, PostgresqlFixture>) {
            workload.against = "C, unnest";
            workload.target.reset();
            workload.floor = floor_with([&](std::vector<Item>& items) { floor.unnest(items); });
            suite.measure(workload);
        }
        if (fixture.mode() != "inline") measure_peer(suite, fixture, workload, "insert " + std::to_string(count), "P4", 10);
    });
}

}  // namespace benchmarks
