// docs/guide/criteria.md: conditions on a struct wherever it is read: soft deletes and tenants.
#include "guide.hpp"

#include <cstdint>
#include <vector>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select, azoth::with_loader_criteria, azoth::without_loader_criteria;

namespace {

// region: model
struct Story;

struct Magazine {
    std::int64_t id{};
    int tenant{};
    std::string name{};
    azoth::many<Story> stories{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("magazines",
            column<&Magazine::id>(primary_key),
            column<&Magazine::tenant>(),
            column<&Magazine::name>(length(100)),
            relationship<&Magazine::stories>());
    }
};

struct Story {
    std::int64_t id{};
    std::string title{};
    bool deleted{};
    std::int64_t magazine_id{};
    azoth::one<Magazine> magazine{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("stories",
            column<&Story::id>(primary_key),
            column<&Story::title>(length(200)),
            column<&Story::deleted>(),
            column<&Story::magazine_id>(foreign_key<&Magazine::id>()),
            relationship<&Story::magazine>(back_populates<&Magazine::stories>()));
    }
};
// endregion

// region: query
awaitable<void> in_a_query(async_sessionmaker async_session) {
    auto session = async_session();
    auto query = select<Magazine>().where(col<&Magazine::id> == 1).options(azoth::selectinload<&Magazine::stories>(),
                                                                         with_loader_criteria<Story>(col<&Story::deleted> == false));
    auto result = co_await session.execute(query);
    auto magazine = result.scalar_one();
    expect(magazine->stories.size() == 1, "the deleted one is not among them");
}
// endregion

// region: default
async_sessionmaker for_tenant(async_sessionmaker async_session, int tenant) {
    async_session.default_options(with_loader_criteria<Story>(col<&Story::deleted> == false),
                                  with_loader_criteria<Magazine>(col<&Magazine::tenant> == tenant));
    return async_session;  // a copy of the one that was given, which stays as it was
}

awaitable<void> by_default(async_sessionmaker async_session) {
    auto sessions = for_tenant(async_session, 2);
    auto session = sessions();
    auto magazines = co_await session.execute(select<Magazine>());
    auto magazine = magazines.scalar_one();
    expect(magazine->name == "Second", "of this tenant only");
    co_await session.load<&Magazine::stories>(magazine);
    expect(magazine->stories.size() == 1, "loads are narrowed too");

    auto all = co_await session.execute(select<Story>().options(without_loader_criteria<Story>()));
    expect(all.scalars().all().size() == 4, "a query that wants them all");
}
// endregion

}  // namespace

awaitable<void> criteria(azoth::AsyncEngine engine) {
    static const azoth::Metadata tables = azoth::metadata<Magazine, Story>();
    async_sessionmaker async_session(engine);
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(tables);
        co_await connection.commit();
    }
    {
        auto session = async_session();
        for (int tenant = 1; tenant <= 2; ++tenant) {
            auto magazine = session.add(Magazine{.tenant = tenant, .name = tenant == 1 ? "First" : "Second"});
            magazine->stories.add(Story{.title = "stands"});
            magazine->stories.add(Story{.title = "deleted", .deleted = true});
        }
        co_await session.commit();
    }
    co_await in_a_query(async_session);
    co_await by_default(async_session);
}

}  // namespace guide
