// Many-to-many through a mapped secondary table: changes, loading, queries, removal, undo.
#include <support/database.hpp>
#include <support/tagged_models.hpp>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace tagged;

namespace {

/// Posts 1 to 3; tags 1 "a", 2 "b", 3 "c"; post 1 has a and b, post 2 has b, post 3 none.
awaitable<void> fill(async_sessionmaker sessions) {
    auto session = sessions();
    auto a = session.add(Tag{.name = "a"});
    auto b = session.add(Tag{.name = "b"});
    session.add(Tag{.name = "c"});
    auto one = session.add(Post{.title = "one"});
    auto two = session.add(Post{.title = "two"});
    session.add(Post{.title = "three"});
    one->tags.add(a);
    one->tags.add(b);
    b->posts.add(two);
    co_await session.commit();
}

awaitable<std::int64_t> rows_between(AsyncSession& session) {
    auto result = co_await session.execute(select(func::count(col<&PostTag::post_id>)));
    co_return result.scalar();
}

std::string names(const Post& post) {
    std::string text;
    for (const auto& tag : post.tags) text += tag.name;
    return text;
}

}  // namespace

TEST_CASE("many-to-many: both sides agree at once, and a pair is one row", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto tag = session.add(Tag{.name = "x"});
        Post value{.title = "p"};
        value.tags.add(tag);
        value.tags.add(Tag{.name = "y"});
        auto post = session.add(std::move(value));
        REQUIRE(post->tags.size() == 2);
        CHECK(tag->posts.contains(*post));
        CHECK(&post->tags[1].posts[0] == post.get());
        tag->posts.add(post);  // the same pair from the other side
        post->tags.add(tag);
        CHECK(post->tags.size() == 2);
        CHECK(tag->posts.size() == 1);
        database.log().clear();
        co_await session.commit();
        CHECK(co_await rows_between(session) == 2);
        auto rows = co_await session.execute(select<PostTag>().order_by(col<&PostTag::tag_id>));
        const auto between = rows.scalars().all();
        REQUIRE(between.size() == 2);
        CHECK(between[0]->post_id == post->id);
        CHECK(between[0]->tag_id == tag->id);
        CHECK(between[0]->weight == 1);  // a further column has its initialiser
    });
}

TEST_CASE("many-to-many: selectinload joins the secondary table to the target, one query", "[loading][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        database.log().clear();
        auto result = co_await session.execute(select<Post>().options(selectinload<&Post::tags>()).order_by(col<&Post::id>));
        const auto posts = result.scalars().all();
        CHECK(database.log().count("SELECT") == 2);
        REQUIRE(posts.size() == 3);
        CHECK(names(*posts[0]) == "ab");
        CHECK(names(*posts[1]) == "b");
        CHECK(posts[2]->tags.is_loaded());
        CHECK(posts[2]->tags.empty());
        CHECK(&posts[0]->tags[1] == &posts[1]->tags[0]);  // one object
        CHECK_FALSE(posts[0]->tags[0].posts.is_loaded());
        CHECK(session.dirty().empty());

        // onwards, and back
        database.log().clear();
        const auto both = selectinload<&Tag::posts>().selectinload<&Post::tags>();
        auto tags = co_await session.execute(select<Tag>().options(both).order_by(col<&Tag::id>));
        const auto loaded = tags.scalars().all();
        CHECK(loaded[1]->posts.size() == 2);
        CHECK(loaded[2]->posts.empty());
        CHECK(database.log().count("SELECT") == 2);  // the posts' tags are there already
    });
}

