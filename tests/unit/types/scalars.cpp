// Integers, bool and floating point at their limits.
#include <azoth/types/scalars.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

using namespace azoth;
using namespace azoth::test;

namespace {
constexpr std::int64_t max64 = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t min64 = std::numeric_limits<std::int64_t>::min();
}  // namespace

TEMPLATE_TEST_CASE("integers round trip at their limits and not beyond", "[types][scalars]", signed char, unsigned char,
                   short, unsigned short, int, unsigned, long, long long, std::int8_t, std::uint8_t, std::int16_t,
                   std::int32_t, std::int64_t, std::uint32_t) {
    using limits = std::numeric_limits<TestType>;
    CHECK(round_trip(limits::min()) == limits::min());
    CHECK(round_trip(limits::max()) == limits::max());
    CHECK(round_trip(TestType(0)) == 0);
    constexpr auto low = static_cast<std::int64_t>(limits::min());
    constexpr auto high = static_cast<std::int64_t>(limits::max());
    CHECK(type_traits<TestType>::decode(text(std::to_string(low))) == limits::min());
    CHECK(type_traits<TestType>::decode(text(std::to_string(high), ValueKind::decimal)) == limits::max());
    if constexpr (high != max64) {
        CHECK_THROWS_AS(type_traits<TestType>::decode(ValueView::of_integer(high + 1)), DataError);
        CHECK_THROWS_AS(type_traits<TestType>::decode(ValueView::of_integer(low - 1)), DataError);
        CHECK_THROWS_AS(type_traits<TestType>::decode(text(std::to_string(high + 1))), DataError);
        CHECK_THROWS_AS(type_traits<TestType>::decode(ValueView::of_real(static_cast<double>(high) + 1)), DataError);
    }
}

TEST_CASE("integers are stored in the narrowest signed type that holds them", "[types][scalars]") {
    STATIC_REQUIRE(type_traits<std::int8_t>::sql_type.kind == TypeKind::smallint);
    STATIC_REQUIRE(type_traits<std::uint8_t>::sql_type.kind == TypeKind::smallint);
    STATIC_REQUIRE(type_traits<std::int16_t>::sql_type.kind == TypeKind::smallint);
    STATIC_REQUIRE(type_traits<std::uint16_t>::sql_type.kind == TypeKind::integer);
    STATIC_REQUIRE(type_traits<std::int32_t>::sql_type.kind == TypeKind::integer);
    STATIC_REQUIRE(type_traits<std::uint32_t>::sql_type.kind == TypeKind::bigint);
    STATIC_REQUIRE(type_traits<std::int64_t>::sql_type.kind == TypeKind::bigint);
    STATIC_REQUIRE(type_traits<std::uint64_t>::sql_type.kind == TypeKind::bigint);
    STATIC_REQUIRE_FALSE(Storable<char>);
    STATIC_REQUIRE_FALSE(Storable<wchar_t>);
    STATIC_REQUIRE_FALSE(Storable<char8_t>);
    STATIC_REQUIRE_FALSE(Storable<char32_t>);
}

TEST_CASE("64 unsigned bits stop at 2^63", "[types][scalars]") {
    const auto top = static_cast<std::uint64_t>(max64);
    CHECK(round_trip(top) == top);
    Value out = Value::integer(5);
    CHECK(refusal([&] { encode(top + 1, out); }) ==
          "integer 9223372036854775808 of type std::uint64_t is out of range for a 64-bit signed column");
    CHECK(refusal_of<std::uint64_t>(ValueView::of_integer(-1)) == "integer -1 is out of range for std::uint64_t");
}

TEST_CASE("integers out of text are exact", "[types][scalars]") {
    const auto read = [](std::string_view value) { return type_traits<std::int64_t>::decode(text(value)); };
    CHECK(read("-9223372036854775808") == min64);
    CHECK(read("9223372036854775807.000") == max64);
    CHECK(read("+12") == 12);
    CHECK(read("-0") == 0);
    CHECK(read("5.") == 5);
    for (const char* bad :
         {"", " 1", "1 ", "x", "1x", "1.5", "1.0x", ".0", "-.0", "1e3", "+", "-", "+-1", "0x10", "1.0.0"}) {
        CAPTURE(bad);
        CHECK_THROWS_WITH(read(bad), Catch::Contains("is not a valid std::int64_t"));
    }
    CHECK_THROWS_WITH(read("9223372036854775808"), Catch::Contains("is out of range for std::int64_t"));
    CHECK_THROWS_WITH(read("-99999999999999999999.0"), Catch::Contains("is out of range for std::int64_t"));
}

TEST_CASE("integers out of reals are exact", "[types][scalars]") {
    const auto read = [](double value) { return type_traits<std::int64_t>::decode(ValueView::of_real(value)); };
    CHECK(read(-0.0) == 0);
    CHECK(read(1e18) == 1000000000000000000);
    CHECK(read(-9223372036854775808.0) == min64);
    CHECK_THROWS_AS(read(9223372036854775808.0), DataError);
    CHECK_THROWS_AS(read(0.5), DataError);
    CHECK_THROWS_AS(read(std::numeric_limits<double>::infinity()), DataError);
    CHECK_THROWS_AS(read(std::numeric_limits<double>::quiet_NaN()), DataError);
}

