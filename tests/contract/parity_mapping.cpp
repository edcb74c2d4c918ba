// What a mapping promises beyond plain columns: defaults by function, names of columns, embedded structs, values of every type, tables made once.
#include <support/database.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace azoth;
using azoth::test::Database;
using azoth::test::failure_of;
using azoth::test::on_each_database;

namespace parity_mapping {

int numbers = 0;
std::int64_t next_number() { return ++numbers; }
std::string touched() { return "touched"; }

struct Ticket {
    std::int64_t id{};
    std::int64_t number{};
    std::string title{};
    std::string last_change{};

    static constexpr auto mapping() {
        return table("tickets", column<&Ticket::id>(primary_key), column<&Ticket::number>(default_factory<&next_number>), column<&Ticket::title>(length(50)),
                     column<&Ticket::last_change>(length(50), onupdate<&touched>));
    }
};

struct Place {
    std::string street{};
    std::string city{};
};

struct Shop {
    std::int64_t id{};
    std::string name{};
    Place place{};

    static constexpr auto mapping() {
        return table("Shops", column<&Shop::id>("ShopId", primary_key), column<&Shop::name>("order", length(50)),
                     embedded<&Shop::place>(column<&Place::street>(length(50)), column<&Place::city>("place city", length(50))));
    }
};

/// A type of the program's own: whole cents, stored as an integer.
struct Cents {
    std::int64_t amount = 0;
    friend bool operator==(const Cents&, const Cents&) = default;
};

enum class Mood : std::uint8_t { calm = 1, wild = 9 };

struct Everything {
    std::int64_t id{};
    bool flag{};
    std::int16_t small{};
    std::int64_t large{};
    double real{};
    Decimal money{};
    std::string text{};
    Blob bytes{};
    Timestamp at{};
    DateTime wall{};
    Date day{};
    Time clock{};
    std::chrono::milliseconds span{};
    Uuid uuid{};
    Json data{};
    Mood mood{};
    std::optional<std::string> none{};
    std::optional<bool> maybe{};

    static constexpr auto mapping() {
        return table("everything", column<&Everything::id>(primary_key), column<&Everything::flag>(), column<&Everything::small>(), column<&Everything::large>(),
                     column<&Everything::real>(), column<&Everything::money>(numeric(20, 4)), column<&Everything::text>(length(100)), column<&Everything::bytes>(),
                     column<&Everything::at>(), column<&Everything::wall>(), column<&Everything::day>(), column<&Everything::clock>(), column<&Everything::span>(),
                     column<&Everything::uuid>(), column<&Everything::data>(), column<&Everything::mood>(), column<&Everything::none>(length(10)),
                     column<&Everything::maybe>());
    }
};

}  // namespace parity_mapping

template <>
struct azoth::type_traits<parity_mapping::Cents> {
    static constexpr SqlType sql_type{TypeKind::bigint};
    static void encode(const parity_mapping::Cents& value, Value& out) { out = Value::integer(value.amount); }
    static parity_mapping::Cents decode(ValueView stored) { return parity_mapping::Cents{type_traits<std::int64_t>::decode(stored)}; }
};

namespace parity_mapping {

struct Invoice {
    std::int64_t id{};
    Cents total{};
    std::optional<Cents> paid{};

    static constexpr auto mapping() {
        return table("invoices", column<&Invoice::id>(primary_key), column<&Invoice::total>(), column<&Invoice::paid>());
    }
};

const Metadata model = metadata<Ticket, Shop, Everything, Invoice>();

}  // namespace parity_mapping

using namespace parity_mapping;

TEST_CASE("default_factory is called for each row that has no value, onupdate where nobody set one", "[parity][mapping]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        numbers = 0;
        auto session = database.sessions()();
        auto first = session.add(Ticket{.title = "a"});
        auto own = session.add(Ticket{.number = 77, .title = "b"});
        auto second = session.add(Ticket{.title = "c"});
        co_await session.commit();
        CHECK(first->number == 1);
        CHECK(own->number == 77);
        CHECK(second->number == 2);
        CHECK(first->last_change.empty());

        first->title = "changed";
        second->title = "changed";
        second->last_change = "by hand";
        co_await session.commit();
        CHECK(first->last_change == "touched");
        CHECK(second->last_change == "by hand");
        CHECK(own->last_change.empty());
        auto other = database.sessions()();
        const auto stored = co_await other.get<Ticket>(first->id);
        CHECK(stored->last_change == "touched");
    });
}

