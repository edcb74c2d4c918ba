// Mappings that contradict themselves: build_table names the struct, the member and the contradiction.
#include "build.hpp"
#include "stand_in.hpp"

#include <azoth/types/decimal.hpp>
#include <azoth/types/text.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>

using namespace azoth;
using Catch::Matchers::Contains;
using schema_test::build;
using schema_test::refusal;

namespace {

struct Base {
    int inherited{};
};
struct Plain {
    int id{};
    int number{};
    std::optional<int> maybe{};
    std::string text{};
    Decimal amount{};
    int with_default = 3;
    std::optional<int> optional_with_default = 0;
};
struct Other {
    int id{};
    schema_test::one<Plain> plain{};
    static constexpr auto mapping() { return table("others", column<&Other::id>(primary_key)); }
};

enum class Kind { a };

template <class... Parts>
constexpr auto plain(const Parts&... parts) {
    return table("plain", column<&Plain::id>(primary_key), parts...);
}

/// What build_table says of a mapping of Plain.
template <class Def>
std::string refused(const Def& def) {
    const detail::TableShape shape{def.name,
                                   "Plain",
                                   &detail::type_tag<Plain>,
                                   {def.columns.data(), def.columns.size()},
                                   {def.relationships.data(), def.relationships.size()},
                                   {def.constraints.data(), def.constraints.size()}};
    return refusal([&] { (void)detail::build_table(shape, detail::entity_ops<Plain>); });
}

struct Derived : Base {
    int id{};
    static constexpr auto mapping() {
        return table("derived", column<&Derived::id>(primary_key), column<&Derived::inherited>());
    }
};
struct Part {
    int a{};
};
struct Whole {
    int id{};
    Part part{};
    static constexpr auto mapping() {
        return table("wholes", column<&Whole::id>(primary_key), embedded<&Whole::part>(column<&Plain::number>()));
    }
};

}  // namespace

template <>
struct azoth::type_traits<Kind> : azoth::enum_names<Kind> {
    static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::a, "a long name"}};
};
namespace {
struct Named {
    int id{};
    Kind kind{};
    static constexpr auto mapping() {
        return table("named", column<&Named::id>(primary_key),
                     column<&Named::kind>(stored_as<std::string>, azoth::length(3)));
    }
};
}  // namespace

TEST_CASE("tables without name, columns or primary key are refused", "[schema]") {
    CHECK(refused(table("", column<&Plain::id>(primary_key))) == "Plain: the table has no name");
    CHECK(refused(table("plain")) == "Plain: the mapped struct has no columns");
    CHECK_THAT(refused(table("plain", column<&Plain::id>())), Contains("Plain") && Contains("no primary key"));
}

TEST_CASE("primary keys that cannot be are refused", "[schema]") {
    CHECK_THAT(refused(plain(column<&Plain::maybe>(primary_key))),
               Contains("Plain.maybe") && Contains("std::optional"));
    CHECK_THAT(refused(table("plain", column<&Plain::maybe>(), primary_key(columns<&Plain::maybe>))),
               Contains("Plain.maybe") && Contains("std::optional"));
    CHECK_THAT(refused(plain(primary_key(columns<&Plain::id>))), Contains("Plain.id") && Contains("twice"));
    CHECK_THAT(refused(table("plain", column<&Plain::id>(), primary_key(columns<&Plain::id>),
                             primary_key(columns<&Plain::id>))),
               Contains("twice"));
}

TEST_CASE("names and members are mapped once", "[schema]") {
    CHECK_THAT(refused(plain(column<&Plain::number>("ID"))),
               Contains("Plain.number") && Contains("Plain.id") && Contains("same name"));
    CHECK_THAT(refused(plain(column<&Plain::id>("other"))), Contains("Plain.id") && Contains("mapped twice"));
    CHECK_THAT(refused(plain(column<&Plain::number>(""))), Contains("Plain.number") && Contains("empty name"));
    CHECK_THAT(refused(plain(schema("a"), schema("b"))), Contains("schema() is given twice"));
}

