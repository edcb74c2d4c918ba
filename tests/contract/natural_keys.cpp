// Keys that the program gives and changes: what refers to them follows, by the database or by the flush.
#include <support/database.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace azoth;
using namespace azoth::literals;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace atlas {

struct City;
struct Region;
struct District;
struct Stamp;

struct Country {
    std::string code{};
    std::string name{};
    many<City> cities{};      // the database does nothing: their key can be NULL
    many<Region> regions{};   // the database cascades
    one<Stamp> stamp{};

    static constexpr auto mapping() {
        return table("atlas_countries", column<&Country::code>(length(8), primary_key), column<&Country::name>(length(40)), relationship<&Country::cities>(),
                     relationship<&Country::regions>(cascade(save_update | remove)), relationship<&Country::stamp>(back_populates("country")));
    }
};

struct City {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> country_code{};
    std::int32_t version{};
    one<Country> country{};

    static constexpr auto mapping() {
        return table("atlas_cities", column<&City::id>(primary_key), column<&City::name>(length(40)), column<&City::country_code>(length(8), foreign_key<&Country::code>()),
                     column<&City::version>(version_id), relationship<&City::country>(back_populates<&Country::cities>()));
    }
};

struct Region {
    std::string country_code{};
    std::int32_t number{};
    std::string name{};
    one<Country> country{};
    many<District> districts{};

    static constexpr auto mapping() {
        return table("atlas_regions", column<&Region::country_code>(length(8), foreign_key<&Country::code>(on_update::cascade)), column<&Region::number>(), column<&Region::name>(length(40)),
                     primary_key(columns<&Region::country_code, &Region::number>), relationship<&Region::country>(back_populates<&Country::regions>()),
                     relationship<&Region::districts>(cascade(save_update | remove)));
    }
};

struct District {
    std::int64_t id{};
    std::string country_code{};
    std::int32_t region_number{};
    std::string name{};
    one<Region> region{};

    static constexpr auto mapping() {
        return table("atlas_districts", column<&District::id>(primary_key), column<&District::country_code>(length(8)), column<&District::region_number>(), column<&District::name>(length(40)),
                     foreign_key(columns<&District::country_code, &District::region_number>, references<&Region::country_code, &Region::number>, on_update::cascade),
                     relationship<&District::region>(back_populates<&Region::districts>()));
    }
};

/// Part of a region by its own key.
struct Borough {
    std::string country_code{};
    std::int32_t region_number{};
    std::int32_t number{};
    std::string name{};

    static constexpr auto mapping() {
        return table("atlas_boroughs", column<&Borough::country_code>(length(8)), column<&Borough::region_number>(), column<&Borough::number>(), column<&Borough::name>(length(40)),
                     primary_key(columns<&Borough::country_code, &Borough::region_number, &Borough::number>),
                     foreign_key(columns<&Borough::country_code, &Borough::region_number>, references<&Region::country_code, &Region::number>, on_update::cascade));
    }
};

/// A one-to-one whose key is the owner's.
struct Stamp {
    std::string country_code{};
    std::string motif{};
    one<Country> country{};

    static constexpr auto mapping() {
        return table("atlas_stamps", column<&Stamp::country_code>(length(8), primary_key, foreign_key<&Country::code>(on_update::cascade)), column<&Stamp::motif>(length(40)),
                     relationship<&Stamp::country>());
    }
};

/// A tree of numbers that people give.
struct Shelf {
    std::int64_t number{};
    std::optional<std::int64_t> below{};
    one<Shelf> parent{};
    many<Shelf> shelves{};

    static constexpr auto mapping() {
        return table("atlas_shelves", column<&Shelf::number>(primary_key, no_generated_key), column<&Shelf::below>(foreign_key<&Shelf::number>()),
                     relationship<&Shelf::parent>(via<&Shelf::below>(), back_populates<&Shelf::shelves>()), relationship<&Shelf::shelves>(via<&Shelf::below>()));
    }
};

const Metadata model = metadata<Country, City, Region, District, Borough, Stamp, Shelf>();
static_assert(check<Country, City, Region, District, Borough, Stamp, Shelf>());

std::string touched() { return "touched"; }

struct Post;
/// Others refer to its handle, not to its key.
struct User {
    std::int64_t id{};
    std::string name{};
    std::optional<std::string> handle{};
    many<Post> posts{};
    many<Post> edited{};

    static constexpr auto mapping();
};
struct Post {
    std::int64_t id{};
    std::string title{};
    std::optional<std::string> author_handle{};
    std::optional<std::string> editor_handle{};
    std::int32_t version{};
    std::string changed{};
    one<User> author{};

    static constexpr auto mapping() {
        return table("atlas_posts", column<&Post::id>(primary_key), column<&Post::title>(length(20)), column<&Post::author_handle>(length(20), foreign_key<&User::handle>()),
                     column<&Post::editor_handle>(length(20), foreign_key<&User::handle>()), column<&Post::version>(version_id), column<&Post::changed>(length(20), onupdate<&touched>),
                     relationship<&Post::author>(via<&Post::author_handle>()));
    }
};
constexpr auto User::mapping() {
    return table("atlas_users", column<&User::id>(primary_key), column<&User::name>(length(20)), column<&User::handle>(length(20), unique), relationship<&User::posts>(via<&Post::author_handle>()),
                 relationship<&User::edited>(via<&Post::editor_handle>()));
}
const Metadata handle_model = metadata<User, Post>();

struct Street;
struct Town {
    std::string code{};
    many<Street> streets{};

    static constexpr auto mapping() { return table("atlas_towns", column<&Town::code>(length(8), primary_key), relationship<&Town::streets>()); }
};
/// Must have a town, and the database does not cascade.
struct Street {
    std::int64_t id{};
    std::string town_code{};

    static constexpr auto mapping() { return table("atlas_streets", column<&Street::id>(primary_key), column<&Street::town_code>(length(8), foreign_key<&Town::code>())); }
};
const Metadata strict_model = metadata<Town, Street>();

struct Ship;
struct Fleet {
    std::string code{};
    many<Ship> ships{};

    static constexpr auto mapping() { return table("atlas_fleets", column<&Fleet::code>(length(8), primary_key), relationship<&Fleet::ships>()); }
};
struct Ship {
    std::int64_t id{};
    std::string fleet_code{};

    static constexpr auto mapping() {
        return table("atlas_ships", column<&Ship::id>(primary_key), column<&Ship::fleet_code>(length(8), foreign_key<&Fleet::code>(initially_deferred)));
    }
};
const Metadata deferred_model = metadata<Fleet, Ship>();

City city(std::string name) {
    City city;
    city.name = std::move(name);
    return city;
}

Region region(std::int32_t number, std::string name) {
    Region region;
    region.number = number;
    region.name = std::move(name);
    return region;
}

/// "UK" with two cities, two regions, a district in the first of them, and a stamp.
awaitable<std::shared_ptr<Country>> united_kingdom(AsyncSession& session) {
    Country value{.code = "UK", .name = "United Kingdom"};
    value.cities.add(city("London"));
    value.cities.add(city("Leeds"));
    Region first = region(1, "North");
    District district;
    district.name = "Moor";
    first.districts.add(std::move(district));
    value.regions.add(std::move(first));
    value.regions.add(region(2, "South"));
    Stamp stamp;
    stamp.motif = "Queen";
    value.stamp = std::move(stamp);
    auto country = session.add(std::move(value));
    co_await session.commit();
    co_return country;
}

awaitable<void> check_value(AsyncSession& session, std::string_view sql, std::int64_t expected) {
    const auto query = text("SELECT (" + std::string(sql) + ") AS n").columns(typed<std::int64_t>("n"_c));
    auto result = co_await session.execute(query);
    INFO(sql);
    CHECK(result.scalar() == expected);
}

awaitable<void> check_value(Database& database, std::string_view sql, std::int64_t expected) {
    auto connection = co_await database.engine().connect();
    const auto query = text("SELECT (" + std::string(sql) + ") AS n").columns(typed<std::int64_t>("n"_c));
    auto result = co_await connection.execute(query);
    INFO(sql);
    CHECK(result.scalar() == expected);
}

}  // namespace atlas

