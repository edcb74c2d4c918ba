// build_table: columns, offsets, keys, indexes, constraints and the snapshot of a mapped struct.
#include "build.hpp"
#include "stand_in.hpp"

#include <azoth/types/decimal.hpp>
#include <azoth/types/temporal.hpp>
#include <azoth/types/text.hpp>

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace azoth;
using schema_test::build;
using Positions = std::vector<std::uint32_t>;

namespace {

struct Person {
    std::string name{};
    std::int64_t id{};
    bool active = true;
    std::optional<int> age{};
    Decimal pay{};
    static constexpr auto mapping() {
        return table("people", column<&Person::id>(primary_key),
                     column<&Person::name>("full_name", azoth::length(80), unique, indexed), column<&Person::active>(),
                     column<&Person::age>(indexed), column<&Person::pay>(numeric(10, 2), unique));
    }
};

struct Address {
    char padding[3]{};
    std::string city{};
    std::optional<std::string> zip{};
};
struct Client {
    int id{};
    Address home{};
    Address work{};
    static constexpr auto mapping() {
        return table("clients", column<&Client::id>(primary_key, no_generated_key),
                     embedded<&Client::home>(column<&Address::city>(), column<&Address::zip>("zip_code")),
                     embedded<&Client::work>(column<&Address::city>("work_city"), column<&Address::zip>("work_zip")));
    }
};

enum class Kind : std::int16_t { book = 1, record };

}  // namespace

template <>
struct azoth::type_traits<Kind> : azoth::enum_names<Kind> {
    static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::book, "book"}, {Kind::record, "record"}};
};

namespace {

int next_token() { return 7; }

struct Line {
    int order_id{};
    int number{};
    int sku{};
    std::optional<int> other_order{};
    std::optional<int> other_number{};
    int version{};
    std::optional<Kind> kind{};
    std::string state{};
    int token{};
    static constexpr auto mapping() {
        return table("lines", column<&Line::order_id>(), column<&Line::number>(), column<&Line::sku>(),
                     column<&Line::other_order>(), column<&Line::other_number>(), column<&Line::version>(version_id),
                     column<&Line::kind>(stored_as<std::string>), column<&Line::state>(server_default("'new'")),
                     column<&Line::token>(default_factory<&next_token>, onupdate<&next_token>),
                     primary_key(columns<&Line::number, &Line::order_id>),
                     unique_together<&Line::order_id, &Line::sku>("one_sku"), check("sku > 0", "sku_positive"),
                     check("number >= 0"), index_on<&Line::sku, &Line::order_id>(unique, where("sku > 1")),
                     foreign_key(columns<&Line::other_number, &Line::other_order>,
                                 references<&Line::number, &Line::order_id>, on_delete::set_null, on_update::cascade),
                     schema("shop"));
    }
};

struct Natural {
    std::string code{};
    static constexpr auto mapping() { return table("naturals", column<&Natural::code>(primary_key)); }
};
struct Child {
    std::int64_t id{};
    static constexpr auto mapping() {
        return table("children", column<&Child::id>(primary_key, foreign_key<&Person::id>(on_delete::cascade)));
    }
};

struct Vendor {
    int number{};
};

}  // namespace

template <>
struct azoth::mapping_of<Vendor> {
    static constexpr auto mapping() { return table("vendors", column<&Vendor::number>("No", primary_key)); }
};

