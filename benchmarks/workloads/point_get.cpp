// One entity by key, one after another: a fresh session and transaction each; 1,000 different ones in a session; a plain value
// without a transaction.
#include "fixtures/every.hpp"
#include "peers/peer.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select;

awaitable<void> session_each(const azoth::async_sessionmaker& sessions, Keys keys, std::size_t count, Sample& sample) {
    sample.start();
    for (std::size_t i = 0; i < count; ++i) {
        auto session = sessions();
        const auto item = co_await session.get<Item>(keys.next());
        take(sample, *item);
    }
    sample.stop();
}

// Every key once a session, so that each get is a query.
awaitable<void> one_session(const azoth::async_sessionmaker& sessions, std::size_t times, std::size_t each, Sample& sample) {
    sample.start();
    for (std::size_t time = 0; time < times; ++time) {
        auto session = sessions();
        for (std::size_t i = 1; i <= each; ++i) {
            const auto item = co_await session.get<Item>(static_cast<std::int64_t>(i));
            take(sample, *item);
        }
    }
    sample.stop();
}

awaitable<void> untracked(const azoth::async_sessionmaker& sessions, Keys keys, std::size_t count, Sample& sample) {
    sample.start();
    for (std::size_t i = 0; i < count; ++i) {
        auto session = sessions();
        auto result = co_await session.execute(
            select<Item>().where(col<&Item::id> == keys.next()).untracked().execution_options({.autocommit = true}));
        const Item item = result.scalar_one();
        take(sample, item);
    }
    sample.stop();
}

}  // namespace

void point_get(Suite& suite) {
    const std::size_t rows = suite.size(10000, 20);
    on_every_database(
        suite, {"point get", "point get, 1,000 a session", "point get, untracked autocommit"}, {.items = rows}, [&](auto& fixture) {
            // A server answers in tens of microseconds, SQLite in two.
            const std::size_t count = fixture.is_server ? suite.size(4000, 20) : suite.size(10000, 20);
            typename std::decay_t<decltype(fixture)>::PointGet floor(fixture.floor);
            Workload workload;
            workload.mode = fixture.mode();
            workload.unit = "get";
            workload.units = count;
            const auto floor_get = [&](Sample& sample) {
                Keys keys(rows);
                sample.start();
                for (std::size_t i = 0; i < count; ++i) take(sample, floor.get(keys.next()));
                sample.stop();
            };

            workload.name = "point get";
            if (fixture.mode() == "inline") workload.target = Target{.name = "P3", .limit = 2};
            workload.floor = floor_get;
            if constexpr (!fixture.is_server) {
                workload.floor = [&](Sample& sample) {
                    Keys keys(rows);
                    sample.start();
                    for (std::size_t i = 0; i < count; ++i) take(sample, floor.get_in_transaction(keys.next()));
                    sample.stop();
                };
            }
            workload.ours = [&](Sample& sample) { fixture.run(session_each(fixture.sessions, Keys(rows), count, sample)); };
            suite.measure(workload);
            workload.target.reset();
            if (fixture.mode() == "worker" || fixture.mode() == "mariadb") {
                measure_peer(suite, fixture, workload, "point_get " + std::to_string(count) + " 1 " + std::to_string(rows), "", 0);
            }

            workload.name = "point get, 1,000 a session";
            const std::size_t each = suite.size(1000, 10);
            workload.floor = [&, each](Sample& sample) {
                sample.start();
                for (std::size_t time = 0; time < count / each; ++time) {
                    if constexpr (!fixture.is_server) floor.transactions().begin();
                    for (std::size_t i = 1; i <= each; ++i) take(sample, floor.get(static_cast<std::int64_t>(i)));
                    if constexpr (!fixture.is_server) floor.transactions().rollback();
                }
                sample.stop();
            };
            workload.ours = [&, each](Sample& sample) { fixture.run(one_session(fixture.sessions, count / each, each, sample)); };
            suite.measure(workload);

            workload.name = "point get, untracked autocommit";
            workload.floor = floor_get;
            workload.ours = [&](Sample& sample) { fixture.run(untracked(fixture.sessions, Keys(rows), count, sample)); };
            suite.measure(workload);
        });
}

}  // namespace benchmarks