using namespace atlas;

TEST_CASE("a natural key changes: children without ON UPDATE CASCADE are loaded and follow", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            co_await united_kingdom(session);
        }
        auto session = database.sessions()();
        auto country = co_await session.get<Country>("UK");
        database.log().clear();
        country->code = "GB";
        co_await session.flush();
        CHECK(database.log().count("FROM atlas_cities") == 1);
        CHECK(database.log().count("UPDATE atlas_cities") == 2);  // let go, and refer to the new key
        CHECK(database.log().count("atlas_regions") == 0);        // the database's business
        REQUIRE(country->cities.size() == 2);
        CHECK(country->cities[0].country_code == "GB");
        CHECK(country->cities[0].version == 3);
        const auto found = co_await session.get<Country>("GB");
        CHECK(found.get() == country.get());
        co_await session.commit();
        co_await check_value(database, "SELECT count(*) FROM atlas_cities WHERE country_code = 'GB'", 2);
        co_await check_value(database, "SELECT count(*) FROM atlas_regions WHERE country_code = 'GB'", 2);
        co_await check_value(database, "SELECT count(*) FROM atlas_districts WHERE country_code = 'GB'", 1);

        country->code = "UK";
        co_await session.flush();
        co_await session.rollback();
        CHECK(country->code == "GB");
        const auto city = co_await session.get<City>(country->cities[0].id);
        CHECK(city->country_code == "GB");
    });
}

