// with_loader_criteria: soft deletes and tenants, in queries, eager loads, and as a session's default.
#include <support/database.hpp>
#include <support/tagged_models.hpp>

#include <algorithm>
#include <string>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::on_each_database;

namespace filtered {

struct Entry;

struct Writer {
    std::int64_t id{};
    std::int32_t tenant{};
    std::string name{};
    many<Entry> entries{};

    static constexpr auto mapping() {
        return table("writers", column<&Writer::id>(primary_key), column<&Writer::tenant>(), column<&Writer::name>(length(50)),
                     relationship<&Writer::entries>());
    }
};

struct Entry {
    std::int64_t id{};
    std::string title{};
    bool deleted{};
    std::int64_t writer_id{};
    one<Writer> writer{};

    static constexpr auto mapping() {
        return table("entries", column<&Entry::id>(primary_key), column<&Entry::title>(length(50)), column<&Entry::deleted>(),
                     column<&Entry::writer_id>(foreign_key<&Writer::id>()), relationship<&Entry::writer>(back_populates<&Writer::entries>()));
    }
};

const Metadata model = metadata<Writer, Entry>();

// Two writers of different tenants, each with one entry that stands and one that is deleted.
awaitable<void> fill(async_sessionmaker sessions) {
    auto session = sessions();
    std::int64_t id = 0;
    for (int tenant = 1; tenant <= 2; ++tenant) {
        Writer writer{.id = tenant, .tenant = tenant, .name = "writer " + std::to_string(tenant)};
        writer.entries.add(Entry{.id = ++id, .title = "stands"});
        writer.entries.add(Entry{.id = ++id, .title = "deleted", .deleted = true});
        session.add(std::move(writer));
    }
    co_await session.commit();
}

const auto standing = with_loader_criteria<Entry>(col<&Entry::deleted> == false);

awaitable<std::vector<std::shared_ptr<Writer>>> all_writers(AsyncSession& session, Select<EntityItem<Writer>> query) {
    auto result = co_await session.execute(query.order_by(col<&Writer::id>));
    co_return result.scalars().all();
}

}  // namespace filtered

using namespace filtered;

TEST_CASE("criteria narrow what is selected, and values are bound anew", "[loading][criteria]") {
    on_each_database(filtered::model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        for (const char* title : {"stands", "deleted", "nothing"}) {
            const auto query = select<Entry>().options(with_loader_criteria<Entry>(col<&Entry::title> == title)).order_by(col<&Entry::id>);
            auto result = co_await session.execute(query);
            const auto entries = result.scalars().all();
            CHECK(entries.size() == (std::string(title) == "nothing" ? 0U : 2U));
            for (const auto& entry : entries) CHECK(entry->title == title);
        }
        auto count = co_await session.execute(select(func::count()).select_from(entity<Entry>).options(standing));
        CHECK(count.scalar() == 2);
        auto names = co_await session.execute(select(col<&Writer::name>).where(any<&Writer::entries>(col<&Entry::id> == 2)).options(standing));
        CHECK(names.all().empty());
    });
}

