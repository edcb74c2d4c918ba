// deferred<T> members: left out of queries, read by options, load and refresh, written when assigned, never when not loaded.
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

namespace lazily {

enum class Mood : std::int16_t { calm, angry };

}  // namespace lazily

template <>
struct azoth::type_traits<lazily::Mood> : azoth::enum_names<lazily::Mood> {
    static constexpr std::pair<lazily::Mood, std::string_view> names[] = {{lazily::Mood::calm, "calm"}, {lazily::Mood::angry, "angry"}};
};

namespace lazily {

struct Post;
struct Mark;
struct PostMark;

struct Address {
    std::string city{};
    deferred<std::string> directions{};
};

struct Writer {
    std::int64_t id{};
    deferred<std::string> biography{};  // stands before plain ones
    std::string name{};
    Address address{};
    many<Post> posts{};

    static constexpr auto mapping() {
        return table("writers", column<&Writer::id>(primary_key), column<&Writer::biography>(length(1000)), column<&Writer::name>(length(50)),
                     embedded<&Writer::address>(column<&Address::city>(length(50)), column<&Address::directions>(length(50))),
                     relationship<&Writer::posts>(back_populates("author"), cascade(save_update | remove)));
    }
};

struct Post {
    std::int64_t id{};
    deferred<std::string> content{};
    std::string title{};
    deferred<std::optional<std::string>> notes{};
    deferred<Mood> mood{};
    deferred<std::int32_t> words = 7;
    std::int64_t writer_id{};
    one<Writer> author{};
    many<Mark> labels{};

    static constexpr auto mapping() {
        return table("posts", column<&Post::id>(primary_key), column<&Post::content>(deferred_group("body")), column<&Post::title>(length(50)),
                     column<&Post::notes>("remarks", length(100), deferred_group("body")), column<&Post::mood>(stored_as<std::string>),
                     column<&Post::words>(undeferred), column<&Post::writer_id>(foreign_key<&Writer::id>()), relationship<&Post::author>(),
                     relationship<&Post::labels>(secondary<PostMark>()));
    }
};

struct Mark {
    deferred<std::string> meaning{};
    std::int64_t id{};
    std::string name{};

    static constexpr auto mapping() {
        return table("labels", column<&Mark::meaning>(length(50)), column<&Mark::id>(primary_key), column<&Mark::name>(length(50)));
    }
};

struct PostMark {
    std::int64_t post_id{};
    std::int64_t label_id{};

    static constexpr auto mapping() {
        return table("post_labels", column<&PostMark::post_id>(foreign_key<&Post::id>()), column<&PostMark::label_id>(foreign_key<&Mark::id>()),
                     primary_key(columns<&PostMark::post_id, &PostMark::label_id>));
    }
};

const Metadata model = metadata<Writer, Post, Mark, PostMark>();
static_assert(check<Writer, Post, Mark, PostMark>());

Post post(std::int64_t id, std::int64_t writer) {
    Post post;
    post.id = id;
    post.title = "title " + std::to_string(id);
    post.content = "content " + std::to_string(id);
    post.mood = id % 2 == 0 ? Mood::angry : Mood::calm;
    post.words = static_cast<std::int32_t>(100 * id);
    if (id % 2 == 0) post.notes = "notes " + std::to_string(id);
    post.writer_id = writer;
    return post;
}

/// Two writers with two posts each: 1, 2 and 3, 4.
awaitable<void> fill(Database& database) {
    auto session = database.sessions()();
    for (std::int64_t w = 1; w <= 2; ++w) {
        Writer writer;
        writer.id = w;
        writer.name = "writer " + std::to_string(w);
        writer.biography = "life " + std::to_string(w);
        session.add(std::move(writer));
        for (std::int64_t p = 2 * w - 1; p <= 2 * w; ++p) session.add(post(p, w));
    }
    co_await session.commit();
    database.log().clear();
}

bool says(const std::string& message, std::string_view part) { return message.find(part) != std::string::npos; }

}  // namespace lazily

using lazily::Address;
using lazily::fill;
using lazily::Mark;
using lazily::Mood;
using lazily::Post;
using lazily::says;
using lazily::Writer;

