// Columns with the database's own enum type; indexes over SQL.
#include <support/database.hpp>

#include <cstdint>
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

namespace moods {

enum class Mood : std::int16_t { calm, angry, beside };

}  // namespace moods

template <>
struct azoth::type_traits<moods::Mood> : azoth::enum_names<moods::Mood> {
    static constexpr std::pair<moods::Mood, std::string_view> names[] = {
        {moods::Mood::calm, "calm"}, {moods::Mood::angry, "very angry"}, {moods::Mood::beside, "beside him\"self', \\"}};
};

namespace moods {

struct Person {
    std::int64_t id{};
    std::string name{};
    Mood mood = Mood::calm;
    std::optional<Mood> earlier{};

    static constexpr auto mapping() {
        return table("mood_people", column<&Person::id>(primary_key), column<&Person::name>(length(50)), column<&Person::mood>(stored_as<std::string>, native_enum("Mood of people")),
                     column<&Person::earlier>(stored_as<std::string>, native_enum("Mood of people"), indexed));
    }
};
const Metadata model = metadata<Person>();
static_assert(check<Person>());

struct Account {
    std::int64_t id{};
    std::string email{};
    std::int32_t points{};

    static constexpr auto mapping() {
        return table("mood_accounts", column<&Account::id>(primary_key), column<&Account::email>(length(50)), column<&Account::points>(),
                     index_on("ix_mood_accounts_points", "points DESC, email"));
    }
};
struct Folded {
    std::int64_t id{};
    std::string email{};

    static constexpr auto mapping() {
        return table("mood_folded", column<&Folded::id>(primary_key), column<&Folded::email>(length(50)), index_on("uq_mood_folded_email", "lower(email)", unique, where("email <> ''")));
    }
};
const Metadata account_model = metadata<Account>();
const Metadata folded_model = metadata<Folded>();

Person person(std::string name, Mood mood, std::optional<Mood> earlier = {}) {
    Person person;
    person.name = std::move(name);
    person.mood = mood;
    person.earlier = earlier;
    return person;
}

}  // namespace moods

using namespace moods;

TEST_CASE("native enums: written, read, compared and changed by name", "[enums]") {
    on_each_database(moods::model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        const auto one = session.add(person("one", Mood::angry));
        const auto two = session.add(person("two", Mood::beside, Mood::calm));
        const auto three = session.add(person("three", Mood::calm, Mood::beside));
        co_await session.commit();  // several rows of one shape: as arrays where the database has them
        session.add(person("four", Mood::angry, Mood::angry));
        co_await session.commit();

        auto angry = co_await session.execute(select(col<&Person::name>).where(col<&Person::mood> == Mood::angry).order_by(col<&Person::id>));
        CHECK(angry.scalars().all() == std::vector<std::string>{"one", "four"});
        const std::vector<Mood> wanted{Mood::calm, Mood::beside};
        auto some = co_await session.execute(select(col<&Person::name>).where(col<&Person::mood>.in_(wanted)).order_by(col<&Person::id>));
        CHECK(some.scalars().all() == std::vector<std::string>{"two", "three"});

        two->mood = Mood::calm;
        two->earlier = Mood::beside;
        one->earlier = Mood::beside;
        co_await session.commit();
        session.expire_all();
        const auto again = co_await session.get<Person>(two->id);
        CHECK(again->mood == Mood::calm);
        CHECK(again->earlier == Mood::beside);
        auto changed = co_await session.execute(update<Person>().where(col<&Person::earlier> == Mood::beside).values(col<&Person::earlier> = Mood::calm));
        CHECK(changed.rowcount() == 3);
        std::vector<Person> more;
        for (int i = 0; i < 40; ++i) more.push_back(person("row " + std::to_string(i), Mood::beside));
        co_await session.execute(insert<Person>(), more);
        auto rest = co_await session.execute(select(func::count()).select_from(entity<Person>).where(col<&Person::mood> == Mood::beside));
        CHECK(rest.scalar() == 40);
        co_await session.commit();
    });
}

TEST_CASE("native enums: the type is made once, refuses other text, and goes with its tables", "[enums]") {
    on_each_database(moods::model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().begin();
        co_await connection.create_all(moods::model);  // nothing to do
        if (database.kind().postgresql() || database.kind().mariadb()) {
            const auto nonsense = text("INSERT INTO mood_people (name, mood) VALUES ('x', 'no mood')");
            const auto insert = [&] { return connection.execute(nonsense); };
            const auto refused = co_await failure_of<DatabaseError>(insert);
            CHECK_FALSE(refused.empty());
            co_await connection.rollback();
        }
        co_await connection.close();
        auto again = co_await database.engine().begin();
        co_await again.drop_all(moods::model);
        if (database.kind().postgresql()) {
            const auto types = text("SELECT count(*) AS n FROM pg_type WHERE typname = 'Mood of people'").columns(typed<std::int64_t>("n"_c));
            auto left = co_await again.execute(types);
            CHECK(left.scalar() == 0);
        }
        co_await again.create_all(moods::model);
        co_await again.commit();
    });
}

TEST_CASE("native enums: statements that were prepared work with the type that is made anew", "[enums]") {
    on_each_database(moods::model, [](Database& database) -> awaitable<void> {
        for (int round = 0; round < 3; ++round) {
            {
                auto session = database.sessions()();
                session.add(person("one", Mood::angry));
                session.add(person("two", Mood::calm, Mood::beside));
                co_await session.commit();
                session.add(person("three", Mood::angry));
                co_await session.commit();
                auto found = co_await session.execute(select(func::count()).select_from(entity<Person>).where(col<&Person::mood> == Mood::angry));
                CHECK(found.scalar() == 2);
                co_await session.close();
            }
            auto connection = co_await database.engine().begin();
            co_await connection.drop_all(moods::model);
            co_await connection.create_all(moods::model);
            co_await connection.commit();
        }
    });
}

TEST_CASE("indexes over SQL", "[indexes]") {
    on_each_database(moods::account_model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        session.add(Account{.email = "a", .points = 1});
        co_await session.commit();
        if (database.kind().mariadb()) co_return;  // no expressions there, as index_on says
        {
            auto connection = co_await database.engine().begin();
            co_await connection.create_all(moods::folded_model);
            co_await connection.commit();
        }
        session.add(Folded{.email = "Ada"});
        session.add(Folded{});
        session.add(Folded{});
        co_await session.commit();
        session.add(Folded{.email = "ADA"});
        const auto commit = [&] { return session.commit(); };
        const auto failure = co_await failure_of<UniqueViolation>(commit);
        CHECK_FALSE(failure.empty());
        co_await session.rollback();
    });
}