TEST_CASE("columns keep the order of mapping(), the members' names and offsets", "[schema]") {
    const auto t = build<Person>();
    CHECK(t->name == "people");
    CHECK(t->full_name() == "people");
    CHECK(t->type_name == "Person");
    REQUIRE(t->columns.size() == 5);
    Person person;
    const auto& name = t->column({&detail::member_tag<&Person::name>});
    CHECK(name.name == "full_name");
    CHECK(name.member == "name");
    CHECK(name.index == 1);
    CHECK(name.table == t.get());
    CHECK(name.field(&person) == static_cast<const void*>(&person.name));
    CHECK(name.type == SqlType{TypeKind::string, 80});
    CHECK(t->find_column("pay")->type == SqlType{TypeKind::decimal, 0, 10, 2});
    CHECK(t->find_column("pay")->field(&person) == static_cast<const void*>(&person.pay));
    CHECK(t->find_column("age")->nullable);
    CHECK_FALSE(t->find_column("active")->nullable);
    CHECK(t->find_column("none") == nullptr);
    CHECK(t->find_column(detail::MemberId{&detail::member_tag<&Client::id>}) == nullptr);
    CHECK_THROWS_AS(t->column({&detail::member_tag<&Client::id>}), ArgumentError);
    CHECK_THROWS_AS(t->relationship(&detail::member_tag<&Person::name>), ArgumentError);
}

TEST_CASE("the database makes a single integer primary key, unless something else does", "[schema]") {
    CHECK(build<Person>()->generated_column == 0);
    CHECK(build<Person>()->columns[0].generated);
    CHECK(build<Person>()->primary_key == Positions{0});
    CHECK(build<Client>()->generated_column == -1);   // no_generated_key
    CHECK(build<Line>()->generated_column == -1);     // composite
    CHECK(build<Natural>()->generated_column == -1);  // text
    CHECK(build<Child>()->generated_column == -1);    // a foreign key
}

TEST_CASE("unique and indexed make one unique index, each alone its own thing", "[schema]") {
    const auto t = build<Person>();
    REQUIRE(t->indexes.size() == 2);
    CHECK(t->indexes[0].name == "ix_people_full_name");
    CHECK(t->indexes[0].unique);
    CHECK(t->indexes[0].columns == Positions{1});
    CHECK(t->indexes[1].name == "ix_people_age");
    CHECK_FALSE(t->indexes[1].unique);
    REQUIRE(t->uniques.size() == 1);
    CHECK(t->uniques[0].columns == Positions{4});
}

TEST_CASE("embedded structs bring columns of their own", "[schema]") {
    const auto t = build<Client>();
    REQUIRE(t->columns.size() == 5);
    Client client;
    const auto& zip = t->column({&detail::member_tag<&Address::zip>, &detail::member_tag<&Client::work>});
    CHECK(zip.name == "work_zip");
    CHECK(zip.field(&client) == static_cast<const void*>(&client.work.zip));
    CHECK(t->find_column("city")->field(&client) == static_cast<const void*>(&client.home.city));
    CHECK(t->find_column(detail::MemberId{&detail::member_tag<&Address::zip>}) == nullptr);
}

TEST_CASE("what is written at the table", "[schema]") {
    const auto t = build<Line>();
    CHECK(t->full_name() == "shop.lines");
    CHECK(t->primary_key == Positions{1, 0});
    CHECK(t->columns[0].primary_key);
    CHECK(t->columns[1].primary_key);
    CHECK_FALSE(t->columns[2].primary_key);
    REQUIRE(t->uniques.size() == 1);
    CHECK(t->uniques[0].name == "one_sku");
    CHECK(t->uniques[0].columns == Positions{0, 2});
    REQUIRE(t->checks.size() == 2);
    CHECK(t->checks[0].condition == "sku > 0");
    CHECK(t->checks[0].name == "sku_positive");
    CHECK(t->checks[1].name.empty());
    REQUIRE(t->indexes.size() == 1);
    CHECK(t->indexes[0].name == "ix_lines_sku_order_id");
    CHECK(t->indexes[0].where == "sku > 1");
    CHECK(t->indexes[0].unique);
    CHECK(t->version_column == 5);
    REQUIRE(t->foreign_keys.size() == 1);
    CHECK(t->foreign_keys[0].columns == Positions{4, 3});
    CHECK(t->foreign_keys[0].on_delete == ReferentialAction::set_null);
    CHECK(t->foreign_keys[0].on_update == ReferentialAction::cascade);
    CHECK(t->foreign_keys[0].resolve(*t).columns == Positions{1, 0});
}

