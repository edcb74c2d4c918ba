// flush() of a session that holds 10,000 unchanged entities: what looking for changes costs. The floor compares structs.
#include "fixtures/sqlite.hpp"
#include "floors/compare.hpp"
#include "workloads/workloads.hpp"

#include <stdexcept>

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select;

awaitable<void> flush(const azoth::async_sessionmaker& sessions, std::size_t times, Sample& sample) {
    auto session = sessions();
    auto result = co_await session.execute(select<Item>().order_by(col<&Item::id>));
    const auto items = result.scalars().all();
    for (const auto& item : items) take(sample, *item);
    sample.start();
    for (std::size_t i = 0; i < times; ++i) co_await session.flush();
    sample.stop();
}

}  // namespace

void flush_unchanged(Suite& suite) {
    const std::size_t count = suite.size(10000, 20);
    const std::size_t times = suite.size(50, 2);
    const std::string mode = "inline";  // nothing is sent to the database
    if (!suite.wants("flush of 10,000 unchanged", mode)) return;
    SqliteFixture fixture(suite, mode, {.items = count});
    floors::List list(fixture.floor);
    Workload workload;
    workload.name = "flush of 10,000 unchanged";
    workload.mode = mode;
    workload.unit = "entity";
    workload.units = count * times;
    workload.against = "== on copies";
    workload.target = Target{.name = "P10", .limit = 30, .nanoseconds_each = true};
    workload.floor = [&](Sample& sample) {
        const auto items = list.all();
        const auto copies = items;
        for (const Item& item : items) take(sample, item);
        sample.start();
        std::size_t changed = 0;
        for (std::size_t i = 0; i < times; ++i) changed += floors::changed(items, copies);
        sample.stop();
        if (changed != 0) throw std::runtime_error("copies differ from what they were copied from");
    };
    workload.ours = [&](Sample& sample) { fixture.run(flush(fixture.sessions, times, sample)); };
    suite.measure(workload);
}

}  // namespace benchmarks