TEST_CASE("deferred: left out of a query, reading it names the member and what loads it", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Post>().order_by(col<&Post::id>));
        const auto posts = result.scalars().all();
        REQUIRE(posts.size() == 4);
        const auto sql = database.log().sql().back();
        CHECK_FALSE(says(sql, "content"));
        CHECK_FALSE(says(sql, "remarks"));
        CHECK(says(sql, "words"));
        CHECK(posts[2]->title == "title 3");
        CHECK(posts[2]->writer_id == 2);
        CHECK(*posts[2]->words == 300);
        CHECK_FALSE(posts[2]->content.is_loaded());
        CHECK_FALSE(posts[2]->notes.is_loaded());
        std::string message;
        try {
            (void)posts[2]->content->size();
        } catch (const NotLoadedError& error) {
            message = error.message();
        }
        CHECK(says(message, "Post.content is deferred and not loaded"));
        CHECK(says(message, "undefer<&Post::content>()"));
        CHECK(says(message, "session.load<&Post::content>"));
        CHECK_FALSE(session.is_modified(posts[2]));
    });
}

TEST_CASE("deferred: undefer, groups, defer and load_only say what is read", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        const auto query = select<Post>().where(col<&Post::id> == 2);
        {
            auto session = database.sessions()();
            const auto post = (co_await session.execute(query.options(undefer<&Post::content>()))).scalar_one();
            CHECK(*post->content == "content 2");
            CHECK(post->content->size() == 9);
            CHECK_FALSE(post->notes.is_loaded());
            CHECK(post->words == 200);
        }
        {
            auto session = database.sessions()();
            const auto post = (co_await session.execute(query.options(undefer_group<Post>("body")))).scalar_one();
            CHECK(post->content == "content 2");
            CHECK(post->notes == std::optional<std::string>("notes 2"));
            CHECK_FALSE(post->mood.is_loaded());
        }
        {
            auto session = database.sessions()();
            const auto post = (co_await session.execute(query.options(defer<&Post::words>(), undefer<&Post::mood>()))).scalar_one();
            CHECK_FALSE(post->words.is_loaded());
            CHECK(post->mood == Mood::angry);
        }
        {
            auto session = database.sessions()();
            const auto post = (co_await session.execute(query.options(load_only<&Post::title, &Post::notes>()))).scalar_one();
            CHECK(post->title == "title 2");
            CHECK(post->notes.is_loaded());
            CHECK_FALSE(post->words.is_loaded());
            CHECK_FALSE(post->content.is_loaded());
        }
        CHECK_THROWS_AS(undefer_group<Post>("nothing"), ArgumentError);
        auto session = database.sessions()();
        const auto elsewhere = select(col<&Post::id>).options(undefer<&Post::content>());
        const auto run = [&] { return session.execute(elsewhere); };
        const auto message = co_await failure_of<ArgumentError>(run);
        CHECK(says(message, "Post.content"));
        CHECK(says(message, "selects no Post"));
    });
}

TEST_CASE("deferred: in SQL a column like any other", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        const std::string content = co_await session.scalar(select(col<&Post::content>).where(col<&Post::content>.like("%3")));
        CHECK(content == "content 3");
        auto moods = co_await session.execute(select(col<&Post::id>, col<&Post::notes>).where(col<&Post::mood> == Mood::angry).order_by(col<&Post::content>));
        const auto rows = moods.all();
        REQUIRE(rows.size() == 2);
        CHECK(rows[1].get<0>() == 4);
        CHECK(rows[1].get<1>() == "notes 4");
        // a subquery of entities has all columns
        const auto sub = select<Post>().subquery("p");
        const auto text = co_await session.scalar(select(sub[col<&Post::content>]).where(sub[col<&Post::words>] == 200));
        CHECK(text == "content 2");
        co_await session.execute(update<Post>().values(col<&Post::content> = col<&Post::title>).where(col<&Post::id> == 1));
        const std::string updated = co_await session.scalar(select(col<&Post::content>).where(col<&Post::id> == 1));
        CHECK(updated == "title 1");
        auto both = co_await session.execute(
            select<Post>().where(col<&Post::id> == 1).union_all(select<Post>().where(col<&Post::id> == 4)).options(undefer<&Post::content>()));
        const auto posts = both.scalars().all();
        REQUIRE(posts.size() == 2);
        CHECK(*posts[0]->content == "title 1");
        CHECK(*posts[1]->words == 400);
    });
}

