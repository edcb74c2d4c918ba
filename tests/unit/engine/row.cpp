// Row as a value: access by position, label, column and entity, comparison, structured bindings.
#include <azoth/engine/row.hpp>

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <tuple>
#include <utility>

using namespace azoth;
using namespace azoth::literals;
using azoth::detail::label_key;

namespace {
using Named = Row<Item<int, label_key<"count">>, Item<std::string, label_key<"index">>>;
static_assert(Named::width == 2);
static_assert(std::tuple_size_v<Named> == 2);
static_assert(std::is_same_v<std::tuple_element_t<1, Named>, std::string>);
static_assert(std::is_same_v<std::tuple_element_t<0, Row<EntityItem<Named>>>, std::shared_ptr<Named>>);
static_assert(std::is_same_v<std::tuple_element_t<0, Row<PlainItem<Named>>>, Named>);
}  // namespace

TEST_CASE("a row gives its items by label and position", "[engine][row]") {
    const Named row({3, "three"});
    CHECK(row["count"_c] == 3);
    CHECK(row["index"_c] == "three");
    CHECK(row.get<0>() == 3);
    CHECK(std::get<1>(row.as_tuple()) == "three");
}

TEST_CASE("structured bindings refer to a row, and move out of a dying one", "[engine][row]") {
    Named row({3, "three"});
    auto& [count, index] = row;
    count = 4;
    index += "!";
    CHECK(row["count"_c] == 4);
    CHECK(row["index"_c] == "three!");
    auto [moved_count, moved_index] = std::move(row);
    CHECK(moved_count == 4);
    CHECK(moved_index == "three!");
}

TEST_CASE("rows are compared and copied as values", "[engine][row]") {
    const Named row({3, "three"});
    Named copy = row;
    CHECK(copy == row);
    copy.get<1>() = "other";
    CHECK(copy != row);
    CHECK(Named() == Named({0, ""}));
}

TEST_CASE("the whole tuple is moved out of a dying row", "[engine][row]") {
    Row<Item<std::unique_ptr<int>, label_key<"owned">>> row(std::tuple(std::make_unique<int>(5)));
    auto taken = std::get<0>(std::move(row).as_tuple());
    CHECK(*taken == 5);
}
