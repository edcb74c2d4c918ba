// Metadata: validation of a set of tables, order of creation, names of constraints.
#include "build.hpp"
#include "stand_in.hpp"

#include <azoth/schema/metadata.hpp>
#include <azoth/types/text.hpp>

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

using namespace azoth;
using Catch::Matchers::Contains;
using schema_test::one;
using schema_test::refusal;
using Names = std::vector<std::string>;

namespace {

struct Parent {
    int id{};
    std::string name{};
    std::optional<int> self_id{};
    static constexpr auto mapping() {
        return table("z_parents", column<&Parent::id>(primary_key), column<&Parent::name>(unique),
                     column<&Parent::self_id>(indexed, foreign_key<&Parent::id>()), check("id > 0", "positive"),
                     check("id < 9"), unique_together<&Parent::id, &Parent::name>("given"));
    }
};
struct Kid {
    int id{};
    int parent_id{};
    static constexpr auto mapping() {
        return table("a_kids", column<&Kid::id>(primary_key), column<&Kid::parent_id>(foreign_key("z_parents.id")));
    }
};
struct Toy {
    int id{};
    int kid_id{};
    static constexpr auto mapping() {
        return table("toys", column<&Toy::id>(primary_key), column<&Toy::kid_id>(foreign_key<&Kid::id>()));
    }
};
struct Egg {
    int id{};
    int hen_id{};
    static constexpr auto mapping() {
        return table("eggs", column<&Egg::id>(primary_key), column<&Egg::hen_id>(foreign_key("hens.id")));
    }
};
struct Hen {
    int id{};
    std::optional<int> egg_id{};
    static constexpr auto mapping() {
        return table("hens", column<&Hen::id>(primary_key), column<&Hen::egg_id>(foreign_key<&Egg::id>()));
    }
};
/// Waits behind the circle of Egg and Hen without being on it.
struct Chick {
    int id{};
    int egg_id{};
    static constexpr auto mapping() {
        return table("chicks", column<&Chick::id>(primary_key), column<&Chick::egg_id>(foreign_key<&Egg::id>()));
    }
};
struct Twin {
    int id{};
    static constexpr auto mapping() { return table("TOYS", column<&Twin::id>(primary_key)); }
};
struct ShopToy {
    int id{};
    int boxed_id{};
    static constexpr auto mapping() {
        return table("toys", column<&ShopToy::id>(primary_key), column<&ShopToy::boxed_id>(foreign_key("boxes.id")),
                     schema("shop"));
    }
};
struct Box {
    int id{};
    static constexpr auto mapping() { return table("boxes", column<&Box::id>(primary_key), schema("shop")); }
};
struct HomeBox {
    int id{};
    int shop_box{};
    static constexpr auto mapping() {
        return table("boxes", column<&HomeBox::id>(primary_key),
                     column<&HomeBox::shop_box>(foreign_key("shop.boxes.id")));
    }
};
struct WideKey {
    int id{};
    std::int64_t parent_id{};
    static constexpr auto mapping() {
        return table("wide", column<&WideKey::id>(primary_key),
                     column<&WideKey::parent_id>(foreign_key("z_parents.id")));
    }
};
struct Unlinked {
    int id{};
    one<Parent> parent{};
    static constexpr auto mapping() {
        return table("unlinked", column<&Unlinked::id>(primary_key), relationship<&Unlinked::parent>());
    }
};
struct SameIndexA {
    int id{};
    int b_c{};
    static constexpr auto mapping() {
        return table("a", column<&SameIndexA::id>(primary_key), column<&SameIndexA::b_c>(indexed));
    }
};
struct SameIndexB {
    int id{};
    int c{};
    static constexpr auto mapping() {
        return table("a_b", column<&SameIndexB::id>(primary_key), column<&SameIndexB::c>(indexed));
    }
};
struct Long {
    int id{};
    int a_column_with_quite_a_long_name_of_its_own_1{};
    int a_column_with_quite_a_long_name_of_its_own_2{};
    static constexpr auto mapping() {
        return table("a_table_with_a_long_name", column<&Long::id>(primary_key),
                     column<&Long::a_column_with_quite_a_long_name_of_its_own_1>(indexed),
                     column<&Long::a_column_with_quite_a_long_name_of_its_own_2>(indexed));
    }
};

Names names(const std::vector<const Table*>& tables) {
    Names result;
    for (const auto* table : tables) result.push_back(table->full_name());
    return result;
}

constinit const Metadata family = metadata<Toy, Kid, Parent>();
static_assert(std::is_trivially_destructible_v<Metadata>);

}  // namespace

TEST_CASE("tables come as listed, sorted ones parents first", "[schema]") {
    CHECK(family.size() == 3);
    CHECK(names(family.tables()) == Names{"toys", "a_kids", "z_parents"});
    CHECK(names(family.sorted_tables()) == Names{"z_parents", "a_kids", "toys"});
    CHECK(family.sorted().cycle_keys.empty());  // a table's key to itself is no cycle of tables
    CHECK(names(metadata<Parent, Toy>().sorted_tables()) == Names{"z_parents", "toys"});
    CHECK(Metadata().tables().empty());
}

