// docs/guide/columns.md: members that are not read with every row.
#include "guide.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select, azoth::undefer, azoth::undefer_group;

namespace press {

// region: deferred
struct Article {
    std::int64_t id{};
    std::string title{};
    azoth::deferred<std::string> text{};
    azoth::deferred<std::optional<std::string>> footnotes{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("articles",
            column<&Article::id>(primary_key),
            column<&Article::title>(length(200)),
            column<&Article::text>(deferred_group("body")),
            column<&Article::footnotes>(deferred_group("body")));
    }
};
// endregion

}  // namespace press

using press::Article;
static_assert(azoth::check<Article>());

namespace {

// region: read
awaitable<void> read_deferred(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    auto article = co_await session.get_one<Article>(id);  // SELECT id, title
    expect(!article->text.is_loaded(), "*article->text would throw NotLoadedError");
    co_await session.load<&Article::text>(article);  // of one object, or of a whole vector in one query
    expect(*article->text == "Long ago.", "now it is there");

    auto whole = select<Article>().where(col<&Article::text>.startswith("Long")).options(undefer<&Article::text>());
    expect((co_await session.execute(whole)).scalars().all().size() == 1, "SELECT id, title, text");
    auto body = select<Article>().options(undefer_group<Article>("body"));
    expect((co_await session.execute(body)).scalars().all().front()->footnotes.is_loaded(), "SELECT id, title, text, footnotes");
}
// endregion

// region: write
awaitable<void> write_deferred(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    auto article = co_await session.get_one<Article>(id);
    article->title = "Once";
    co_await session.flush();  // UPDATE articles SET title = ?
    article->text = "Once upon a time.";
    co_await session.flush();  // UPDATE articles SET text = ?
    co_await session.commit();
}
// endregion

}  // namespace

awaitable<void> members(azoth::AsyncEngine engine) {
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(azoth::metadata<Article>());
        co_await connection.commit();
    }
    async_sessionmaker async_session(engine);
    std::int64_t id = 0;
    {
        auto session = async_session();
        Article article;
        article.title = "Then";
        article.text = "Long ago.";
        auto handle = session.add(std::move(article));
        co_await session.commit();
        id = handle->id;
    }
    co_await read_deferred(async_session, id);
    co_await write_deferred(async_session, id);
}

}  // namespace guide