TEST_CASE("columns have names of their own, and structs inside structs are columns", "[parity][mapping]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        {
            auto session = database.sessions()();
            session.add(Shop{.name = "Tea", .place = {.street = "High Street", .city = "York"}});
            session.add(Shop{.name = "Cups", .place = {.street = "Low Street", .city = "Bath"}});
            co_await session.commit();
        }
        auto session = database.sessions()();
        database.log().clear();
        auto found = co_await session.execute(select<Shop>().where(col<&Shop::place, &Place::city> == "Bath"));
        auto shop = found.scalars().one();
        CHECK(database.log().count("place city") == 1);
        CHECK(shop->name == "Cups");
        CHECK(shop->place.street == "Low Street");
        shop->place.city = "Hull";
        co_await session.commit();
        auto other = database.sessions()();
        const auto stored = co_await other.get<Shop>(shop->id);
        CHECK(stored->place.city == "Hull");
        CHECK(stored->place.street == "Low Street");
    });
}

TEST_CASE("values of every type come back as they went in", "[parity][mapping]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        Everything given;
        given.flag = true;
        given.small = -32768;
        given.large = 9007199254740993;  // not a double
        given.real = 0.1;
        given.money = Decimal("-12345678.9000");
        given.text = "Gr\xc3\xbc\xc3\x9f \xf0\x9f\x8d\xb5 %:?'\"\\";
        given.bytes = Blob{std::byte{0}, std::byte{255}, std::byte{0}};
        given.at = Timestamp(std::chrono::sys_days(std::chrono::year{1899} / 12 / 31)) + std::chrono::microseconds{123456};
        given.wall = DateTime(given.at.time_since_epoch());
        given.day = Date(std::chrono::year{1850} / 2 / 28);
        given.clock = Time{std::chrono::hours{23} + std::chrono::microseconds{1}};
        given.span = std::chrono::milliseconds{-1500};
        given.uuid = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
        given.data = Json::parse(R"({"a":[1,null,"x"]})");
        given.mood = Mood::wild;
        given.maybe = false;
        std::int64_t id = 0;
        for (const int rows : {1, 3}) {  // several of one shape travel as arrays where the database has them
            auto session = database.sessions()();
            std::shared_ptr<Everything> added;
            for (int i = 0; i < rows; ++i) added = session.add(Everything(given));
            co_await session.commit();
            id = added->id;
        }
        auto session = database.sessions()();
        auto back = co_await session.get<Everything>(id);
        REQUIRE(back != nullptr);
        CHECK(back->flag);
        CHECK(back->small == given.small);
        CHECK(back->large == given.large);
        CHECK(back->real == given.real);
        CHECK(back->money == given.money);
        CHECK(back->text == given.text);
        CHECK(back->bytes == given.bytes);
        CHECK(back->at == given.at);
        CHECK(back->wall == given.wall);
        CHECK(back->day == given.day);
        CHECK(back->clock == given.clock);
        CHECK(back->span == given.span);
        CHECK(back->uuid == given.uuid);
        const bool same_document = database.kind().postgresql() || back->data == given.data;  // jsonb has its own spacing
        CHECK(same_document);
        CHECK(back->mood == Mood::wild);
        CHECK_FALSE(back->none.has_value());
        CHECK(back->maybe == std::optional<bool>(false));

        back->none = "";  // empty is not NULL
        back->maybe = std::nullopt;
        co_await session.commit();
        auto other = database.sessions()();
        const auto again = co_await other.get<Everything>(id);
        CHECK(again->none == std::optional<std::string>(""));
        CHECK_FALSE(again->maybe.has_value());
    });
}