TEST_CASE("deferred: load reads one member of a range in one query, and nothing twice", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Post>().order_by(col<&Post::id>));
        const auto posts = result.scalars().all();
        posts[0]->title = "changed";  // not flushed by a load that reads another member, kept in any case
        co_await session.load<&Post::content>(posts[1]);
        CHECK(*posts[1]->content == "content 2");
        database.log().clear();
        co_await session.load<&Post::content>(posts);
        CHECK(database.log().count("SELECT") == 1);
        for (std::size_t i = 0; i < 4; ++i) CHECK(*posts[i]->content == "content " + std::to_string(i + 1));
        CHECK(posts[0]->title == "changed");
        CHECK_FALSE(session.is_modified(posts[1]));
        database.log().clear();
        co_await session.load<&Post::content>(posts);
        CHECK(database.log().count() == 0);
        co_await session.load<&Post::notes>(posts[0]);
        REQUIRE(posts[0]->notes.is_loaded());
        CHECK_FALSE(posts[0]->notes->has_value());

        co_await session.execute(text("DELETE FROM posts WHERE id = 4"));
        const auto gone = [&] { return session.load<&Post::notes>(posts); };
        const auto missing = co_await failure_of<InvalidRequestError>(gone);
        CHECK(says(missing, "1 of 3 rows of Post are gone"));
        auto fresh = session.add(lazily::post(9, 1));
        fresh->content = "new";
        co_await session.flush();
        co_await session.load<&Post::content>(fresh);
        CHECK(*fresh->content == "new");
    });
}

TEST_CASE("deferred: a loaded object gets what a later query or get reads, and keeps what it has", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        const auto post = co_await session.get<Post>(1);
        CHECK_FALSE(post->content.is_loaded());
        co_await session.get<Post>(1, undefer<&Post::content>());
        CHECK(*post->content == "content 1");
        database.log().clear();
        co_await session.get<Post>(1, undefer<&Post::content>());
        CHECK(database.log().count() == 0);  // it is there

        co_await session.execute(text("UPDATE posts SET content = 'other', remarks = 'other'"));
        auto again = co_await session.execute(select<Post>().where(col<&Post::id> == 1).options(undefer_group<Post>("body")));
        CHECK(again.scalar_one().get() == post.get());
        CHECK(*post->content == "content 1");  // loaded: left alone
        CHECK(**post->notes == "other");       // was not
        co_await session.execute(select<Post>().where(col<&Post::id> == 1).options(undefer<&Post::content>()).populate_existing());
        CHECK(*post->content == "other");
        co_await session.execute(text("UPDATE posts SET content = 'third'"));
        co_await session.refresh(post);
        CHECK(*post->content == "third");  // refresh reads what is loaded
        CHECK_FALSE(post->mood.is_loaded());
        co_await session.refresh(post, col<&Post::mood>);
        CHECK(post->mood == Mood::calm);
    });
}

TEST_CASE("deferred: a reread that does not have the column leaves it not loaded; edits stay", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Post>().order_by(col<&Post::id>).options(undefer<&Post::content>()));
        const auto posts = result.scalars().all();
        co_await session.commit();
        CHECK(*posts[0]->content == "content 1");  // commit takes nothing away
        co_await session.execute(text("UPDATE posts SET content = 'other'"));
        auto by_key = co_await session.get<Post>(1);
        CHECK(*by_key->content == "other");  // get reads what was loaded
        posts[2]->content = "mine";
        posts[3]->content = "mine";
        {
            const auto quiet = session.no_autoflush();
            co_await session.execute(select<Post>().where(col<&Post::id> != 3));
        }
        CHECK_FALSE(posts[1]->content.is_loaded());
        CHECK(*posts[2]->content == "mine");
        CHECK(*posts[3]->content == "mine");
        co_await session.flush();
        const auto mine = co_await session.scalar(select(func::count()).where(col<&Post::content> == "mine"));
        CHECK(mine == 2);
        const std::string second = co_await session.scalar(select(col<&Post::content>).where(col<&Post::id> == 2));
        CHECK(second == "other");
    });
}

