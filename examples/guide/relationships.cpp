// docs/guide/relationships.md: declaring, changing and loading relationships.
#include "guide.hpp"

#include <cstdint>
#include <optional>
#include <utility>

namespace guide {

using azoth::async_sessionmaker, azoth::awaitable, azoth::col, azoth::joinedload, azoth::select, azoth::selectinload;
using shop::Author, shop::Book;

// Not in an unnamed namespace: docs/guide/compilers.md says why.
namespace staff {

// region: self
struct Employee {
    std::int64_t id{};
    std::string name{};
    std::optional<std::int64_t> manager_id{};
    azoth::one<Employee> manager{};
    azoth::many<Employee> reports{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("employees",
            column<&Employee::id>(primary_key),
            column<&Employee::name>(length(100)),
            column<&Employee::manager_id>(foreign_key<&Employee::id>()),
            relationship<&Employee::manager>(back_populates<&Employee::reports>()),
            relationship<&Employee::reports>(order_by<&Employee::name>()));
    }
};
// endregion

// region: two_keys
struct Review {
    std::int64_t id{};
    std::int64_t book_id{};
    std::int64_t other_id{};
    azoth::one<Book> book{};
    azoth::one<Book> compared_with{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("reviews",
            column<&Review::id>(primary_key),
            column<&Review::book_id>(foreign_key<&Book::id>(on_delete::cascade)),
            column<&Review::other_id>(foreign_key<&Book::id>()),
            relationship<&Review::book>(via<&Review::book_id>()),
            relationship<&Review::compared_with>(via<&Review::other_id>()));
    }
};
// endregion

// region: many_to_many
struct Tag;
struct ArticleTag;

struct Article {
    std::int64_t id{};
    std::string title{};
    azoth::many<Tag> tags{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("articles",
            column<&Article::id>(primary_key),
            column<&Article::title>(length(100)),
            relationship<&Article::tags>(secondary<ArticleTag>()));
    }
};

struct Tag {
    std::int64_t id{};
    std::string name{};
    azoth::many<Article> articles{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("tags",
            column<&Tag::id>(primary_key),
            column<&Tag::name>(length(50), unique),
            relationship<&Tag::articles>(secondary<ArticleTag>(), back_populates<&Article::tags>()));
    }
};

struct ArticleTag {
    std::int64_t article_id{};
    std::int64_t tag_id{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("article_tags",
            column<&ArticleTag::article_id>(primary_key, foreign_key<&Article::id>()),
            column<&ArticleTag::tag_id>(primary_key, foreign_key<&Tag::id>()));
    }
};
// endregion

// region: condition
struct Shelf {
    std::int64_t id{};
    std::string letter{};
    azoth::many<Article> articles{};