TEST_CASE("many-to-many: joinedload, criteria, order", "[loading][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        database.log().clear();
        const auto joined = select<Post>().options(joinedload<&Post::tags>()).order_by(col<&Post::id>);
        auto result = co_await session.execute(joined);
        const auto posts = result.scalars().all();
        CHECK(database.log().count("SELECT") == 1);
        REQUIRE(posts.size() == 3);
        CHECK(names(*posts[0]) == "ab");
        CHECK(posts[2]->tags.empty());
        co_await session.close();

        auto other = database.sessions()();
        const auto some = selectinload<&Post::tags>().where(col<&Tag::name> != "a", col<&PostTag::weight> == 1).order_by(col<&Tag::name>.desc());
        auto partial = co_await other.execute(select<Post>().options(some).order_by(col<&Post::id>));
        CHECK(names(*partial.scalars().all()[0]) == "b");
        co_await other.close();

        auto third = database.sessions()();
        const auto joined_some = joinedload<&Post::tags>().where(col<&Tag::name> == "b").order_by(col<&Tag::name>);
        auto few = co_await third.execute(select<Post>().options(joined_some).order_by(col<&Post::id>));
        const auto narrowed = few.scalars().all();
        REQUIRE(narrowed.size() == 3);
        CHECK(names(*narrowed[0]) == "b");
        CHECK(narrowed[2]->tags.empty());
    });
}

TEST_CASE("many-to-many: join, outerjoin, any, contains_eager", "[query][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto titles = co_await session.execute(select(col<&Post::title>).join<&Post::tags>().where(col<&Tag::name> == "b").order_by(col<&Post::id>));
        CHECK(titles.scalars().all() == std::vector<std::string>{"one", "two"});
        auto counts = co_await session.execute(
            select(col<&Post::title>, func::count(nullable(col<&Tag::id>))).outerjoin<&Post::tags>().group_by(col<&Post::id>, col<&Post::title>).order_by(col<&Post::id>));
        std::string seen;
        for (const auto& [title, count] : counts) seen += title + std::to_string(count) + ' ';
        CHECK(seen == "one2 two1 three0 ");
        auto with = co_await session.execute(select(col<&Post::title>).where(any<&Post::tags>(col<&Tag::name> == "a")));
        CHECK(with.scalars().all() == std::vector<std::string>{"one"});
        auto without = co_await session.execute(select(col<&Post::title>).where(!any<&Post::tags>()));
        CHECK(without.scalars().all() == std::vector<std::string>{"three"});
        const auto eager = select<Post>().join<&Post::tags>().where(col<&Tag::name> == "b").options(contains_eager<&Post::tags>()).order_by(col<&Post::id>);
        auto found = co_await session.execute(eager);
        const auto posts = found.scalars().all();
        REQUIRE(posts.size() == 2);
        CHECK(names(*posts[0]) == "b");
    });
}

TEST_CASE("many-to-many: taking out deletes the row, loaded or not", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto one = co_await session.get<Post>(1, selectinload<&Post::tags>());
        auto a = co_await session.get<Tag>(1, selectinload<&Tag::posts>());
        auto b = co_await session.get<Tag>(2);
        database.log().clear();
        one->tags.remove(*a);
        CHECK(a->posts.empty());
        one->tags.add(a);  // taken back: nothing to write
        one->tags.remove(*b);
        co_await session.flush();
        CHECK(database.log().count("DELETE") == 1);
        CHECK(database.log().count("INSERT") == 0);
        CHECK(co_await rows_between(session) == 2);

        auto two = co_await session.get<Post>(2);  // not loaded: removing needs no load
        two->tags.remove(*b);
        auto three = co_await session.get<Post>(3);
        three->tags.add(b);
        CHECK_FALSE(three->tags.is_loaded());
        co_await session.commit();
        CHECK(co_await rows_between(session) == 2);
        co_await session.load<&Post::tags>(three);
        CHECK(names(*three) == "b");
        // a pair that has no row
        two->tags.remove(*b);
        const auto flush = [&] { return session.flush(); };
        const auto stale = co_await failure_of<StaleDataError>(flush);
        CHECK(stale.find("PostTag") != std::string::npos);
        co_await session.rollback();
    });
}