TEST_CASE("a natural key changes: children that the database moves have the new key at once, and can be written in the same flush", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            co_await united_kingdom(session);
        }
        auto session = database.sessions()();
        auto result = co_await session.execute(select<Country>().options(selectinload<&Country::regions>().selectinload<&Region::districts>(), joinedload<&Country::stamp>()));
        auto country = result.scalar_one();
        const auto north = country->regions.share(0);
        const auto south = country->regions.share(1);
        const auto moor = north->districts.share(0);
        database.log().clear();
        country->code = "GB";
        south->name = "South coast";
        co_await session.flush();
        CHECK(database.log().count("UPDATE atlas_regions") == 1);
        CHECK(database.log().count("atlas_districts") == 0);
        CHECK(database.log().count("atlas_stamps") == 0);
        CHECK(north->country_code == "GB");
        CHECK(moor->country_code == "GB");
        CHECK(country->stamp->country_code == "GB");
        CHECK_FALSE(session.is_modified(north));
        const auto found = co_await session.get<Region>(col<&Region::country_code> = "GB", col<&Region::number> = 2);
        CHECK(found.get() == south.get());
        const auto gone = co_await session.get<Region>(col<&Region::country_code> = "UK", col<&Region::number> = 2);
        CHECK(gone == nullptr);

        auto savepoint = co_await session.begin_nested();
        country->code = "XX";
        moor->name = "Heath";
        co_await session.flush();
        CHECK(moor->country_code == "XX");
        co_await savepoint.rollback();
        CHECK(country->code == "GB");
        CHECK(moor->country_code == "GB");
        CHECK(moor->name == "Moor");
        const auto still = co_await session.get<Region>(col<&Region::country_code> = "GB", col<&Region::number> = 1);
        CHECK(still.get() == north.get());
        co_await session.commit();
        co_await check_value(database, "SELECT count(*) FROM atlas_regions WHERE country_code = 'GB' AND name <> 'South'", 2);
        co_await check_value(database, "SELECT count(*) FROM atlas_districts WHERE country_code = 'GB'", 1);
        co_await check_value(database, "SELECT count(*) FROM atlas_stamps WHERE country_code = 'GB'", 1);
    });
}

TEST_CASE("a natural key changes while its children are moved, removed and added", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto country = co_await united_kingdom(session);
        auto other = session.add(Country{.code = "IE", .name = "Ireland"});
        co_await session.commit();
        co_await session.load<&Country::cities>(country);
        co_await session.load<&Country::regions>(country);
        const auto london = country->cities.share(0);
        const auto leeds = country->cities.share(1);
        const auto south = country->regions.share(1);
        country->code = "GB";
        leeds->country_code = "IE";  // by its own member: it follows nobody
        london->name = "Londinium";
        session.remove(south);
        country->cities.add(city("York"));
        country->regions.add(region(3, "West"));
        co_await session.commit();
        co_await check_value(database, "SELECT count(*) FROM atlas_cities WHERE country_code = 'GB' AND name IN ('Londinium', 'York')", 2);
        co_await check_value(database, "SELECT count(*) FROM atlas_cities WHERE country_code = 'IE' AND name = 'Leeds'", 1);
        co_await check_value(database, "SELECT max(number) FROM atlas_regions WHERE country_code = 'GB'", 3);
        co_await check_value(database, "SELECT count(*) FROM atlas_regions", 2);

        session.remove(london);
        country->code = "UK";
        co_await session.commit();
        co_await check_value(database, "SELECT count(*) FROM atlas_cities WHERE country_code = 'UK'", 1);
        co_await check_value(database, "SELECT count(*) FROM atlas_cities", 2);
        CHECK(other->code == "IE");
    });
}