TEST_CASE("criteria narrow eager loads: selectin, joined, below each other", "[loading][criteria]") {
    on_each_database(filtered::model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        {
            auto session = database.sessions()();
            database.log().clear();
            const auto writers = co_await all_writers(session, select<Writer>().options(selectinload<&Writer::entries>(), standing));
            CHECK(database.log().count("SELECT") == 2);
            REQUIRE(writers.size() == 2);
            for (const auto& writer : writers) {
                REQUIRE(writer->entries.size() == 1);
                CHECK(writer->entries[0].title == "stands");
            }
        }
        {
            auto session = database.sessions()();
            database.log().clear();
            const auto query = select<Writer>().where(col<&Writer::id> > 0).options(joinedload<&Writer::entries>(), standing);
            const auto writers = co_await all_writers(session, query);
            CHECK(database.log().count("SELECT") == 1);
            REQUIRE(writers.size() == 2);
            CHECK(writers[1]->entries.size() == 1);
        }
        {
            auto session = database.sessions()();
            const auto none = with_loader_criteria<Entry>(col<&Entry::id> < 0);
            const auto writers = co_await all_writers(session, select<Writer>().options(joinedload<&Writer::entries>(), none));
            REQUIRE(writers.size() == 2);  // an outer join still
            CHECK(writers[0]->entries.empty());
        }
        {
            // Two values of criteria, a filter of the relationship's own and one of the query: each finds its place.
            auto session = database.sessions()();
            const auto first = with_loader_criteria<Writer>(col<&Writer::tenant> == 2);
            const auto path = selectinload<&Writer::entries>().where(col<&Entry::id> > 2).joinedload<&Entry::writer>();
            const auto query = select<Writer>().where(col<&Writer::name> == "writer 2").options(first, path, standing);
            const auto writers = co_await all_writers(session, query);
            REQUIRE(writers.size() == 1);
            REQUIRE(writers[0]->entries.size() == 1);
            CHECK(writers[0]->entries[0].id == 3);
            CHECK(writers[0]->entries[0].writer.get() == writers[0].get());
        }
    });
}

TEST_CASE("criteria with subqueries narrow eager loads too", "[loading][criteria]") {
    on_each_database(filtered::model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        const auto of_tenant = [](int tenant) {
            return with_loader_criteria<Entry>(col<&Entry::writer_id>.in_(select(col<&Writer::id>).where(col<&Writer::tenant> == tenant)));
        };
        for (int tenant = 1; tenant <= 2; ++tenant) {
            const auto writers = co_await all_writers(session, select<Writer>().options(selectinload<&Writer::entries>(), of_tenant(tenant)).populate_existing());
            REQUIRE(writers.size() == 2);
            CHECK(writers[0]->entries.size() == (tenant == 1 ? 2U : 0U));
            CHECK(writers[1]->entries.size() == (tenant == 2 ? 2U : 0U));
        }
    });
}

TEST_CASE("a many-to-one whose row is narrowed away loads as null, though the map has it", "[loading][criteria]") {
    on_each_database(filtered::model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        auto writer = co_await session.get_one<Writer>(1);
        const auto others = with_loader_criteria<Writer>(col<&Writer::tenant> == 2);
        auto result = co_await session.execute(select<Entry>().order_by(col<&Entry::id>).options(selectinload<&Entry::writer>(), others));
        const auto entries = result.scalars().all();
        REQUIRE(entries.size() == 4);
        CHECK(entries[0]->writer.is_loaded());
        CHECK_FALSE(entries[0]->writer);
        CHECK(entries[2]->writer->tenant == 2);
        CHECK(session.contains(writer));
    });
}

TEST_CASE("a maker's default narrows every query and load of its sessions; a query can do without", "[loading][criteria]") {
    on_each_database(filtered::model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto sessions = database.sessions();
        sessions.default_options(standing);
        auto session = sessions();
        session.default_options(with_loader_criteria<Writer>(col<&Writer::tenant> == 1));

        const auto writers = co_await all_writers(session, select<Writer>());
        REQUIRE(writers.size() == 1);
        co_await session.load<&Writer::entries>(writers[0]);
        REQUIRE(writers[0]->entries.size() == 1);
        CHECK(writers[0]->entries[0].id == 1);
        auto all = co_await session.execute(select(func::count()).select_from(entity<Entry>).options(without_loader_criteria<Entry>()));
        CHECK(all.scalar() == 4);
        auto both = co_await session.execute(select(func::count()).select_from(entity<Entry>).options(with_loader_criteria<Entry>(col<&Entry::id> > 1)));
        CHECK(both.scalar() == 1);

        auto stream = co_await session.stream(select<Entry>().order_by(col<&Entry::id>));
        std::vector<std::int64_t> streamed;
        while (auto row = co_await stream.next()) streamed.push_back(row->id);
        CHECK(streamed == std::vector<std::int64_t>{1, 3});

        // Statements that change rows say themselves which.
        auto updated = co_await session.execute(update<Entry>().values(col<&Entry::title> = "x"));
        CHECK(updated.rowcount() == 4);
        co_await session.rollback();
    });
}

