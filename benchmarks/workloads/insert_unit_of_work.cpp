// 100,000 new objects with generated keys in one commit, beside a statement a row and beside multi-row RETURNING.
#include "floors/insert.hpp"
#include "new_items.hpp"
#include "workloads/workloads.hpp"

#include <utility>

namespace benchmarks {

namespace {

using azoth::awaitable;

awaitable<void> add_and_commit(const azoth::async_sessionmaker& sessions, std::vector<Item> items, Sample& sample) {
    sample.start();
    {
        auto session = sessions();
        const auto handles = session.add_all(std::move(items));
        co_await session.commit();
        for (const auto& item : handles) sample.take(item->id);
    }
    sample.stop();
}

}  // namespace

void insert_unit_of_work(Suite& suite) {
    const std::size_t count = suite.size(100000, 500);
    for (const std::string mode : modes) {
        if (!suite.wants("insert 100,000, unit of work", mode)) continue;
        Fixture fixture(suite, mode, {});
        floors::Insert floor(fixture.floor);
        Workload workload;
        workload.name = "insert 100,000, unit of work";
        workload.mode = mode;
        workload.unit = "row";
        workload.units = count;
        workload.ours = [&](Sample& sample) {
            fixture.run(add_and_commit(fixture.sessions, new_items(count), sample));
            take_and_clear(fixture.outside, sample, count);
        };
        // The objects of the floor end inside the measured time, as those of the session do.
        const auto floor_with = [&](auto insert) {
            return [&fixture, count, insert](Sample& sample) {
                auto prepared = new_items(count);
                sample.start();
                {
                    auto items = std::move(prepared);
                    insert(items);
                    for (const Item& item : items) sample.take(item.id);
                }
                sample.stop();
                take_and_clear(fixture.floor, sample, count);
            };
        };
        workload.against = "C, row each";
        workload.floor = floor_with([&](std::vector<Item>& items) { floor.rows(items, true); });
        suite.measure(workload);

        workload.against = "C, multi-row";
        workload.target = Target{.name = "P4", .limit = 1.5};
        workload.floor = floor_with([&](std::vector<Item>& items) { floor.returning(items); });
        suite.measure(workload);
    }
}

}  // namespace benchmarks