TEST_CASE("members of other structs are refused", "[schema]") {
    CHECK_THAT(refused(plain(column<&Other::id>("other"))),
               Contains("Plain.id") && Contains("does not belong to Plain"));
    CHECK_THAT(refused(plain(relationship<&Other::plain>())),
               Contains("Plain.plain") && Contains("does not belong to Plain"));
    CHECK_THAT(refused(plain(unique_together<&Other::id>())), Contains("does not belong to Plain"));
    CHECK_THAT(refusal([] { build<Derived>(); }),
               Contains("Derived.inherited") && Contains("base classes are not mapped"));
    CHECK_THAT(refusal([] { build<Whole>(); }), Contains("Whole.number") && Contains("does not belong"));
}

TEST_CASE("version columns are one and an integer", "[schema]") {
    CHECK_THAT(refused(plain(column<&Plain::number>(version_id), column<&Plain::with_default>(version_id))),
               Contains("Plain.with_default") && Contains("Plain.number") && Contains("version_id"));
    CHECK_THAT(refused(plain(column<&Plain::text>(version_id))), Contains("Plain.text") && Contains("integer"));
    CHECK_THAT(refused(plain(column<&Plain::maybe>(version_id))), Contains("Plain.maybe") && Contains("integer"));
}

TEST_CASE("sizes belong to types that have them", "[schema]") {
    CHECK_THAT(refused(plain(column<&Plain::number>(azoth::length(5)))),
               Contains("Plain.number") && Contains("std::int32_t"));
    CHECK_THAT(refused(plain(column<&Plain::text>(numeric(5)))), Contains("Plain.text") && Contains("std::string"));
    CHECK_THAT(refused(plain(column<&Plain::amount>(numeric(2, 5)))), Contains("Plain.amount") && Contains("scale"));
    CHECK_THAT(refused(plain(column<&Plain::amount>(numeric(0)))), Contains("Plain.amount") && Contains("precision"));
    CHECK_THAT(refusal([] { build<Named>(); }), Contains("Named.kind") && Contains("longest name"));
}

TEST_CASE("foreign keys that cannot work are refused", "[schema]") {
    for (const char* target : {"users", ".id", "users.", ""}) {
        CHECK_THAT(refused(plain(column<&Plain::number>(foreign_key(target)))),
                   Contains("Plain.number") && Contains("\"table.column\""));
    }
    CHECK_THAT(refused(plain(column<&Plain::number>(foreign_key<&Other::id>(on_delete::set_null)))),
               Contains("Plain.number") && Contains("set_null"));
    CHECK_THAT(refused(plain(column<&Plain::number>(),
                             foreign_key(columns<&Plain::number>, references<&Other::id>, on_update::set_null))),
               Contains("Plain.number") && Contains("set_null"));
    CHECK_THAT(refused(plain(column<&Plain::number>(),
                             foreign_key(columns<&Plain::id, &Plain::number>, references<&Other::id, &Plain::number>))),
               Contains("different structs"));
}

TEST_CASE("constraints name columns of their table, each once", "[schema]") {
    CHECK_THAT(refused(plain(unique_together<&Plain::id, &Plain::number>())),
               Contains("Plain.number") && Contains("no column"));
    CHECK_THAT(refused(plain(index_on<&Plain::text>())), Contains("Plain.text") && Contains("no column"));
    CHECK_THAT(refused(plain(unique_together<&Plain::id, &Plain::id>())), Contains("Plain.id") && Contains("twice"));
    CHECK_THAT(refused(plain(check(""))), Contains("check()"));
    CHECK_THAT(refused(plain(column<&Plain::number>(indexed), index_on<&Plain::number>())),
               Contains("ix_plain_number"));
}

TEST_CASE("a server_default needs a member that can be left unset", "[schema]") {
    CHECK_THAT(refused(plain(column<&Plain::with_default>(server_default("3")))),
               Contains("Plain.with_default") && Contains("initialiser"));
    CHECK_THAT(refused(plain(column<&Plain::optional_with_default>(server_default("3")))),
               Contains("Plain.optional_with_default"));
    CHECK_THAT(refused(plain(column<&Plain::number>(server_default("")))),
               Contains("Plain.number") && Contains("without SQL"));
    CHECK(refused(plain(column<&Plain::number>(server_default("3")), column<&Plain::maybe>(server_default("3")))) ==
          "nothing was thrown");
}
