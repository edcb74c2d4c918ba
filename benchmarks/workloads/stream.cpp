// 1,000,000 rows streamed into entities: one by one, and in partitions of 1,000; and the memory that takes at its peak.
#include "fixtures/every.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select;

constexpr std::size_t partition = 1000;

awaitable<void> one_by_one(const azoth::async_sessionmaker& sessions, Sample& sample) {
    sample.start();
    {
        auto session = sessions();
        auto stream = co_await session.stream(select<Item>().order_by(col<&Item::id>));
        while (const auto item = co_await stream.next()) take(sample, *item);
    }
    sample.stop();
}

awaitable<void> in_partitions(const azoth::async_sessionmaker& sessions, Sample& sample) {
    sample.start();
    {
        auto session = sessions();
        auto stream = co_await session.stream(select<Item>().order_by(col<&Item::id>));
        for (;;) {
            const auto items = co_await stream.next_partition(partition);
            if (items.empty()) break;
            for (const auto& item : items) take(sample, *item);
        }
    }
    sample.stop();
}

}  // namespace

void stream(Suite& suite) {
    const std::size_t rows = suite.size(1000000, 2500);
    on_every_database(
        suite, {"stream 1,000,000", "stream 1,000,000, memory", "stream 1,000,000, partitions"}, {.items = rows}, [&](auto& fixture) {
            typename std::decay_t<decltype(fixture)>::List floor(fixture.floor);
            Workload workload;
            workload.mode = fixture.mode();
            workload.unit = "row";
            workload.units = rows;
            if (fixture.is_server) workload.against = "C, cursor";
            workload.target = Target{.name = "P7", .limit = 1.5};
            workload.floor = [&](Sample& sample) {
                sample.start();
                floor.chunks(partition, [&](const Item& item) { take(sample, item); });
                sample.stop();
            };

            workload.name = "stream 1,000,000";
            workload.ours = [&](Sample& sample) { fixture.run(one_by_one(fixture.sessions, sample)); };
            suite.measure(workload);
            Workload memory = workload;
            memory.name = "stream 1,000,000, memory";
            suite.measure_memory(memory, 16);

            workload.name = "stream 1,000,000, partitions";
            workload.ours = [&](Sample& sample) { fixture.run(in_partitions(fixture.sessions, sample)); };
            suite.measure(workload);
        });
}

}  // namespace benchmarks
