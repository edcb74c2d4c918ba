// 100,000 rows by execute(insert<T>(), rows), beside a prepared statement a row (PostgreSQL: in a pipeline).
#include "fixtures/every.hpp"
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
    on_every_database(suite, {"insert 100,000, bulk"}, {}, [&](auto& fixture) {
        typename std::decay_t<decltype(fixture)>::Insert floor(fixture.floor);
        Workload workload;
        workload.name = "insert 100,000, bulk";
        workload.mode = fixture.mode();
        workload.unit = "row";
        workload.units = count;
        workload.against = fixture.mode() == "pg" ? "C, pipeline" : "C, row each";
        workload.floor = [&](Sample& sample) {
            sample.start();
            floor.rows(items, false);
            sample.stop();
            take_and_clear(fixture.floor_items(), sample, count);
        };
        workload.ours = [&](Sample& sample) {
            fixture.run(insert_rows(fixture.sessions, items, sample));
            take_and_clear(fixture.items(), sample, count);
        };
        suite.measure(workload);
    });
}

}  // namespace benchmarks