TEST_CASE("tables are looked up by name, with their schema if they have one", "[schema]") {
    CHECK(&family.table("a_kids") == &detail::table_of<Kid>());
    CHECK(family.find_table("kids") == nullptr);
    CHECK_THROWS_AS(family.table("kids"), ArgumentError);
    const auto shop = metadata<ShopToy, Box, HomeBox>();
    CHECK(&shop.table("shop.boxes") == &detail::table_of<Box>());
    CHECK(&shop.table("boxes") == &detail::table_of<HomeBox>());
}

TEST_CASE("a key by name looks in its own schema, or in the one it names", "[schema]") {
    const auto shop = metadata<ShopToy, HomeBox, Box>();
    CHECK(shop.resolve(detail::table_of<ShopToy>().foreign_keys[0]).table == &detail::table_of<Box>());
    CHECK(shop.resolve(detail::table_of<HomeBox>().foreign_keys[0]).table == &detail::table_of<Box>());
    const auto target = detail::table_of<ShopToy>().foreign_keys[0].target_names();
    CHECK(target.schema == "shop");
    CHECK(target.table == "boxes");
    CHECK(target.columns == Names{"id"});
    CHECK(detail::table_of<Toy>().foreign_keys[0].target_names().table == "a_kids");
    CHECK(names(shop.sorted_tables()) == Names{"shop.boxes", "shop.toys", "boxes"});
}

TEST_CASE("cycles of tables are ordered all the same and named", "[schema]") {
    const auto sorted = metadata<Chick, Hen, Parent, Egg>().sorted();
    CHECK(names(sorted.tables) == Names{"z_parents", "hens", "eggs", "chicks"});
    REQUIRE(sorted.cycle_keys.size() == 1);
    CHECK(sorted.cycle_keys[0] == &detail::table_of<Hen>().foreign_keys[0]);
}

TEST_CASE("what does not fit together is refused on first use, not before", "[schema]") {
    const auto twins = metadata<Toy, Kid, Parent, Twin>();
    CHECK_THAT(refusal([&] { (void)twins.tables(); }),
               Contains("two tables named") && Contains("Toy") && Contains("Twin"));
    CHECK_THAT(refusal([] { (void)metadata<Kid>().tables(); }), Contains("Kid.parent_id") && Contains("z_parents.id"));
    CHECK_THAT(refusal([] { (void)metadata<WideKey, Parent>().sorted(); }),
               Contains("WideKey.parent_id is std::int64_t") && Contains("Parent.id"));
    CHECK_THAT(refusal([] { (void)metadata<Unlinked, Parent>().tables(); }), Contains("Unlinked.parent"));
    CHECK_THAT(refusal([] { (void)metadata<SameIndexA, SameIndexB>().tables(); }), Contains("ix_a_b_c"));
}

TEST_CASE("constraints are named by convention, given names stay", "[schema]") {
    const auto& parent = detail::table_of<Parent>();
    const NamingConvention none;
    CHECK(primary_key_name(none, parent).empty());
    CHECK(constraint_name(none, parent, parent.foreign_keys[0]).empty());
    CHECK(constraint_name(none, parent, parent.uniques[0]).empty());
    CHECK(constraint_name(none, parent, parent.uniques[1]) == "given");
    CHECK(constraint_name(none, parent, parent.indexes[0]) == "ix_z_parents_self_id");
    CHECK(constraint_name(none, parent, parent.checks[0]) == "positive");

    const naming_convention all{"pk_{table}", "fk_{table}_{columns}_{referred}", "uq_{table}_{columns}",
                                "{table}_{columns}_idx", "ck_{table}_{name}"};
    CHECK(primary_key_name(all, parent) == "pk_z_parents");
    CHECK(constraint_name(all, parent, parent.foreign_keys[0]) == "fk_z_parents_self_id_z_parents");
    CHECK(constraint_name(all, parent, parent.uniques[0]) == "uq_z_parents_name");
    CHECK(constraint_name(all, parent, parent.uniques[1]) == "given");
    CHECK(constraint_name(all, parent, parent.indexes[0]) == "z_parents_self_id_idx");
    CHECK(constraint_name(all, parent, parent.checks[0]) == "ck_z_parents_positive");
    CHECK(constraint_name(all, parent, parent.checks[1]).empty());
    CHECK(metadata<Parent>(all).naming().pk == "pk_{table}");
}

TEST_CASE("patterns with unknown tokens are refused", "[schema]") {
    const auto& parent = detail::table_of<Parent>();
    for (const char* pattern : {"{tables}", "{referred}", "pk_{table"}) {
        naming_convention wrong;
        wrong.pk = pattern;
        CHECK_THROWS_AS(primary_key_name(wrong, parent), ArgumentError);
    }
}

TEST_CASE("generated names that are too long are cut and stay distinct", "[schema]") {
    const auto& t = detail::table_of<Long>();
    REQUIRE(t.indexes.size() == 2);
    CHECK(t.indexes[0].name.size() == max_identifier_size);
    CHECK(t.indexes[0].name.substr(0, 27) == "ix_a_table_with_a_long_name");
    CHECK(t.indexes[0].name != t.indexes[1].name);
}