TEST_CASE("many-to-many: removing either end takes the rows between along", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto one = co_await session.get<Post>(1, selectinload<&Post::tags>());
        auto b = co_await session.get<Tag>(2);
        session.remove(b);  // its posts are not loaded: the flush looks for them
        co_await session.flush();
        CHECK(names(*one) == "a");
        CHECK(co_await rows_between(session) == 1);
        session.remove(one);
        co_await session.commit();
        CHECK(co_await rows_between(session) == 0);
        auto tags = co_await session.execute(select(func::count(col<&Tag::id>)));
        CHECK(tags.scalar() == 2);
    });
}

TEST_CASE("many-to-many: rollback and savepoints restore collections and rows", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto one = co_await session.get<Post>(1, selectinload<&Post::tags>());
        auto c = co_await session.get<Tag>(3, selectinload<&Tag::posts>());
        one->tags.add(c);
        auto savepoint = co_await session.begin_nested();
        auto a = co_await session.get<Tag>(1);
        one->tags.remove(*a);
        co_await session.flush();
        CHECK(names(*one) == "bc");
        CHECK(co_await rows_between(session) == 3);
        co_await savepoint.rollback();
        CHECK(names(*one) == "abc");
        CHECK(co_await rows_between(session) == 4);
        one->tags.remove(*a);  // the row that came back can go again
        co_await session.flush();
        CHECK(co_await rows_between(session) == 3);
        co_await session.rollback();
        CHECK(names(*one) == "ab");
        CHECK(c->posts.empty());
        CHECK(co_await rows_between(session) == 3);
        one->tags.add(c);
        co_await session.commit();
        CHECK(co_await rows_between(session) == 4);
    });
}

TEST_CASE("many-to-many: a query of the secondary table sees unflushed changes", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto three = co_await session.get<Post>(3, selectinload<&Post::tags>());
        auto c = co_await session.get<Tag>(3);
        three->tags.add(c);
        CHECK(session.is_modified(three));
        CHECK(co_await rows_between(session) == 4);  // autoflush
        auto again = co_await session.execute(select<Tag>().where(any<&Tag::posts>(col<&Post::id> == 3)));
        CHECK(again.scalars().one()->name == "c");
        // a load beside unflushed changes keeps them
        auto two = co_await session.get<Post>(2);
        {
            auto guard = session.no_autoflush();
            two->tags.add(c);
            auto b = co_await session.get<Tag>(2);
            two->tags.remove(*b);
            co_await session.load<&Post::tags>(two);
            CHECK(names(*two) == "c");
        }
        co_await session.commit();
        CHECK(co_await rows_between(session) == 4);
    });
}

TEST_CASE("many-to-many: merge replaces the collection, expunge forgets its changes", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto given = std::make_shared<Post>(Post{.id = 1, .title = "one"});
        given->tags.add(Tag{.id = 2, .name = "b"});
        given->tags.add(Tag{.id = 3, .name = "c"});
        auto merged = co_await session.merge(given);
        CHECK(names(*merged) == "bc");
        co_await session.commit();
        CHECK(co_await rows_between(session) == 3);

        auto two = co_await session.get<Post>(2, selectinload<&Post::tags>());
        auto fresh = session.add(Tag{.name = "new"});
        two->tags.add(fresh);
        session.expunge(fresh);
        co_await session.commit();
        CHECK(co_await rows_between(session) == 3);
    });
}

TEST_CASE("many-to-many: a table with itself, each direction its own", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            auto ann = session.add(Person{.name = "ann"});
            auto bob = session.add(Person{.name = "bob"});
            auto cid = session.add(Person{.name = "cid"});
            ann->follows.add(bob);
            ann->follows.add(cid);
            bob->follows.add(ann);
            ann->follows.add(ann);
            CHECK(ann->followers.size() == 2);
            CHECK(cid->followers[0].name == "ann");
            co_await session.commit();
        }
        auto session = database.sessions()();
        auto ann = co_await session.get<Person>(1, selectinload<&Person::follows>(), selectinload<&Person::followers>());
        CHECK(ann->follows.size() == 3);
        CHECK(ann->followers.size() == 2);
        auto followed = co_await session.execute(select(col<&Person::name>).where(any<&Person::followers>(col<&Person::name> == "bob")));
        CHECK(followed.scalars().all() == std::vector<std::string>{"ann"});
        auto reach = co_await session.execute(select<Person>().where(col<&Person::name> == "bob").options(selectinload<&Person::follows>().recursion_depth(-1)));
        auto bob = reach.scalars().one();
        CHECK(bob->follows[0].follows.size() == 3);
        ann->follows.clear();
        co_await session.commit();
        CHECK(bob->followers.is_loaded() == false);
        co_await session.load<&Person::followers>(bob);
        CHECK(bob->followers.empty());
    });
}

