// docs/guide/columns.md: members that are not read with every row.
#include "guide.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::select, azoth::undefer, azoth::undefer_group;

// region: enums
enum class Size { small, large };

}  // namespace guide

template <>
struct azoth::type_traits<guide::Size> : azoth::enum_names<guide::Size> {
    static constexpr std::pair<guide::Size, std::string_view> names[] = {{guide::Size::small, "small"}, {guide::Size::large, "large"}};
};

namespace guide {

struct Shirt {
    std::int64_t id{};
    std::string name{};
    Size size{};                  // by value: an integer column
    Size printed{};               // by name: text
    std::optional<Size> label{};  // by name: the database's own enum type

    static constexpr auto mapping() {
        using namespace azoth;
        return table("shirts",
            column<&Shirt::id>(primary_key),
            column<&Shirt::name>(length(40)),
            column<&Shirt::size>(),
            column<&Shirt::printed>(stored_as<std::string>),
            column<&Shirt::label>(stored_as<std::string>, native_enum("shirt_size")),
            index_on("ix_shirts_name", "name DESC, id"));
    }
};
// endregion

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

// region: computed
struct Item {
    std::int64_t id{};
    std::int32_t cents{};
    std::int32_t quantity{};
    std::int64_t total{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("items",
            column<&Item::id>(primary_key),
            column<&Item::cents>(),
            column<&Item::quantity>(),
            column<&Item::total>(computed("cents * quantity")));
    }
};
// endregion

// region: expression
struct Issue {
    std::int64_t id{};
    std::string name{};
    std::int64_t letters{};
    static constexpr auto mapping();  // below, where Letter is known
};

struct Letter {
    std::int64_t id{};
    std::int64_t issue_id{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("letters", column<&Letter::id>(primary_key), column<&Letter::issue_id>(foreign_key<&Issue::id>()));
    }
};

constexpr auto Issue::mapping() {
    using namespace azoth;
    return table("issues",
        column<&Issue::id>(primary_key),
        column<&Issue::name>(length(50)),
        expression<&Issue::letters>([] {
            return select(func::count(col<&Letter::id>)).where(col<&Letter::issue_id> == col<&Issue::id>).scalar_subquery();
        }));
}
// endregion

}  // namespace press

using press::Article, press::Issue, press::Item, press::Letter;
static_assert(azoth::check<Article, Issue, Item, Letter>());

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

// region: count
awaitable<void> count(async_sessionmaker async_session) {
    auto session = async_session();
    Issue may;
    may.name = "May";
    auto issue = session.add(std::move(may));
    co_await session.flush();
    Letter letter;
    letter.issue_id = issue->id;
    session.add(std::move(letter));
    expect(issue->letters == 0, "as it was");
    co_await session.flush();
    co_await session.refresh(issue);
    expect(issue->letters == 1, "as it was read last");

    auto busy = select<Issue>().where(col<&Issue::letters> > 0).order_by(col<&Issue::letters>.desc());
    expect((co_await session.execute(busy)).scalars().all().size() == 1, "in SQL the expression stands for itself");
}
// endregion

awaitable<void> compute(async_sessionmaker async_session) {
    auto session = async_session();
    Item item;
    item.cents = 250;
    item.quantity = 3;
    auto handle = session.add(std::move(item));
    co_await session.flush();
    expect(handle->total == 750, "read back");
}

awaitable<void> choose(async_sessionmaker async_session) {
    auto session = async_session();
    Shirt shirt;
    shirt.label = Size::large;
    session.add(std::move(shirt));
    co_await session.commit();
    auto large = select<Shirt>().where(col<&Shirt::label> == Size::large);
    expect((co_await session.execute(large)).scalar_one()->size == Size::small, "each in its own way");
}

}  // namespace

awaitable<void> members(azoth::AsyncEngine engine) {
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(azoth::metadata<Article, Issue, Item, Letter, Shirt>());
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
    co_await count(async_session);
    co_await compute(async_session);
    co_await choose(async_session);
}

}  // namespace guide