TEST_CASE("load takes criteria of its own", "[loading][criteria]") {
    on_each_database(filtered::model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto session = database.sessions()();
        const auto writers = co_await all_writers(session, select<Writer>());
        co_await session.load<&Writer::entries>(writers, standing);
        for (const auto& writer : writers) CHECK(writer->entries.size() == 1);
    });
}

TEST_CASE("what is loaded is not taken away by criteria: get, refresh, merge", "[loading][criteria]") {
    on_each_database(filtered::model, [](Database& database) -> awaitable<void> {
        co_await fill(database.sessions());
        auto sessions = database.sessions();
        sessions.default_options(standing);
        {
            auto session = sessions();
            auto hidden = co_await session.get<Entry>(2);
            CHECK(hidden == nullptr);
            auto explicitly = co_await session.get<Entry>(2, without_loader_criteria<Entry>());
            REQUIRE(explicitly != nullptr);
            auto again = co_await session.get<Entry>(2);
            CHECK(again == explicitly);  // from the map
            co_await session.commit();
            auto reread = co_await session.get<Entry>(2);  // expired, so read anew
            CHECK(reread == explicitly);
            co_await session.refresh(explicitly);
            auto locked = co_await session.get<Entry>(2, with_for_update);
            CHECK(locked == explicitly);
            CHECK(session.state(explicitly) == ObjectState::persistent);
        }
        {
            auto session = sessions();
            const Entry given{.id = 2, .title = "merged", .deleted = true, .writer_id = 1};
            auto merged = co_await session.merge(given);
            co_await session.commit();  // an UPDATE, no second INSERT
            CHECK(merged->title == "merged");
        }
        {
            auto session = sessions();  // a soft delete, and what it does to the next query
            auto entry = co_await session.get_one<Entry>(1);
            entry->deleted = true;
            auto result = co_await session.execute(select<Entry>());
            const auto left = result.scalars().all();
            CHECK(std::none_of(left.begin(), left.end(), [&](const auto& other) { return other == entry; }));
            CHECK(session.contains(entry));
        }
    });
}

TEST_CASE("criteria narrow many-to-many, by the far side and by the table between", "[loading][criteria]") {
    on_each_database(tagged::model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            auto post = session.add(tagged::Post{.title = "p"});
            for (const char* name : {"a", "b", "c"}) post->tags.add(tagged::Tag{.name = name});
            co_await session.flush();
            co_await session.execute(update<tagged::PostTag>().where(col<&tagged::PostTag::tag_id> == post->tags[0].id).values(col<&tagged::PostTag::weight> = 9));
            co_await session.commit();
        }
        const auto by_tag = with_loader_criteria<tagged::Tag>(col<&tagged::Tag::name> != "b");
        const auto by_row = with_loader_criteria<tagged::PostTag>(col<&tagged::PostTag::weight> < 5);
        const auto names = [](const tagged::Post& post) {
            std::string text;
            for (const auto& tag : post.tags) text += tag.name;
            std::sort(text.begin(), text.end());
            return text;
        };
        const auto loaded = [&](const auto& option, const auto&... criteria) { return select<tagged::Post>().options(option, criteria...); };
        const std::vector<std::pair<Select<EntityItem<tagged::Post>>, std::string>> expected{
            {loaded(selectinload<&tagged::Post::tags>(), by_tag), "ac"},       {loaded(selectinload<&tagged::Post::tags>(), by_row), "bc"},
            {loaded(selectinload<&tagged::Post::tags>(), by_tag, by_row), "c"}, {loaded(joinedload<&tagged::Post::tags>(), by_tag), "ac"},
            {loaded(joinedload<&tagged::Post::tags>(), by_row), "bc"},
        };
        for (const auto& [query, tags] : expected) {
            auto session = database.sessions()();
            auto result = co_await session.execute(query);
            const auto posts = result.scalars().all();
            REQUIRE(posts.size() == 1);
            CHECK(names(*posts[0]) == tags);
        }
    });
}