TEST_CASE("deferred: assigned it is written, not loaded it never is", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        {
            auto session = database.sessions()();
            const auto post = co_await session.get<Post>(2);
            post->title = "changed";
            database.log().clear();
            co_await session.flush();
            REQUIRE(database.log().count("UPDATE") == 1);
            CHECK_FALSE(says(database.log().sql().back(), "content"));
            post->content = "assigned";
            CHECK(session.is_modified(post));
            CHECK(session.history<&Post::content>(post).changed);
            co_await session.flush();
            CHECK(database.log().count("UPDATE") == 2);
            CHECK(says(database.log().sql().back(), "content"));
            CHECK_FALSE(says(database.log().sql().back(), "title"));
            CHECK_FALSE(session.is_modified(post));
            post->content->append(" twice");
            post->notes = std::nullopt;
            co_await session.commit();
        }
        auto session = database.sessions()();
        const auto post = co_await session.get<Post>(2, undefer_group<Post>("body"));
        CHECK(*post->content == "assigned twice");
        CHECK_FALSE(post->notes->has_value());
        CHECK(post->title == "changed");
    });
}

TEST_CASE("deferred: inserted with the object, and loaded afterwards; server defaults and copies", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        auto fresh = lazily::post(7, 1);
        fresh.content = {};
        const auto handle = session.add(std::move(fresh));
        co_await session.flush();
        CHECK(handle->content.is_loaded());
        CHECK(handle->content->empty());
        const std::string stored = co_await session.scalar(select(col<&Post::content>).where(col<&Post::id> == 7));
        CHECK(stored.empty());

        const auto loaded = co_await session.get<Post>(1);
        Post copy = *loaded;  // the state goes with it
        CHECK_FALSE(copy.content.is_loaded());
        CHECK(copy.words == 100);
        copy.id = 8;
        session.add(std::move(copy));
        const auto flush = [&] { return session.flush(); };
        const auto message = co_await failure_of<NotLoadedError>(flush);
        CHECK(says(message, "Post.content is deferred and not loaded"));
        co_await session.rollback();
        const auto rows = co_await session.scalar(select(func::count(col<&Post::id>)));
        CHECK(rows == 4);
    });
}

TEST_CASE("deferred: rollback gives back what was loaded, and what was not", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        auto session = database.sessions()();
        const auto one = co_await session.get<Post>(1);
        const auto two = co_await session.get<Post>(2, undefer<&Post::content>());
        one->content = "flushed";
        two->content = "flushed";
        co_await session.flush();
        {
            auto savepoint = co_await session.begin_nested();
            two->content = "nested";
            co_await session.flush();
            co_await savepoint.rollback();
        }
        CHECK(*two->content == "flushed");
        one->notes = "not flushed";
        co_await session.rollback();
        CHECK_FALSE(one->content.is_loaded());
        CHECK_FALSE(one->notes.is_loaded());
        CHECK(*two->content == "content 2");
        co_await session.load<&Post::content>(one);
        CHECK(*one->content == "content 1");
    });
}

