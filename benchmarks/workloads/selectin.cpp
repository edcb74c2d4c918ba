// 100 parents with 10 children each by selectinload, beside two queries written by hand.
#include "fixtures/every.hpp"
#include "peers/peer.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select, azoth::selectinload;

awaitable<void> load(const azoth::async_sessionmaker& sessions, std::size_t times, Sample& sample) {
    sample.start();
    for (std::size_t i = 0; i < times; ++i) {
        auto session = sessions();
        auto result = co_await session.execute(
            select<Parent>().options(selectinload<&Parent::children>()).order_by(col<&Parent::id>));
        for (const auto& parent : result.scalars().all()) {
            sample.take(parent->id, parent->name);
            for (const Child& child : parent->children) {
                sample.take(child.id, parent->name, child.parent_id, child.label, child.value);
            }
        }
    }
    sample.stop();
}

}  // namespace

void selectin(Suite& suite) {
    const std::size_t parents = suite.size(100, 4);
    const std::size_t children_each = suite.size(10, 3);
    const std::size_t times = suite.size(40, 2);
    on_every_database(suite, {"selectin 100 x 10"}, {.parents = parents, .children_each = children_each}, [&](auto& fixture) {
        typename std::decay_t<decltype(fixture)>::Relations floor(fixture.floor, parents);
        Workload workload;
        workload.name = "selectin 100 x 10";
        workload.mode = fixture.mode();
        workload.unit = "row";
        workload.units = times * parents * (1 + children_each);
        workload.target = Target{.name = "P6", .limit = 1.5};
        workload.floor = [&](Sample& sample) {
            sample.start();
            for (std::size_t i = 0; i < times; ++i) {
                for (const auto& parent : floor.two_queries()) {
                    sample.take(parent.id, parent.name);
                    for (const auto& child : parent.children) {
                        sample.take(child.id, parent.name, child.parent_id, child.label, child.value);
                    }
                }
            }
            sample.stop();
        };
        workload.ours = [&](Sample& sample) { fixture.run(load(fixture.sessions, times, sample)); };
        suite.measure(workload);
        if (fixture.mode() != "inline") measure_peer(suite, fixture, workload, "selectin " + std::to_string(times), "", 0);
    });
}

}  // namespace benchmarks
