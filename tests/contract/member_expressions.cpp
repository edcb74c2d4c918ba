// expression<&T::m>(...): members filled from SQL with every read of their row, and never written.
#include <support/database.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace counted {

struct Post;

struct User {
    std::int64_t id{};
    std::int64_t good_posts{};
    std::string name{};
    deferred<std::optional<std::string>> last_title{};
    std::string shout{};
    many<Post> posts{};

    static constexpr auto mapping();
};

struct Post {
    std::int64_t id{};
    std::string title{};
    std::int32_t score{};
    std::int64_t user_id{};
    one<User> author{};

    static constexpr auto mapping() {
        return table("posts", column<&Post::id>(primary_key), column<&Post::title>(length(50)), column<&Post::score>(), column<&Post::user_id>(foreign_key<&User::id>()),
                     relationship<&Post::author>(back_populates("posts")));
    }
};

constexpr auto User::mapping() {
    return table("users", column<&User::id>(primary_key),
                 expression<&User::good_posts>(
                     [] { return select(func::count(col<&Post::id>)).where(col<&Post::user_id> == col<&User::id>, col<&Post::score> > 2).scalar_subquery(); }),
                 column<&User::name>(length(50)),
                 expression<&User::last_title>([] { return select(func::max(col<&Post::title>)).where(col<&Post::user_id> == col<&User::id>).scalar_subquery(); }),
                 expression<&User::shout>([] { return func::upper(col<&User::name>) + "!"; }), relationship<&User::posts>());
}

struct Folder {
    std::int64_t id{};
    std::string name{};
    std::optional<std::int64_t> parent_id{};
    std::int64_t below{};
    one<Folder> parent{};
    many<Folder> children{};

    static constexpr auto mapping() {
        return table("folders", column<&Folder::id>(primary_key), column<&Folder::name>(length(20)), column<&Folder::parent_id>(foreign_key<&Folder::id>()),
                     expression<&Folder::below>([] {
                         const auto child = alias<Folder>();
                         return select(func::count(child[col<&Folder::id>])).where(child[col<&Folder::parent_id>] == col<&Folder::id>).scalar_subquery();
                     }),
                     relationship<&Folder::parent>(back_populates<&Folder::children>()), relationship<&Folder::children>());
    }
};

const Metadata model = metadata<User, Post, Folder>();
static_assert(check<User, Post, Folder>());

/// Users 1 and 2; their posts have scores 1 to 3 and 1 to 4.
awaitable<void> fill(Database& database) {
    auto session = database.sessions()();
    for (std::int64_t u = 1; u <= 2; ++u) {
        User user;
        user.id = u;
        user.name = "user " + std::to_string(u);
        const auto handle = session.add(std::move(user));
        for (std::int32_t p = 1; p <= u + 2; ++p) {
            Post post;
            post.title = "title " + std::to_string(p);
            post.score = p;
            handle->posts.add(std::move(post));
        }
    }
    co_await session.commit();
    database.log().clear();
}

bool says(const std::string& message, std::string_view part) { return message.find(part) != std::string::npos; }

}  // namespace counted

using counted::fill;
using counted::Folder;
using counted::Post;
using counted::says;
using counted::User;

TEST_CASE("expression members: read with the row, by query, get, load of the relationship and refresh", "[expression_member]") {
    on_each_database(counted::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        auto result = co_await session.execute(select<User>().order_by(col<&User::id>));
        const auto users = result.scalars().all();
        REQUIRE(users.size() == 2);
        CHECK(users[0]->good_posts == 1);
        CHECK(users[1]->good_posts == 2);
        CHECK(users[1]->name == "user 2");
        CHECK(users[1]->shout == "USER 2!");
        CHECK_FALSE(users[1]->last_title.is_loaded());
        co_await session.load<&User::last_title>(users);
        CHECK(**users[0]->last_title == "title 3");
        CHECK(**users[1]->last_title == "title 4");

        session.expunge_all();
        const auto by_key = co_await session.get<User>(2, undefer<&User::last_title>());
        CHECK(by_key->good_posts == 2);
        CHECK(**by_key->last_title == "title 4");
        co_await session.load<&User::posts>(by_key);
        by_key->posts[0].score = 9;
        co_await session.flush();
        CHECK(by_key->good_posts == 2);  // as it was read
        co_await session.refresh(by_key);
        CHECK(by_key->good_posts == 3);
        CHECK(**by_key->last_title == "title 4");
    });
}

TEST_CASE("expression members: what they read is flushed first", "[expression_member]") {
    on_each_database(counted::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        Post post;
        post.score = 7;
        post.user_id = 1;
        session.add(std::move(post));
        const auto user = co_await session.get<User>(1);
        CHECK(user->good_posts == 2);
    });
}

TEST_CASE("expression members: joined and loaded by keys, each row its own", "[expression_member]") {
    on_each_database(counted::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        for (const auto& option : {joinedload<&Post::author>().undefer<&User::last_title>(), selectinload<&Post::author>().undefer<&User::last_title>()}) {
            auto session = database.sessions()();
            auto result = co_await session.execute(select<Post>().where(col<&Post::score> == 3).order_by(col<&Post::user_id>).options(option));
            const auto posts = result.scalars().all();
            REQUIRE(posts.size() == 2);
            CHECK(posts[0]->author->good_posts == 1);
            CHECK(posts[1]->author->good_posts == 2);
            CHECK(posts[1]->author->shout == "USER 2!");
            CHECK(**posts[1]->author->last_title == "title 4");
        }
        auto session = database.sessions()();
        auto result = co_await session.execute(select<User>().where(col<&User::id> == 2).options(joinedload<&User::posts>().order_by(col<&Post::id>)));
        const auto user = result.scalar_one();
        CHECK(user->good_posts == 2);
        CHECK(user->posts.size() == 4);
        auto eager = co_await session.execute(
            select<Post>().join<&Post::author>().where(col<&User::shout> == "USER 1!").order_by(col<&Post::id>).options(contains_eager<&Post::author>()));
        const auto posts = eager.scalars().all();
        REQUIRE(posts.size() == 3);
        CHECK(posts[2]->author->good_posts == 1);
    });
}