TEST_CASE("a natural key changes: what could not follow fails, and nothing is lost", "[session][keys]") {
    on_each_database(atlas::strict_model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        Town value{.code = "A"};
        value.streets.add(Street());
        const auto town = session.add(std::move(value));
        co_await session.commit();
        town->code = "B";
        const auto flush = [&] { return session.flush(); };
        const auto failure = co_await failure_of<ForeignKeyViolation>(flush);
        CHECK_FALSE(failure.empty());
        co_await session.rollback();
        CHECK(town->code == "A");
        CHECK(town->streets[0].town_code == "A");
        co_await check_value(database, "SELECT count(*) FROM atlas_streets WHERE town_code = 'A'", 1);
        const auto found = co_await session.get<Town>("A");
        CHECK(found.get() == town.get());
    });
}

TEST_CASE("a natural key changes: a foreign key that is checked at COMMIT lets children follow that must have an owner", "[session][keys]") {
    for (const auto& kind : azoth::test::databases()) {
        INFO(kind.name);
        Database database(kind);
        const auto work = [&]() -> awaitable<void> {
            auto connection = co_await database.engine().begin();
            if (database.kind().mariadb()) {
                const auto create = [&] { return connection.create_all(atlas::deferred_model); };
                const auto refusal = co_await failure_of<NotSupportedError>(create);
                CHECK(refusal.find("MariaDB") != std::string::npos);
                CHECK(refusal.find("atlas_ships.fleet_code") != std::string::npos);
                co_return;
            }
            co_await connection.create_all(atlas::deferred_model);
            co_await connection.commit();
            co_await connection.close();
            auto session = database.sessions()();
            Fleet value{.code = "A"};
            value.ships.add(Ship());
            value.ships.add(Ship());
            const auto fleet = session.add(std::move(value));
            co_await session.commit();
            fleet->code = "B";
            co_await session.commit();
            co_await check_value(database, "SELECT count(*) FROM atlas_ships WHERE fleet_code = 'B'", 2);

            // Found out at COMMIT only: the transaction is gone, the session can go on.
            session.add(Ship{.fleet_code = "nowhere"});
            const auto commit = [&] { return session.commit(); };
            const auto failure = co_await failure_of<ForeignKeyViolation>(commit);
            CHECK_FALSE(failure.empty());
            co_await session.rollback();
            session.add(Ship{.fleet_code = "B"});
            co_await session.commit();
            co_await check_value(database, "SELECT count(*) FROM atlas_ships", 3);
            fleet->code = "C";
            co_await session.flush();
            session.add(Ship{.fleet_code = "nowhere"});
            co_await session.flush();
            const auto late = co_await failure_of<ForeignKeyViolation>(commit);
            CHECK_FALSE(late.empty());
            co_await session.rollback();
            CHECK(fleet->code == "B");
            co_await check_value(database, "SELECT count(*) FROM atlas_ships WHERE fleet_code = 'B'", 3);
        };
        database.run(work());
    }
}

TEST_CASE("a natural key changes: a query that only reads the children flushes it", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            co_await united_kingdom(session);
        }
        auto session = database.sessions()();
        auto country = co_await session.get<Country>("UK");
        country->code = "GB";
        auto districts = co_await session.execute(select<District>().where(col<&District::country_code> == "GB"));
        CHECK(districts.scalar_one()->country_code == "GB");
        country->name = "Great Britain";
        database.log().clear();
        auto regions = co_await session.execute(select<Region>().where(col<&Region::country_code> == "GB"));
        CHECK(regions.scalars().all().size() == 2);
        CHECK(database.log().count("UPDATE") == 0);
        co_await session.rollback();
    });
}