TEST_CASE("many rows at once hold the ends of their ranges, empty text and NULL", "[parity][mapping]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        std::vector<Everything> given(4);
        given[0].small = std::numeric_limits<std::int16_t>::min();
        given[1].small = std::numeric_limits<std::int16_t>::max();
        given[0].large = std::numeric_limits<std::int64_t>::min();
        given[1].large = std::numeric_limits<std::int64_t>::max();
        given[0].real = std::numeric_limits<double>::lowest();
        given[1].real = std::numeric_limits<double>::denorm_min();
        given[2].real = -0.0;
        given[2].none = "";
        given[3].none = "NULL";
        given[3].maybe = true;
        given[3].text = "{\"a\",\\\\}";
        for (auto& row : given) {
            row.at = Timestamp(std::chrono::sys_days(std::chrono::year{2000} / 1 / 1)) - std::chrono::microseconds{1};
            row.wall = DateTime(std::chrono::local_days(std::chrono::year{9999} / 12 / 31)) + std::chrono::hours{23};
            row.day = Date(std::chrono::year{2000} / 1 / 1);
            row.data = Json::parse("null");
        }
        if (database.kind().postgresql()) given[2].real = std::numeric_limits<double>::infinity();
        std::vector<std::shared_ptr<Everything>> added;
        auto session = database.sessions()();
        for (const auto& row : given) added.push_back(session.add(Everything(row)));
        co_await session.commit();
        auto other = database.sessions()();
        auto result = co_await other.execute(select<Everything>().order_by(col<&Everything::id>));
        const auto back = result.scalars().all();
        REQUIRE(back.size() == given.size());
        for (std::size_t i = 0; i < given.size(); ++i) {
            INFO(i);
            CHECK(back[i]->small == given[i].small);
            CHECK(back[i]->large == given[i].large);
            const bool same_real = std::memcmp(&back[i]->real, &given[i].real, sizeof(double)) == 0 || (back[i]->real == 0 && given[i].real == 0);
            CHECK(same_real);
            CHECK(back[i]->at == given[i].at);
            CHECK(back[i]->wall == given[i].wall);
            CHECK(back[i]->day == given[i].day);
            CHECK(back[i]->text == given[i].text);
            CHECK(back[i]->none == given[i].none);
            CHECK(back[i]->maybe == given[i].maybe);
        }
    });
}

TEST_CASE("create_all makes what is missing, drop_all drops what is there", "[parity][mapping]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto connection = co_await database.engine().begin();
        co_await connection.create_all(model);  // all there: nothing to do
        CHECK(database.log().count("CREATE") == 0);
        co_await connection.drop_all(model);
        CHECK(database.log().count("DROP") == 4);
        co_await connection.drop_all(model);
        CHECK(database.log().count("DROP") == 4);
        co_await connection.create_all(metadata<Ticket>());
        co_await connection.create_all(model);
        CHECK(database.log().count("CREATE TABLE") == 4);
        co_await connection.commit();
        co_await connection.close();
    });
}

TEST_CASE("a type of the program's own is stored, compared, changed and returned", "[parity][mapping]") {
    on_each_database(model, [](Database& database) -> awaitable<void> {
        auto session = database.sessions()();
        auto small = session.add(Invoice{.total = Cents{500}});
        auto large = session.add(Invoice{.total = Cents{90000}, .paid = Cents{1}});
        co_await session.commit();
        auto found = co_await session.execute(select<Invoice>().where(col<&Invoice::total> > Cents{1000}));
        CHECK(found.scalars().one().get() == large.get());
        auto among = co_await session.execute(select(col<&Invoice::total>, col<&Invoice::paid>).where(col<&Invoice::total>.in_(Cents{500}, Cents{7})));
        const auto row = among.one();
        CHECK(row.get<0>() == Cents{500});
        CHECK_FALSE(row.get<1>().has_value());
        small->total.amount = 501;  // inside the value: the session notices
        CHECK(session.is_modified(small));
        co_await session.flush();
        auto returned = co_await session.execute(insert<Invoice>().values(col<&Invoice::total> = Cents{3}).returning(col<&Invoice::total>));
        CHECK(returned.scalar_one() == Cents{3});
        auto stored = co_await session.execute(select(col<&Invoice::total>).where(col<&Invoice::id> == small->id));
        CHECK(stored.scalar_one() == Cents{501});
        co_await session.commit();
    });
}
