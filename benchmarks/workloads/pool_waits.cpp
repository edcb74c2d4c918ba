// 1,000 coroutines that share a pool of 5 connections, a fresh session for every get: what an operation costs beside the same from 5
// coroutines, who never wait for a connection; and how evenly the 1,000 wait.
#include "fixtures/every.hpp"
#include "workloads/workloads.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace benchmarks {

namespace {

using azoth::awaitable;

constexpr int connections = 5;

// Gets the keys from `first` to before `end`, one after another, each in its own session.
awaitable<void> gets(const azoth::async_sessionmaker& sessions, std::size_t first, std::size_t end, std::size_t rows, Sample& sample) {
    for (std::size_t i = first; i < end; ++i) {
        const auto asked = std::chrono::steady_clock::now();
        {
            auto session = sessions();
            const auto item = co_await session.get<Item>(static_cast<std::int64_t>(i % rows) + 1);
            take(sample, *item);
        }
        sample.note_wait(std::chrono::nanoseconds(std::chrono::steady_clock::now() - asked).count());
    }
}

void run_all(Fixture& fixture, const azoth::async_sessionmaker& sessions, std::size_t coroutines, std::size_t total, std::size_t rows,
             Sample& sample) {
    std::vector<awaitable<void>> all;
    const std::size_t each = total / coroutines;
    for (std::size_t i = 0; i < coroutines; ++i) all.push_back(gets(sessions, i * each, (i + 1) * each, rows, sample));
    sample.start();
    fixture.run(std::move(all));
    sample.stop();
}

}  // namespace

void pool_waits(Suite& suite) {
    const std::size_t rows = suite.size(10000, 20);
    const std::size_t coroutines = suite.size(1000, 20);
    const std::size_t total = coroutines * suite.size(10, 2);
    const char* const name = "1,000 coroutines, pool of 5";
    const auto measure = [&](auto& fixture) {
        const auto engine = azoth::create_async_engine(fixture.context().get_executor(), fixture.url(),
                                                       azoth::EngineOptions{.pool_size = connections, .max_overflow = 0});
        const azoth::async_sessionmaker sessions(engine);
        Workload workload;
        workload.name = name;
        workload.mode = fixture.mode();
        workload.unit = "get";
        workload.units = total;
        workload.against = "5 coroutines";
        workload.target = Target{.name = "P9", .limit = 1.2};
        workload.floor = [&](Sample& sample) { run_all(fixture, sessions, connections, total, rows, sample); };
        workload.ours = [&](Sample& sample) { run_all(fixture, sessions, coroutines, total, rows, sample); };
        suite.measure(workload);
        suite.measure_waits(workload, 3);
    };
    on_postgresql(suite, {name}, {.items = rows}, measure);
    on_mariadb(suite, {name}, {.items = rows}, measure);
}

}  // namespace benchmarks
