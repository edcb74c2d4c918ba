// docs/guide/criteria.md: conditions on a struct wherever it is read: soft deletes and tenants.
#include "guide.hpp"

#include <cstdint>
#include <vector>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select, azoth::with_loader_criteria, azoth::without_loader_criteria;

namespace {

// region: model
struct Article;

struct Journal {
    std::int64_t id{};
    int tenant{};
    std::string name{};
    azoth::many<Article> articles{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("journals",
            column<&Journal::id>(primary_key),
            column<&Journal::tenant>(),
            column<&Journal::name>(length(100)),
            relationship<&Journal::articles>());
    }
};

struct Article {
    std::int64_t id{};
    std::string title{};
    bool deleted{};
    std::int64_t journal_id{};
    azoth::one<Journal> journal{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("articles",
            column<&Article::id>(primary_key),
            column<&Article::title>(length(200)),
            column<&Article::deleted>(),
            column<&Article::journal_id>(foreign_key<&Journal::id>()),
            relationship<&Article::journal>(back_populates<&Journal::articles>()));
    }
};
// endregion

// region: query
awaitable<void> in_a_query(async_sessionmaker async_session) {
    auto session = async_session();
    auto query = select<Journal>().where(col<&Journal::id> == 1).options(azoth::selectinload<&Journal::articles>(),
                                                                         with_loader_criteria<Article>(col<&Article::deleted> == false));
    auto result = co_await session.execute(query);
    auto journal = result.scalar_one();
    expect(journal->articles.size() == 1, "the deleted one is not among them");
}
// endregion

// region: default
async_sessionmaker for_tenant(async_sessionmaker async_session, int tenant) {
    async_session.default_options(with_loader_criteria<Article>(col<&Article::deleted> == false),
                                  with_loader_criteria<Journal>(col<&Journal::tenant> == tenant));
    return async_session;  // a copy of the one that was given, which stays as it was
}

awaitable<void> by_default(async_sessionmaker async_session) {
    auto sessions = for_tenant(async_session, 2);
    auto session = sessions();
    auto journals = co_await session.execute(select<Journal>());
    auto journal = journals.scalar_one();
    expect(journal->name == "Second", "of this tenant only");
    co_await session.load<&Journal::articles>(journal);
    expect(journal->articles.size() == 1, "loads are narrowed too");

    auto all = co_await session.execute(select<Article>().options(without_loader_criteria<Article>()));
    expect(all.scalars().all().size() == 4, "a query that wants them all");
}
// endregion

}  // namespace

awaitable<void> criteria(azoth::AsyncEngine engine) {
    static const azoth::Metadata tables = azoth::metadata<Journal, Article>();
    async_sessionmaker async_session(engine);
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(tables);
        co_await connection.commit();
    }
    {
        auto session = async_session();
        for (int tenant = 1; tenant <= 2; ++tenant) {
            auto journal = session.add(Journal{.tenant = tenant, .name = tenant == 1 ? "First" : "Second"});
            journal->articles.add(Article{.title = "stands"});
            journal->articles.add(Article{.title = "deleted", .deleted = true});
        }
        co_await session.commit();
    }
    co_await in_a_query(async_session);
    co_await by_default(async_session);
}

}  // namespace guide
