// Ways out of the ordinary: no pool, a connection given up, the C library's handle, children that azoth leaves alone, cascades of expunge and expire.
#include <support/database.hpp>

#include <cstdint>
#include <optional>
#include <string>

// The libraries' own names for their handles: PGconn, MYSQL, sqlite3.
struct pg_conn;
struct st_mysql;
struct sqlite3;

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;
using namespace azoth::literals;

namespace escape_hatches {

struct Leaf;

struct Tree {
    std::int64_t id{};
    std::string name{};
    many<Leaf> leaves{};

    static constexpr auto mapping() {
        return table("hatch_trees", column<&Tree::id>(primary_key), column<&Tree::name>(length(20)),
                     relationship<&Tree::leaves>(cascade(save_update | azoth::expunge | refresh_expire), passive_deletes_all));
    }
};

struct Leaf {
    std::int64_t id{};
    std::string name{};
    std::optional<std::int64_t> tree_id{};
    one<Tree> tree{};

    static constexpr auto mapping() {
        return table("hatch_leaves", column<&Leaf::id>(primary_key), column<&Leaf::name>(length(20)), column<&Leaf::tree_id>(foreign_key<&Tree::id>(on_delete::set_null)),
                     relationship<&Leaf::tree>(back_populates<&Tree::leaves>()));
    }
};

const Metadata model = metadata<Tree, Leaf>();

awaitable<void> tree_of_two(async_sessionmaker sessions) {
    auto session = sessions();
    auto tree = session.add(Tree{.name = "oak"});
    tree->leaves.add(Leaf{.name = "one"});
    tree->leaves.add(Leaf{.name = "two"});
    co_await session.commit();
}

bool in_memory(const Database& database) { return database.kind().name == "SQLite in memory"; }

/// Of which libraries it has the handle, one letter each.
std::string native_handles(const AsyncConnection& connection) {
    std::string found;
    if (connection.native_handle<pg_conn>() != nullptr) found += 'P';
    if (connection.native_handle<st_mysql>() != nullptr) found += 'M';
    if (connection.native_handle<sqlite3>() != nullptr) found += 'S';
    return found;
}

}  // namespace escape_hatches

using namespace escape_hatches;

TEST_CASE("pooling = false keeps no connection: each is closed when it comes back", "[pool]") {
    for (const auto& kind : test::databases()) {
        INFO(kind.name);
        EngineOptions options;
        options.pooling = false;
        options.pool_size = 1;
        options.max_overflow = 0;
        Database database(kind, options);
        const auto work = [&]() -> awaitable<void> {
            if (in_memory(database)) co_return;  // that is one connection
            auto first = co_await database.engine().connect();
            auto second = co_await database.engine().connect();  // no limit
            CHECK(database.engine().pool().status().checked_out == 2);
            co_await first.close();
            co_await second.close();
            CHECK(database.engine().pool().status().idle == 0);
            auto third = co_await database.engine().connect();
            const auto query = select(literal(1).label("one"_c));
            const auto one = co_await third.scalar(query);
            CHECK(one == 1);
            co_await third.close();
            CHECK(database.engine().pool().status().idle == 0);
        };
        database.run(work());
    }
}

TEST_CASE("session.invalidate() gives the connection up and starts anew on another", "[session]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        if (in_memory(database)) co_return;  // the database goes with its only connection
        co_await tree_of_two(database.sessions());
        auto session = database.sessions()();
        auto tree = co_await session.get<Tree>(1);
        tree->name = "elm";
        auto added = session.add(Tree{.name = "new"});
        co_await session.flush();
        session.invalidate();
        CHECK_FALSE(session.in_transaction());
        CHECK_FALSE(session.contains(tree));
        CHECK(tree->name == "oak");
        CHECK(database.engine().pool().status().checked_out == 0);
        auto again = co_await session.get<Tree>(1);
        REQUIRE(again != nullptr);
        CHECK(again != tree);
        CHECK(again->name == "oak");
        const auto count = select(func::count()).select_from(entity<Tree>);
        const auto trees = co_await session.scalar(count);
        CHECK(trees == 1);
        if (database.kind().group != "SQLite") {  // whose file is closed by a thread, some time after: until then it is locked
            again->name = "ash";
            co_await session.commit();
            co_await session.refresh(again);
            CHECK(again->name == "ash");
        }
        CHECK(added->name == "new");  // its memory lives as long as the handle
    });
}

TEST_CASE("native_handle() is the C library's own, and null for another library's type", "[engine]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().connect();
        const auto query = select(func::count()).select_from(entity<Tree>);
        const auto before = co_await connection.scalar(query);
        CHECK(before == 0);
        const std::string kind = database.kind().name;
        CHECK(native_handles(connection) == (kind.starts_with("SQLite") ? "S" : kind == "MariaDB" ? "M" : "P"));
        const auto after = co_await connection.scalar(query);
        CHECK(after == 0);
        co_await connection.close();
        CHECK(native_handles(connection).empty());
    });
}

TEST_CASE("passive_deletes_all leaves children alone, loaded or not: the foreign key decides", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await tree_of_two(database.sessions());
        auto session = database.sessions()();
        auto tree = co_await session.get<Tree>(1, selectinload<&Tree::leaves>());
        REQUIRE(tree->leaves.size() == 2);
        session.remove(tree);
        database.log().clear();
        co_await session.commit();
        CHECK(database.log().count("UPDATE") == 0);
        CHECK(database.log().count("hatch_leaves") == 0);
        CHECK(database.log().count("DELETE FROM hatch_trees") == 1);
        const auto free = select(func::count()).select_from(entity<Leaf>).where(col<&Leaf::tree_id>.is_null());
        const auto left = co_await session.scalar(free);
        CHECK(left == 2);
    });
}

TEST_CASE("cascades of expunge and refresh_expire follow what is loaded", "[session][relationship]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        co_await tree_of_two(database.sessions());
        auto session = database.sessions()();
        auto tree = co_await session.get<Tree>(1, selectinload<&Tree::leaves>());
        auto leaf = tree->leaves.share(0);
        database.log().clear();
        session.expire(tree);
        auto same = co_await session.get<Leaf>(leaf->id);  // reread
        CHECK(same == leaf);
        CHECK(database.log().count("FROM hatch_leaves") == 1);
        co_await session.refresh(tree);
        database.log().clear();
        co_await session.get<Leaf>(leaf->id);
        CHECK(database.log().count("FROM hatch_leaves") == 1);

        session.expunge(tree);
        CHECK_FALSE(session.contains(tree));
        CHECK_FALSE(session.contains(leaf));
        CHECK(session.state(leaf) == ObjectState::detached);
        auto other = co_await session.get<Leaf>(leaf->id);
        CHECK(other != leaf);
        auto lone = session.add(Tree{.name = "pending"});
        auto pending = lone->leaves.add(Leaf{.name = "pending"});
        session.expunge(lone);
        CHECK(session.state(pending) == ObjectState::transient);
        co_await session.commit();
        const auto query = select(func::count()).select_from(entity<Tree>);
        const auto trees = co_await session.scalar(query);
        CHECK(trees == 1);
    });
}
