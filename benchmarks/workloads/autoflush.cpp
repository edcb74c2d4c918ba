// 1,000 queries in a session that holds 1,000 entities of another table: autoflush must not look at those.
// Against the same queries in a session that holds nothing, and against C.
#include "fixtures/every.hpp"
#include "floors/notes.hpp"
#include "workloads/workloads.hpp"

#include <memory>
#include <vector>

namespace benchmarks {

namespace {

using azoth::awaitable, azoth::col, azoth::select;

awaitable<void> query(const azoth::async_sessionmaker& sessions, bool holding, std::size_t count, Sample& sample) {
    auto session = sessions();
    std::vector<std::shared_ptr<Item>> items;
    if (holding) {
        auto result = co_await session.execute(select<Item>());
        items = result.scalars().all();
    }
    sample.start();
    for (std::size_t i = 1; i <= count; ++i) {
        // Columns, not entities: the notes must not gather in the session.
        auto result = co_await session.execute(
            select(col<&Note::id>, col<&Note::text>).where(col<&Note::id> == static_cast<std::int64_t>(i)));
        const auto [id, text] = result.one();
        sample.take(id, text);
    }
    sample.stop();
}

}  // namespace

void autoflush(Suite& suite) {
    const std::size_t count = suite.size(1000, 10);
    for (const std::string mode : sqlite_modes) {
        if (!suite.wants("1,000 queries beside 1,000 entities", mode)) continue;
        SqliteFixture fixture(suite, mode, {.items = count, .notes = count});
        floors::Notes floor(fixture.floor);
        Workload workload;
        workload.name = "1,000 queries beside 1,000 entities";
        workload.mode = mode;
        workload.unit = "query";
        workload.units = count;
        workload.ours = [&](Sample& sample) { fixture.run(query(fixture.sessions, true, count, sample)); };

        workload.against = "no entities";
        workload.target = Target{.name = "P10", .limit = 1.1};
        workload.floor = [&](Sample& sample) { fixture.run(query(fixture.sessions, false, count, sample)); };
        suite.measure(workload);

        workload.against = "C";
        workload.target.reset();
        workload.floor = [&](Sample& sample) {
            floor.transactions().begin();
            sample.start();
            for (std::size_t i = 1; i <= count; ++i) {
                const Note note = floor.get(static_cast<std::int64_t>(i));
                sample.take(note.id, note.text);
            }
            sample.stop();
            floor.transactions().rollback();
        };
        suite.measure(workload);
    }
}

}  // namespace benchmarks