TEST_CASE("defaults reach their member", "[schema]") {
    const auto t = build<Line>();
    const auto& state = *t->find_column("state");
    CHECK(state.has_server_default);
    CHECK(state.server_default == "'new'");
    const auto& token = *t->find_column("token");
    Line line;
    token.default_factory(token.field(&line));
    CHECK(line.token == 7);
    line.token = 0;
    token.onupdate(token.field(&line));
    CHECK(line.token == 7);
}

TEST_CASE("an enum is stored by its names where the column says so", "[schema]") {
    const auto t = build<Line>();
    const auto& kind = *t->find_column("kind");
    CHECK(kind.type == SqlType{TypeKind::string, 6});
    CHECK(kind.nullable);
    Line line;
    line.kind = Kind::record;
    Value value;
    kind.ops->encode(kind.field(&line), value);
    CHECK(value == Value::text("record"));
    kind.ops->decode(kind.field(&line), Value::text("book").view(), "kind");
    CHECK(line.kind == Kind::book);
    ValueBuffer row(2);
    kind.ops->append(kind.field(&line), row);
    kind.ops->append_saved(kind.field(&line), row);
    CHECK(row.row(0)[0].text() == "book");
    CHECK(row.row(0)[1].text() == "book");
    kind.ops->decode(kind.field(&line), ValueView{}, "kind");
    CHECK_FALSE(line.kind.has_value());
    kind.ops->encode(kind.field(&line), value);
    CHECK(value.is_null());
    CHECK_THROWS_AS(kind.ops->decode(kind.field(&line), Value::text("film").view(), "kind"), DataError);
    CHECK(kind.ops->value_type != detail::type_ops<Kind>.value_type);
}

TEST_CASE("snapshots do not overlap, are aligned, and fit", "[schema]") {
    for (const auto& t : {build<Person>(), build<Client>(), build<Line>()}) {
        std::size_t total = 0;
        for (const auto& a : t->columns) {
            CHECK(a.saved_offset % a.ops->snapshot_align == 0);
            CHECK(a.saved_offset + a.ops->snapshot_size <= t->snapshot_size);
            total += a.ops->snapshot_size;
            for (const auto& b : t->columns) {
                if (&a == &b) continue;
                CHECK((a.saved_offset + a.ops->snapshot_size <= b.saved_offset ||
                       b.saved_offset + b.ops->snapshot_size <= a.saved_offset));
            }
        }
        CHECK(t->snapshot_size >= total);
        CHECK(t->snapshot_size % t->snapshot_align == 0);
    }
    CHECK(build<Client>()->snapshot_needs_drop);  // std::optional<std::string>
    CHECK_FALSE(build<Natural>()->snapshot_needs_drop);
}

TEST_CASE("structs that cannot be touched are mapped from outside", "[schema]") {
    const auto& t = detail::table_of<Vendor>();
    CHECK(t.name == "vendors");
    CHECK(t.columns[0].name == "No");
    CHECK(&detail::table_of<Vendor>() == &t);
}

TEST_CASE("objects are made and destroyed through the table", "[schema]") {
    const auto t = build<Person>();
    std::vector<std::byte> memory(2 * t->entity.size + 64);
    void* at = memory.data();
    std::size_t room = memory.size();
    REQUIRE(std::align(t->entity.align, 2 * t->entity.size, at, room) != nullptr);
    t->entity.construct(at);
    static_cast<Person*>(at)->name = "a name too long to be kept inside the string object itself";
    void* second = static_cast<char*>(at) + t->entity.size;
    t->entity.copy_construct(second, at);
    CHECK(static_cast<Person*>(second)->name == static_cast<Person*>(at)->name);
    t->entity.destroy(second);
    t->entity.move_construct(second, at);
    CHECK(static_cast<Person*>(second)->name.size() > 20);
    t->entity.destroy(second);
    t->entity.destroy(at);
}
