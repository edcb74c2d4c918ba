// 1,000 loaded objects, one column changed in each, one commit; the loading is not measured.
#include "floors/update.hpp"

#include "fixture.hpp"
#include "floors/list.hpp"
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

void take_all(floors::Database& database, Sample& sample) {
    floors::Statement rows(database.handle(), "SELECT id, name, quantity, price FROM items");
    while (rows.step()) sample.take(rows.integer(0), rows.text(1), rows.small(2), rows.real(3));
}

}  // namespace

void update(Suite& suite) {
    const std::size_t count = suite.size(1000, 10);
    for (const std::string mode : modes) {
        if (!suite.wants("update 1,000 objects", mode)) continue;
        Fixture fixture(suite, mode, {.items = count});
        floors::Update floor(fixture.floor);
        floors::List list(fixture.floor);
        Workload workload;
        workload.name = "update 1,000 objects";
        workload.mode = mode;
        workload.unit = "object";
        workload.units = count;
        workload.floor = [&](Sample& sample) {
            auto items = list.all();
            sample.start();
            for (Item& item : items) item.quantity += 1;
            floor.quantities(items);
            sample.stop();
            take_all(fixture.floor, sample);
        };
        workload.ours = [&](Sample& sample) {
            fixture.run(change(fixture.sessions, sample));
            take_all(fixture.outside, sample);
        };
        suite.measure(workload);
    }
}

}  // namespace benchmarks