TEST_CASE("a natural key changes in a tree of one table, whatever the order of the keys", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        Shelf root{.number = 50};
        root.shelves.add(Shelf{.number = 10});
        root.shelves.add(Shelf{.number = 90});
        const auto shelf = session.add(std::move(root));
        co_await session.commit();
        const auto low = shelf->shelves.share(0);
        low->shelves.add(Shelf{.number = 11});
        co_await session.commit();
        shelf->number = 70;
        low->number = 20;
        co_await session.commit();
        co_await check_value(database, "SELECT count(*) FROM atlas_shelves WHERE below = 70", 2);
        co_await check_value(database, "SELECT below FROM atlas_shelves WHERE number = 11", 20);
        co_await check_value(database, "SELECT below FROM atlas_shelves WHERE number = 20", 70);
        CHECK(low->below == 70);
        const auto first = session.add(Shelf{.number = -5});
        co_await session.commit();
        low->number = 95;
        first->parent = low;  // comes to refer to a key that changes
        co_await session.commit();
        co_await check_value(database, "SELECT below FROM atlas_shelves WHERE number = -5", 95);
        co_await check_value(database, "SELECT below FROM atlas_shelves WHERE number = 11", 95);
    });
}

TEST_CASE("a natural key changes in part, along with what refers to it, in any order of loading", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        std::int64_t id = 0;
        {
            auto session = database.sessions()();
            const auto country = co_await united_kingdom(session);
            id = country->regions[0].districts[0].id;
        }
        {
            auto session = database.sessions()();
            const auto district = co_await session.get<District>(id);  // before its region
            auto all = co_await session.execute(select<Country>().options(selectinload<&Country::regions>().selectinload<&Region::districts>()));
            const auto country = all.scalar_one();
            country->code = "GB";
            country->regions[0].number = 5;
            co_await session.flush();
            CHECK(district->country_code == "GB");
            CHECK(district->region_number == 5);
            CHECK_FALSE(session.is_modified(district));
            co_await check_value(session, "SELECT count(*) FROM atlas_districts WHERE country_code = 'GB' AND region_number = 5", 1);
            country->code = "UK";
            district->region_number = 2;  // the other half stays with the country
            co_await session.flush();
            co_await check_value(session, "SELECT count(*) FROM atlas_districts WHERE country_code = 'UK' AND region_number = 2", 1);
            country->code = "GB";
            district->region = country->regions[0];
            District moor;
            moor.name = "New";
            country->regions[1].districts.add(std::move(moor));
            co_await session.commit();
            CHECK(district->country_code == "GB");
        }
        co_await check_value(database, "SELECT count(*) FROM atlas_districts WHERE country_code = 'GB'", 2);
        co_await check_value(database, "SELECT count(*) FROM atlas_districts WHERE region_number = 5 AND name = 'Moor'", 1);
    });
}

TEST_CASE("a natural key changes together with the rest of a key that holds it", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto country = co_await united_kingdom(session);
        const auto north = session.add(Borough{.country_code = "UK", .region_number = 1, .number = 7, .name = "north"});
        const auto south = session.add(Borough{.country_code = "UK", .region_number = 2, .number = 7, .name = "south"});
        co_await session.commit();
        co_await session.load<&Country::regions>(country);
        country->regions[0].number = 5;
        north->number = 8;
        co_await session.flush();
        co_await check_value(session, "SELECT count(*) FROM atlas_boroughs WHERE name = 'north' AND region_number = 5 AND number = 8", 1);
        country->regions[1].number = 1;
        north->number = 9;
        south->number = 10;
        co_await session.flush();
        co_await check_value(session, "SELECT count(*) FROM atlas_boroughs WHERE name = 'north' AND region_number = 5 AND number = 9", 1);
        co_await check_value(session, "SELECT count(*) FROM atlas_boroughs WHERE name = 'south' AND region_number = 1 AND number = 10", 1);
        country->regions[0].number = 6;
        country->regions[1].number = 5;
        south->number = 11;
        country->code = "GB";
        co_await session.commit();
        co_await check_value(session, "SELECT count(*) FROM atlas_boroughs WHERE name = 'north' AND country_code = 'GB' AND region_number = 6 AND number = 9", 1);
        co_await check_value(session, "SELECT count(*) FROM atlas_boroughs WHERE name = 'south' AND country_code = 'GB' AND region_number = 5 AND number = 11", 1);
        CHECK(north->region_number == 6);
        CHECK(south->country_code == "GB");
    });
}