TEST_CASE("deferred: eager loads read plain columns, chained options more", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        const auto by_keys = selectinload<&Writer::posts>().order_by(col<&Post::id>);
        {
            auto session = database.sessions()();
            auto result = co_await session.execute(select<Writer>().order_by(col<&Writer::id>).options(by_keys.undefer<&Post::content>()));
            const auto writers = result.scalars().all();
            REQUIRE(writers.size() == 2);
            CHECK(writers[1]->name == "writer 2");
            CHECK_FALSE(writers[1]->biography.is_loaded());
            REQUIRE(writers[1]->posts.size() == 2);
            CHECK(*writers[1]->posts[0].content == "content 3");
            CHECK(*writers[1]->posts[0].words == 300);
            CHECK_FALSE(writers[1]->posts[0].mood.is_loaded());
        }
        {
            auto session = database.sessions()();
            auto result = co_await session.execute(select<Writer>().order_by(col<&Writer::id>).options(by_keys, undefer<&Writer::biography>()));
            const auto writers = result.scalars().all();
            CHECK(*writers[1]->biography == "life 2");
            CHECK_FALSE(writers[1]->posts[1].content.is_loaded());
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            auto result = co_await session.execute(
                select<Post>().order_by(col<&Post::id>).options(joinedload<&Post::author>().undefer<&Writer::biography>(), undefer<&Post::mood>(), defer<&Post::words>()));
            const auto posts = result.scalars().all();
            CHECK(database.log().count("SELECT") == 1);
            REQUIRE(posts.size() == 4);
            CHECK(*posts[3]->author->biography == "life 2");
            CHECK(posts[3]->author->name == "writer 2");
            CHECK(posts[3]->mood == Mood::angry);
            CHECK(posts[3]->writer_id == 2);
        }
        {
            auto session = database.sessions()();
            auto result = co_await session.execute(
                select<Writer>().order_by(col<&Writer::id>).options(joinedload<&Writer::posts>().order_by(col<&Post::id>).load_only<&Post::notes>()));
            const auto writers = result.scalars().all();
            REQUIRE(writers[0]->posts.size() == 2);
            CHECK(**writers[0]->posts[1].notes == "notes 2");
            CHECK_FALSE(writers[0]->posts[1].words.is_loaded());
            CHECK(writers[0]->posts[1].title == "title 2");
        }
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Post>()
                                                   .join<&Post::author>()
                                                   .where(col<&Writer::biography> == "life 1")
                                                   .order_by(col<&Post::id>)
                                                   .options(contains_eager<&Post::author>().options(undefer<&Writer::biography>())));
        const auto posts = result.scalars().all();
        REQUIRE(posts.size() == 2);
        CHECK(*posts[0]->author->biography == "life 1");
    });
}

TEST_CASE("deferred: untracked reads, streams and mixed rows", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        {
            auto connection = co_await database.engine().connect();
            auto values = co_await connection.execute(select<Post>().where(col<&Post::id> == 1).options(undefer<&Post::content>()).untracked());
            const Post post = values.scalar_one();
            CHECK(*post.content == "content 1");
            CHECK_FALSE(post.notes.is_loaded());
        }
        auto session = database.sessions()();
        auto plain = co_await session.execute(select(entity<Writer>, entity<Post>, col<&Post::title>)
                                                  .join(entity<Post>, col<&Post::writer_id> == col<&Writer::id>)
                                                  .order_by(col<&Post::id>)
                                                  .options(undefer<&Post::notes>())
                                                  .untracked());
        const auto rows = plain.all();
        REQUIRE(rows.size() == 4);
        CHECK_FALSE(rows[3].get<0>().biography.is_loaded());
        CHECK(rows[3].get<0>().name == "writer 2");
        CHECK_FALSE(rows[3].get<1>().content.is_loaded());
        CHECK(**rows[3].get<1>().notes == "notes 4");
        CHECK(rows[3].get<1>().words == 400);
        CHECK(rows[3].get<2>() == "title 4");
        CHECK_THROWS_AS(rows[3].get<1>().content.value(), NotLoadedError);
        auto stream = co_await session.stream(select<Post>().order_by(col<&Post::id>).options(undefer<&Post::content>()));
        std::size_t count = 0;
        while (auto post = co_await stream.next()) {
            ++count;
            CHECK(*post->content == "content " + std::to_string(count));
            CHECK_FALSE(post->notes.is_loaded());
        }
        CHECK(count == 4);
        auto mixed = co_await session.execute(
            select(entity<Post>, col<&Post::content>, entity<Writer>).join<&Post::author>().where(col<&Post::id> == 3).options(undefer<&Writer::biography>()));
        const auto row = mixed.one();
        CHECK_FALSE(row.get<0>()->content.is_loaded());
        CHECK(row.get<1>() == "content 3");
        CHECK(*row.get<2>()->biography == "life 2");
    });
}