    static constexpr auto mapping() {
        using namespace azoth;
        return table("shelves",
            column<&Shelf::id>(primary_key),
            column<&Shelf::letter>(length(1)),
            relationship<&Shelf::articles>(viewonly, order_by<&Article::title>(),
                primaryjoin([] { return func::substr(col<&Article::title>, 1, 1) == col<&Shelf::letter>; })));
    }
};
// endregion

}  // namespace staff

using staff::Article, staff::ArticleTag, staff::Employee, staff::Review, staff::Shelf, staff::Tag;
static_assert(azoth::check<Employee, Author, Book, Review, Article, Tag, ArticleTag, Shelf>());

namespace {

// region: change
awaitable<void> change(async_sessionmaker async_session) {
    auto session = async_session();
    auto lem = session.add(Author{.name = "Stanislaw Lem"});
    auto solaris = lem->books.add(Book{.title = "Solaris", .year = 1961});
    expect(solaris->author.get() == lem.get(), "both sides agree at once");
    co_await session.flush();
    expect(solaris->author_id == lem->id, "the foreign key follows at flush");

    auto anonymous = session.add(Author{.name = "Anonymous"});
    solaris->author = anonymous;  // a handle; `*anonymous` would do as well
    expect(lem->books.empty() && anonymous->books.size() == 1, "moved from one collection to the other");
    co_await session.rollback();
}
// endregion

// region: iterate
awaitable<void> iterate(async_sessionmaker async_session, std::int64_t id) {
    auto session = async_session();
    auto author = co_await session.get_one<Author>(id, selectinload<&Author::books>());
    author->books.sort([](const Book& a, const Book& b) { return a.year < b.year; });  // never std::sort
    for (Book& book : author->books) book.price = book.price + azoth::Decimal("0.50");
    std::shared_ptr<Book> oldest = author->books.share(0);
    expect(oldest->year == 1961, "a handle to one member");
    co_await session.commit();
}
// endregion

// region: options
awaitable<void> options(async_sessionmaker async_session) {
    auto session = async_session();
    auto recent = selectinload<&Author::books>().where(col<&Book::year> > 1965).order_by(col<&Book::year>.desc());
    auto authors = (co_await session.execute(select<Author>().options(recent))).scalars().all();
    expect(authors.front()->books.size() == 1, "a partial collection");

    auto with_author = joinedload<&Book::author>().innerjoin();
    auto books = (co_await session.execute(select<Book>().options(with_author))).scalars().all();
    expect(books.front()->author->name == "Stanislaw Lem", "one query");

    auto joined = select<Book>().join<&Book::author>().where(col<&Author::name>.startswith("Stan")).options(azoth::contains_eager<&Book::author>());
    auto found = (co_await session.execute(joined)).scalars().all();
    expect(found.size() == 2, "the query's own join fills the relationship");
}
// endregion

// region: tree
awaitable<void> tree(async_sessionmaker async_session) {
    auto session = async_session();
    Employee boss{.name = "Ann", .reports = {Employee{.name = "Bob", .reports = {Employee{.name = "Cid"}}}}};
    session.add(std::move(boss));
    co_await session.commit();
    session.expunge_all();

    auto top = select<Employee>().where(col<&Employee::manager_id>.is_null()).options(selectinload<&Employee::reports>().recursion_depth(-1));
    auto ann = (co_await session.execute(top)).scalar_one();
    expect(ann->reports[0].reports[0].name == "Cid", "all levels, one query each");
}
// endregion

// region: exists
awaitable<void> exists(async_sessionmaker async_session) {
    auto session = async_session();
    auto writers = select<Author>().where(azoth::any<&Author::books>(col<&Book::year> < 1965));
    expect((co_await session.execute(writers)).all().size() == 1, "EXISTS (SELECT ... FROM books ...)");
    auto idle = select<Author>().where(!azoth::any<&Author::books>());
    expect((co_await session.execute(idle)).all().empty(), "authors without books");
}
// endregion

// region: tagging
awaitable<void> tagging(async_sessionmaker async_session) {
    auto session = async_session();
    auto cpp = session.add(Tag{.name = "c++"});
    auto article = session.add(Article{.title = "Coroutines"});
    article->tags.add(cpp);
    article->tags.add(Tag{.name = "async"});
    expect(cpp->articles.size() == 1, "the other side knows at once");
    co_await session.flush();  // two rows between
    article->tags.remove(*cpp);
    co_await session.commit();  // one row less

    auto tagged = select<Article>().where(azoth::any<&Article::tags>(col<&Tag::name> == "async")).options(selectinload<&Article::tags>());
    expect((co_await session.execute(tagged)).scalar_one()->tags.size() == 1, "all of its tags");
}
// endregion

awaitable<void> shelving(async_sessionmaker async_session) {
    auto session = async_session();
    auto shelf = session.add(Shelf{.letter = "C"});
    co_await session.flush();
    co_await session.load<&Shelf::articles>(shelf);
    expect(shelf->articles.size() == 1, "the article that begins with C");
    co_await session.rollback();
}

}  // namespace

awaitable<void> relationships(azoth::AsyncEngine engine) {
    {
        auto connection = co_await engine.begin();
        co_await connection.create_all(azoth::metadata<Author, Book, Employee, Review, Article, Tag, ArticleTag, Shelf>());
        co_await connection.commit();
    }
    async_sessionmaker async_session(engine);
    co_await change(async_session);
    std::int64_t id = 0;
    {
        auto session = async_session();
        auto lem = session.add(Author{.name = "Stanislaw Lem"});
        lem->books.add(Book{.title = "The Cyberiad", .year = 1966});
        lem->books.add(Book{.title = "Solaris", .year = 1961});
        co_await session.commit();
        id = lem->id;
    }
    co_await iterate(async_session, id);
    co_await options(async_session);
    co_await tree(async_session);
    co_await exists(async_session);
    co_await tagging(async_session);
    co_await shelving(async_session);
}

}  // namespace guide
