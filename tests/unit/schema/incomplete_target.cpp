// A struct whose relationship target is only forward-declared in this file maps and builds by itself.
#include "build.hpp"
#include "stand_in.hpp"

#include <catch2/catch.hpp>

namespace schema_test {

struct NeverDefined;

struct HalfKnown {
    int id{};
    int far_id{};
    one<NeverDefined> far{};
    many<NeverDefined> others{};
    static constexpr auto mapping() {
        using namespace azoth;
        return table("half_known", column<&HalfKnown::id>(primary_key),
                     column<&HalfKnown::far_id>(foreign_key("never_defined.id")),
                     relationship<&HalfKnown::far>(back_populates("halves"), lazy::selectin),
                     relationship<&HalfKnown::others>());
    }
};

}  // namespace schema_test

TEST_CASE("a table is built without the types at the other ends of its relationships", "[schema]") {
    using namespace schema_test;
    const auto& t = azoth::detail::table_of<HalfKnown>();
    REQUIRE(t.relationships.size() == 2);
    CHECK(t.relationships[0].name() == "far");
    CHECK(t.relationships[0].def.lazy == azoth::Lazy::selectin);
    CHECK_FALSE(t.relationships[0].many());
    CHECK(t.relationships[1].many());
    HalfKnown half;
    CHECK(t.relationships[1].member(&half) == &half.others);
    CHECK(t.foreign_keys[0].target_names().table == "never_defined");
    CHECK_FALSE(t.relationships[0].target_known());
    CHECK_THROWS_AS(t.relationships[0].link(), azoth::ArgumentError);
}