TEST_CASE("a natural key changes: children that came and went meanwhile in another session", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        if (!database.kind().file) co_return;  // one session at a time there
        auto session = database.sessions()();
        const auto country = co_await united_kingdom(session);
        CHECK(country->cities.size() == 2);
        const auto london = country->cities.share(0);
        {
            auto other = database.sessions()();
            auto moved = co_await other.get<City>(london->id);
            moved->country_code = std::nullopt;
            City york = city("York");
            york.country_code = "UK";
            other.add(std::move(york));
            co_await other.commit();
        }
        country->code = "GB";
        co_await session.commit();
        co_await check_value(database, "SELECT count(*) FROM atlas_cities WHERE country_code = 'GB' AND name IN ('Leeds', 'York')", 2);
        co_await check_value(database, "SELECT count(*) FROM atlas_cities WHERE country_code IS NULL AND name = 'London'", 1);
    });
}

TEST_CASE("a unique column that others refer to changes: those without one stay so", "[session][keys]") {
    on_each_database(atlas::handle_model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        User value{.name = "Ada"};
        const auto ada = session.add(std::move(value));
        const auto none = session.add(Post{.title = "of nobody"});
        const auto both = session.add(Post{.title = "hers"});
        co_await session.commit();
        ada->handle = "ada";
        co_await session.commit();
        CHECK_FALSE(none->author_handle.has_value());
        both->author = ada;
        both->editor_handle = "ada";
        co_await session.commit();
        CHECK(both->author_handle == "ada");
        ada->handle = "lovelace";
        const auto query = select<Post>().where(col<&Post::author_handle> == "lovelace");
        auto found = co_await session.execute(query);  // flushes
        CHECK(found.scalar_one().get() == both.get());
        CHECK(both->author_handle == "lovelace");
        CHECK(both->editor_handle == "lovelace");
        CHECK(both->changed == "touched");
        co_await session.commit();
        co_await check_value(database, "SELECT count(*) FROM atlas_posts WHERE author_handle = 'lovelace' AND editor_handle = 'lovelace' AND version = 4", 1);
        co_await check_value(database, "SELECT count(*) FROM atlas_posts WHERE author_handle IS NULL AND version = 1", 1);
    });
}

TEST_CASE("natural keys change in a circle of rows", "[session][keys]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto one = session.add(Shelf{.number = 1});
        const auto two = session.add(Shelf{.number = 2});
        co_await session.flush();
        one->parent = two;
        two->parent = one;
        co_await session.commit();
        one->number = 20;
        two->number = 10;
        co_await session.commit();
        co_await check_value(database, "SELECT below FROM atlas_shelves WHERE number = 20", 10);
        co_await check_value(database, "SELECT below FROM atlas_shelves WHERE number = 10", 20);
        CHECK(one->parent.get() == two.get());
        one->number = 1;
        co_await session.flush();
        co_await session.rollback();
        CHECK(one->number == 20);
        CHECK(two->below == 20);
    });
}

namespace {

class Updates : public SessionObserver {
public:
    void after_flush(SessionObjects&, const FlushReport& report) override {
        for (const auto& object : report.updated) {
            std::string line(object.type_name());
            for (const auto& change : object.changes) line += " " + std::string(change.member) + ": " + change.old_text().value_or("NULL") + " -> " + change.text().value_or("NULL") + ";";
            lines.push_back(std::move(line));
        }
    }
    std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("a natural key changes: observers see every UPDATE with what it changed", "[session][keys][events]") {
    on_each_database(atlas::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        Country value{.code = "UK", .name = "United Kingdom"};
        value.cities.add(city("London"));
        const auto country = session.add(std::move(value));
        co_await session.flush();
        const auto updates = std::make_shared<Updates>();
        session.observe(updates);
        country->code = "GB";
        country->cities[0].name = "Londinium";
        co_await session.flush();
        CHECK(updates->lines == std::vector<std::string>{"City country_code: UK -> NULL; version: 1 -> 2;", "Country code: UK -> GB;",
                                                         "City name: London -> Londinium; country_code: NULL -> GB; version: 2 -> 3;"});
        co_await session.rollback();
    });
}