TEST_CASE("integers refuse the kinds that are no numbers", "[types][scalars]") {
    CHECK(type_traits<int>::decode(ValueView::of_integer(1, ValueKind::boolean)) == 1);
    for (const ValueKind kind :
         {ValueKind::timestamp, ValueKind::datetime, ValueKind::date, ValueKind::time, ValueKind::interval}) {
        CHECK_THROWS_AS(type_traits<int>::decode(ValueView::of_integer(1, kind)), DataError);
    }
    for (const ValueKind kind : {ValueKind::blob, ValueKind::uuid, ValueKind::json, ValueKind::array}) {
        CHECK_THROWS_AS(type_traits<int>::decode(text("1", kind)), DataError);
    }
}

TEST_CASE("bool", "[types][scalars]") {
    CHECK(round_trip(true));
    CHECK_FALSE(round_trip(false));
    CHECK(to_value(true).kind() == ValueKind::boolean);
    CHECK(type_traits<bool>::decode(ValueView::of_integer(1)));
    CHECK_FALSE(type_traits<bool>::decode(ValueView::of_integer(0)));
    CHECK(type_traits<bool>::decode(text("t")));
    CHECK(type_traits<bool>::decode(text("true")));
    CHECK_FALSE(type_traits<bool>::decode(text("f")));
    CHECK_FALSE(type_traits<bool>::decode(text("false")));
    CHECK_THROWS_AS(type_traits<bool>::decode(ValueView::of_integer(-1)), DataError);
    CHECK_THROWS_AS(type_traits<bool>::decode(text("yes")), DataError);
    CHECK_THROWS_AS(type_traits<bool>::decode(text("")), DataError);
    CHECK_THROWS_AS(type_traits<bool>::decode(ValueView::of_real(1)), DataError);
}

TEMPLATE_TEST_CASE("floating point round trips by its bits", "[types][scalars]", float, double) {
    using limits = std::numeric_limits<TestType>;
    for (const TestType value :
         {limits::max(), limits::lowest(), limits::min(), limits::denorm_min(), limits::infinity(), -limits::infinity(),
          TestType(0.1), TestType(-0.0), TestType(0), limits::epsilon()}) {
        const TestType read = round_trip(value);
        CHECK(std::memcmp(&read, &value, sizeof value) == 0);
    }
    CHECK(std::isnan(round_trip(limits::quiet_NaN())));
}

TEST_CASE("reals from integers only when exact", "[types][scalars]") {
    CHECK(type_traits<double>::decode(ValueView::of_integer(std::int64_t{1} << 53)) == 9007199254740992.0);
    CHECK(type_traits<double>::decode(ValueView::of_integer(min64)) == -9223372036854775808.0);
    CHECK(refusal_of<double>(ValueView::of_integer((std::int64_t{1} << 53) + 1)) ==
          "integer 9007199254740993 has no exact double");
    CHECK_THROWS_AS(type_traits<double>::decode(ValueView::of_integer(max64)), DataError);
    CHECK(type_traits<float>::decode(ValueView::of_integer(1 << 24)) == 16777216.0F);
    CHECK_THROWS_AS(type_traits<float>::decode(ValueView::of_integer((1 << 24) + 1)), DataError);
    CHECK_THROWS_AS(type_traits<float>::decode(ValueView::of_integer(max64)), DataError);
}

TEST_CASE("reals from decimals and text", "[types][scalars]") {
    CHECK(type_traits<double>::decode(text("0.1", ValueKind::decimal)) == 0.1);
    CHECK(type_traits<double>::decode(text("+1e3")) == 1000.0);
    CHECK(type_traits<float>::decode(text("0.1")) == 0.1F);
    CHECK(std::isnan(type_traits<double>::decode(text("NaN"))));
    CHECK(type_traits<double>::decode(text("-Infinity")) == -std::numeric_limits<double>::infinity());
    for (const char* bad : {"", "x", "1,5", "1.5 ", "+-1", "0x1p3"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(type_traits<double>::decode(text(bad)), DataError);
        CHECK_THROWS_AS(type_traits<float>::decode(text(bad)), DataError);
    }
    CHECK_THROWS_WITH(type_traits<double>::decode(text("1e400")), Catch::Contains("out of range for double"));
    CHECK_THROWS_AS(type_traits<double>::decode(text("1", ValueKind::blob)), DataError);
    CHECK_THROWS_AS(type_traits<float>::decode(ValueView::of_integer(1, ValueKind::boolean)), DataError);
}

TEST_CASE("a double rounds to float but does not overflow it", "[types][scalars]") {
    CHECK(type_traits<float>::decode(ValueView::of_real(0.1)) == 0.1F);
    CHECK_THROWS_AS(type_traits<float>::decode(ValueView::of_real(1e39)), DataError);
    CHECK_THROWS_AS(type_traits<float>::decode(ValueView::of_real(-1e39)), DataError);
}
