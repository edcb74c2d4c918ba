// 1,000 children, each with its parent (100 of them), by joinedload, beside a join written by hand.
#include "fixtures/every.hpp"
#include "peers/peer.hpp"
#include "workloads/workloads.hpp"

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::joinedload, azoth::select;

awaitable<void> load(const azoth::async_sessionmaker& sessions, std::size_t times, Sample& sample) {
    sample.start();
    for (std::size_t i = 0; i < times; ++i) {
        auto session = sessions();
        auto result = co_await session.execute(
            select<Child>().options(joinedload<&Child::parent>()).order_by(col<&Child::id>));
        for (const auto& child : result.scalars().all()) {
            sample.take(child->id, child->parent->name, child->parent_id, child->label, child->value);
        }
    }
    sample.stop();
}

}  // namespace

void joined(Suite& suite) {
    const std::size_t parents = suite.size(100, 4);
    const std::size_t children_each = suite.size(10, 3);
    const std::size_t times = suite.size(40, 2);
    on_every_database(suite, {"joined 1,000 x 1"}, {.parents = parents, .children_each = children_each}, [&](auto& fixture) {
        typename std::decay_t<decltype(fixture)>::Relations floor(fixture.floor, parents);
        Workload workload;
        workload.name = "joined 1,000 x 1";
        workload.mode = fixture.mode();
        workload.unit = "row";
        workload.units = times * parents * children_each;
        workload.target = Target{.name = "P6", .limit = 1.5};
        workload.floor = [&](Sample& sample) {
            sample.start();
            for (std::size_t i = 0; i < times; ++i) {
                const floors::Family family = floor.join();
                for (const auto& [child, parent] : family.members) {
                    sample.take(child.id, parent->name, child.parent_id, child.label, child.value);
                }
            }
            sample.stop();
        };
        workload.ours = [&](Sample& sample) { fixture.run(load(fixture.sessions, times, sample)); };
        suite.measure(workload);
        if (fixture.mode() != "inline") measure_peer(suite, fixture, workload, "joined " + std::to_string(times), "", 0);
    });
}

}  // namespace benchmarks