TEST_CASE("deferred: merge and bulk inserts", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        Post outside;
        {
            auto session = database.sessions()();
            outside = *co_await session.get<Post>(1, undefer<&Post::content>());
        }
        outside.title = "merged";
        outside.content = "merged";
        CHECK_FALSE(outside.notes.is_loaded());
        {
            auto session = database.sessions()();
            const auto target = co_await session.get<Post>(1, undefer<&Post::notes>());
            target->notes = "kept";
            const auto merged = co_await session.merge(outside);
            CHECK(merged.get() == target.get());
            CHECK(**merged->notes == "kept");
            CHECK(*merged->content == "merged");
            co_await session.commit();
        }
        auto session = database.sessions()();
        std::vector<Post> many_posts;
        for (std::int64_t id = 11; id <= 13; ++id) many_posts.push_back(lazily::post(id, 2));
        co_await session.execute(insert<Post>(), many_posts);
        const auto bulk = co_await session.get<Post>(12, undefer_group<Post>("body"));
        CHECK(*bulk->content == "content 12");
        CHECK(**bulk->notes == "notes 12");
        many_posts.assign(1, *co_await session.get<Post>(2));
        const auto insert_unloaded = [&] { return session.execute(insert<Post>(), many_posts); };
        const auto message = co_await failure_of<NotLoadedError>(insert_unloaded);
        CHECK(says(message, "Post.content"));
        const auto row = co_await session.get<Post>(1, undefer_group<Post>("body"));
        CHECK(row->title == "merged");
        CHECK(*row->content == "merged");
        CHECK(**row->notes == "kept");
    });
}

TEST_CASE("deferred: behind a table between, in an embedded struct, and with removed parents", "[deferred]") {
    on_each_database(lazily::model, [](Database& database) -> awaitable<void> {
        co_await fill(database);
        {
            auto session = database.sessions()();
            const auto post = co_await session.get<Post>(1, selectinload<&Post::labels>());
            for (const char* name : {"a", "b"}) {
                Mark label;
                label.name = name;
                label.meaning = std::string("means ") + name;
                post->labels.add(std::move(label));
            }
            const auto writer = co_await session.get<Writer>(1);
            writer->address.city = "Here";
            writer->address.directions = "Left, then right";
            co_await session.commit();
        }
        const auto ordered = [](const auto& option) { return option.order_by(col<&Mark::name>).template undefer<&Mark::meaning>(); };
        for (const auto& option : {ordered(selectinload<&Post::labels>()), ordered(joinedload<&Post::labels>())}) {
            auto session = database.sessions()();
            auto result = co_await session.execute(select<Post>().where(col<&Post::id> == 1).options(option));
            const auto post = result.scalar_one();
            REQUIRE(post->labels.size() == 2);
            CHECK(post->labels[1].name == "b");
            CHECK(post->labels[1].meaning == "means b");
            CHECK_FALSE(post->content.is_loaded());
        }
        {
            auto session = database.sessions()();
            const auto post = co_await session.get<Post>(1, selectinload<&Post::labels>());
            CHECK(post->labels[0].name == "a");
            CHECK_FALSE(post->labels[0].meaning.is_loaded());
            const auto writer = co_await session.get<Writer>(1);
            CHECK(writer->address.city == "Here");
            CHECK_FALSE(writer->address.directions.is_loaded());
            co_await session.refresh(writer, col<&Writer::address, &Address::directions>);
            CHECK(writer->address.directions == "Left, then right");
            session.expunge_all();
            const auto other = co_await session.get<Writer>(1, undefer<&Writer::address, &Address::directions>());
            CHECK(other->address.directions == "Left, then right");
        }
        auto session = database.sessions()();
        const auto leaving = co_await session.get<Writer>(2);
        session.remove(leaving);
        co_await session.commit();
        const auto posts = co_await session.scalar(select(func::count(col<&Post::id>)));
        CHECK(posts == 2);
    });
}
