// 100,000 rows by execute(insert<T>(), rows), beside a prepared statement a row.
#include "floors/insert.hpp"
#include "new_items.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::insert;

awaitable<void> insert_rows(const azoth::async_sessionmaker& sessions, const std::vector<Item>& items, Sample& sample) {
    sample.start();
    auto session = sessions();
    co_await session.execute(insert<Item>(), items);
    co_await session.commit();
    sample.stop();
}

}  // namespace

void insert_bulk(Suite& suite) {
    const std::size_t count = suite.size(100000, 500);
    std::vector<Item> items = new_items(count);
    for (const std::string mode : modes) {
        if (!suite.wants("insert 100,000, bulk", mode)) continue;
        Fixture fixture(suite, mode, {});
        floors::Insert floor(fixture.floor);
        Workload workload;
        workload.name = "insert 100,000, bulk";
        workload.mode = mode;
        workload.unit = "row";
        workload.units = count;
        workload.floor = [&](Sample& sample) {
            sample.start();
            floor.rows(items, false);
            sample.stop();
            take_and_clear(fixture.floor, sample, count);
        };
        workload.ours = [&](Sample& sample) {
            fixture.run(insert_rows(fixture.sessions, items, sample));
            take_and_clear(fixture.outside, sample, count);
        };
        suite.measure(workload);
    }
}

}  // namespace benchmarks
