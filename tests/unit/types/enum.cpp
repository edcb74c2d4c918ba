// Enums by value and by name.
#include <azoth/types/enum.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <limits>

using namespace azoth;
using namespace azoth::test;

namespace {
enum class Plain { a, b = 5 };
enum class Small : std::int8_t { low = -128, high = 127 };
enum class Flag : bool { off, on };
enum class Letter : char { a = 'a' };
enum class Huge : std::uint64_t { top = std::numeric_limits<std::uint64_t>::max() };
enum Old : int { old_one = 1 };
enum class Kind { book, record, unnamed };
enum class Colour : std::uint8_t { red, blue };
}  // namespace

template <>
struct azoth::type_traits<Kind> : azoth::enum_names<Kind> {
    static constexpr std::pair<Kind, std::string_view> names[] = {{Kind::book, "book"}, {Kind::record, "gramophone"}};
};
template <>
struct azoth::type_traits<Colour> : azoth::enum_names<Colour> {
    static constexpr auto names =
        std::to_array<std::pair<Colour, const char*>>({{Colour::red, "red"}, {Colour::blue, "blue"}});
};

TEST_CASE("enums are stored by their underlying value", "[types][enum]") {
    CHECK(round_trip(Plain::b) == Plain::b);
    CHECK(to_value(Plain::b) == Value::integer(5));
    CHECK(round_trip(Small::low) == Small::low);
    CHECK(round_trip(Flag::on) == Flag::on);
    CHECK(to_value(Flag::on) == Value::boolean(true));
    CHECK(round_trip(Letter::a) == Letter::a);
    CHECK(to_value(Letter::a) == Value::integer('a'));
    CHECK(round_trip(old_one) == old_one);
    STATIC_REQUIRE(type_traits<Plain>::sql_type.kind == TypeKind::integer);
    STATIC_REQUIRE(type_traits<Small>::sql_type.kind == TypeKind::smallint);
    STATIC_REQUIRE(type_traits<Kind>::sql_type.kind == TypeKind::integer);
    STATIC_REQUIRE(Storable<std::optional<Kind>>);
    STATIC_REQUIRE_FALSE(Storable<std::byte>);
}

TEST_CASE("numbers that an enum cannot hold are refused", "[types][enum]") {
    CHECK_THROWS_AS(type_traits<Small>::decode(ValueView::of_integer(128)), DataError);
    CHECK_THROWS_AS(type_traits<Plain>::decode(ValueView::of_integer(std::int64_t{1} << 31)), DataError);
    CHECK_THROWS_AS(type_traits<Flag>::decode(ValueView::of_integer(2)), DataError);
    CHECK_THROWS_AS(type_traits<Plain>::decode(text("book")), DataError);
    CHECK_THROWS_AS(to_value(Huge::top), DataError);
}

TEST_CASE("enums by name", "[types][enum]") {
    STATIC_REQUIRE(NamedEnum<Kind>);
    STATIC_REQUIRE(NamedEnum<Colour>);
    STATIC_REQUIRE_FALSE(NamedEnum<Plain>);
    STATIC_REQUIRE(enum_name_codec<Kind>::sql_type == SqlType{TypeKind::string, 10});
    STATIC_REQUIRE(enum_name_codec<Colour>::sql_type == SqlType{TypeKind::string, 4});
    Value out;
    enum_name_codec<Kind>::encode(Kind::record, out);
    CHECK(out == Value::text("gramophone"));
    CHECK(enum_name_codec<Kind>::decode(out.view()) == Kind::record);
    enum_name_codec<Colour>::encode(Colour::blue, out);
    CHECK(enum_name_codec<Colour>::decode(out.view()) == Colour::blue);
    CHECK(refusal([&] { enum_name_codec<Kind>::encode(Kind::unnamed, out); }) ==
          "enum value 2 has no name in type_traits<E>::names and cannot be stored by name");
    CHECK(refusal([] { enum_name_codec<Kind>::decode(text("Book")); }) ==
          "text of 4 bytes is not a valid name in type_traits<E>::names");
    CHECK_THROWS_AS(enum_name_codec<Kind>::decode(text("")), DataError);
    CHECK_THROWS_AS(enum_name_codec<Kind>::decode(ValueView::of_integer(0)), DataError);
    CHECK(round_trip(Kind::unnamed) == Kind::unnamed);
}