TEST_CASE("many-to-many: streams, and many pairs in one batch", "[loading][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            std::vector<std::shared_ptr<Tag>> tags;
            for (int i = 0; i < 50; ++i) tags.push_back(session.add(Tag{.name = "t" + std::to_string(i)}));
            for (int p = 0; p < 100; ++p) {
                auto post = session.add(Post{.title = "p" + std::to_string(p)});
                for (int i = 0; i <= p % 50; ++i) post->tags.add(tags[static_cast<std::size_t>(i)]);
            }
            database.log().clear();
            co_await session.commit();
            CHECK(database.log().count("INSERT INTO post_tags") <= 1);
        }
        auto session = database.sessions()();
        auto stream = co_await session.stream(select<Post>().options(selectinload<&Post::tags>()).order_by(col<&Post::id>));
        std::size_t pairs = 0;
        while (auto post = co_await stream.next()) pairs += post->tags.size();
        CHECK(pairs == 2 * (50 * 51 / 2));
    });
}

TEST_CASE("many-to-many: an end that is not in the session is refused by name", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto loose = std::make_shared<Person>(Person{.name = "loose"});
        auto ann = session.add(Person{.name = "ann"});
        ann->blocked.add(loose);  // no save_update cascade
        const auto flush = [&] { return session.flush(); };
        const auto refused = co_await failure_of<InvalidRequestError>(flush);
        CHECK(refused.find("Person.blocked") != std::string::npos);
        CHECK(refused.find("save_update") != std::string::npos);
        co_await session.rollback();
    });
}

TEST_CASE("many-to-many: composite keys that share a column, and keys that the database spells its own way", "[session][many-to-many]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        Uuid first, second;
        {
            auto session = database.sessions()();
            auto ann = session.add(Student{.tenant = 7, .id = Uuid::generate_v4(), .name = "ann"});
            auto bob = session.add(Student{.tenant = 7, .id = Uuid::generate_v4(), .name = "bob"});
            auto art = session.add(Course{.tenant = 7, .code = "ART"});
            auto zoo = session.add(Course{.tenant = 7, .code = "ZOO"});
            ann->courses.add(zoo);
            ann->courses.add(art);
            zoo->students.add(bob);
            co_await session.commit();
            first = ann->id;
            second = bob->id;
        }
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Student>().options(selectinload<&Student::courses>()).order_by(col<&Student::name>));
        const auto students = result.scalars().all();
        REQUIRE(students.size() == 2);
        CHECK(students[0]->id == first);
        REQUIRE(students[0]->courses.size() == 2);
        CHECK(students[0]->courses[0].code == "ART");
        REQUIRE(students[1]->courses.size() == 1);
        CHECK(students[1]->id == second);
        auto art = co_await session.get<Course>(col<&Course::tenant> = 7, col<&Course::code> = "ART");
        students[0]->courses.remove(*art);
        co_await session.commit();
        auto left = co_await session.execute(select<Enrolment>());
        CHECK(left.scalars().all().size() == 2);
        auto joined = co_await session.execute(select(col<&Student::name>).join<&Student::courses>().where(col<&Course::code> == "ZOO").order_by(col<&Student::name>));
        CHECK(joined.scalars().all() == std::vector<std::string>{"ann", "bob"});
    });
}