TEST_CASE("expression members: in SQL the expression, under aliases and in subqueries too", "[expression_member]") {
    on_each_database(counted::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        auto many_posts = co_await session.execute(select(col<&User::name>, col<&User::good_posts>).where(col<&User::good_posts> > 1));
        const auto row = many_posts.one();
        CHECK(row.get<0>() == "user 2");
        CHECK(row[col<&User::good_posts>] == 2);
        auto sorted = co_await session.execute(select<User>().order_by(col<&User::good_posts>.desc()).limit(1));
        CHECK(sorted.scalar_one()->id == 2);

        const auto other = alias<User>("other");
        auto pairs = co_await session.execute(
            select(other, col<&User::good_posts>, other[col<&User::good_posts>]).join(entity<User>, col<&User::id> < other[col<&User::id>]));
        const auto pair = pairs.one();
        CHECK(pair.get<0>()->good_posts == 2);
        CHECK(pair.get<0>()->shout == "USER 2!");
        CHECK(pair.get<1>() == 1);
        CHECK(pair.get<2>() == 2);

        const auto sub = select<User>().subquery("u");
        const auto most = co_await session.scalar(select(func::max(sub[col<&User::good_posts>])));
        CHECK(most == 2);
        co_await session.execute(update<User>().values(col<&User::name> = "busy").where(col<&User::good_posts> > 1));
        const std::string name = co_await session.scalar(select(col<&User::name>).where(col<&User::id> == 2));
        CHECK(name == "busy");
        auto plain = co_await session.execute(select<User>().order_by(col<&User::id>).options(undefer<&User::last_title>()).untracked());
        const auto users = plain.scalars().all();
        REQUIRE(users.size() == 2);
        CHECK(users[1].good_posts == 2);
        CHECK(users[1].shout == "BUSY!");
        CHECK(**users[0].last_title == "title 3");
        auto both = co_await session.execute(select<User>().where(col<&User::id> == 1).union_all(select<User>().where(col<&User::good_posts> > 1)));
        CHECK(both.scalars().all().size() == 2);
    });
}

TEST_CASE("expression members: over the struct's own table, down a tree", "[expression_member]") {
    on_each_database(counted::model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            Folder root;
            root.name = "root";
            const auto top = session.add(std::move(root));
            for (const char* name : {"a", "b"}) {
                Folder folder;
                folder.name = name;
                const auto middle = top->children.add(std::move(folder));
                Folder leaf;
                leaf.name = std::string(name) + name;
                middle->children.add(std::move(leaf));
            }
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Folder>().where(col<&Folder::parent_id>.is_null()).options(selectinload<&Folder::children>().recursion_depth(-1)));
        const auto root = result.scalar_one();
        CHECK(root->below == 2);
        REQUIRE(root->children.size() == 2);
        CHECK(root->children[0].below == 1);
        CHECK(root->children[0].children[0].below == 0);
        session.expunge_all();
        auto joined = co_await session.execute(select<Folder>().where(col<&Folder::name> == "aa").options(joinedload<&Folder::parent>().joinedload<&Folder::parent>()));
        const auto leaf = joined.scalar_one();
        CHECK(leaf->below == 0);
        CHECK(leaf->parent->below == 1);
        CHECK(leaf->parent->parent->below == 2);
    });
}

TEST_CASE("expression members: never written, whatever they hold", "[expression_member]") {
    on_each_database(counted::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        User fresh;
        fresh.id = 3;
        fresh.name = "new";
        fresh.good_posts = 77;
        const auto handle = session.add(std::move(fresh));
        co_await session.flush();
        CHECK(handle->good_posts == 77);
        CHECK_FALSE(handle->last_title.is_loaded());
        CHECK_FALSE(session.is_modified(handle));
        handle->good_posts = 78;
        CHECK_FALSE(session.is_modified(handle));
        database.log().clear();
        co_await session.flush();
        CHECK(database.log().count() == 0);
        handle->name = "newer";
        co_await session.flush();
        co_await session.refresh(handle);
        CHECK(handle->good_posts == 0);
        CHECK(handle->shout == "NEWER!");

        User outside = *handle;
        outside.good_posts = 5;
        outside.name = "merged";
        const auto merged = co_await session.merge(outside);
        CHECK(merged->good_posts == 0);
        co_await session.rollback();
        std::vector<User> rows(2);
        rows[0].id = 11;
        rows[1].id = 12;
        co_await session.execute(insert<User>(), rows);
        const auto count = co_await session.scalar(select(func::count(col<&User::id>)));
        CHECK(count == 4);
        if (database.kind().name != "MariaDB") {  // UPDATE has no RETURNING there
            auto returned = co_await session.execute(update<User>().values(col<&User::name> = "x").where(col<&User::id> == 11).returning(entity<User>));
            CHECK(returned.scalar_one()->name == "x");
        }
        const auto assign = [&] { return session.execute(update<User>().values(col<&User::good_posts> = 1)); };
        const auto message = co_await failure_of<ArgumentError>(assign);
        CHECK(says(message, "User.good_posts is an expression"));
        CHECK_THROWS_AS(session.flag_modified<&User::shout>(handle), ArgumentError);
    });
}
