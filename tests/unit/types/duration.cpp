// Durations: exact in both directions.
#include <azoth/types/duration.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace azoth;
using namespace azoth::test;
using namespace std::chrono_literals;

TEST_CASE("which durations can be stored", "[types][duration]") {
    STATIC_REQUIRE(Storable<Duration>);
    STATIC_REQUIRE(Storable<std::chrono::milliseconds>);
    STATIC_REQUIRE(Storable<std::chrono::seconds>);
    STATIC_REQUIRE(Storable<std::chrono::hours>);
    STATIC_REQUIRE(Storable<std::chrono::weeks>);
    STATIC_REQUIRE(Storable<std::chrono::duration<std::int32_t>>);
    STATIC_REQUIRE_FALSE(Storable<std::chrono::nanoseconds>);
    STATIC_REQUIRE_FALSE(Storable<std::chrono::months>);
    STATIC_REQUIRE_FALSE(Storable<std::chrono::duration<double>>);
    STATIC_REQUIRE_FALSE(Storable<std::chrono::duration<std::int64_t, std::ratio<1, 3>>>);
}

TEST_CASE("durations round trip", "[types][duration]") {
    CHECK(round_trip(Duration::max()) == Duration::max());
    CHECK(round_trip(Duration::min()) == Duration::min());
    CHECK(round_trip(-1us) == -1us);
    CHECK(round_trip(-90min) == -90min);
    CHECK(round_trip(std::chrono::weeks(52)) == std::chrono::weeks(52));
    CHECK(to_value(2s) == Value::integer(2'000'000, ValueKind::interval));
    CHECK(type_traits<std::chrono::seconds>::decode(ValueView::of_integer(3'000'000)) == 3s);
    CHECK(type_traits<std::chrono::seconds>::decode(text("3000000.00", ValueKind::decimal)) == 3s);
}

TEST_CASE("durations that do not fit are refused", "[types][duration]") {
    CHECK_THROWS_AS(to_value(std::chrono::seconds::max()), DataError);
    CHECK_THROWS_AS(to_value(std::chrono::seconds::min()), DataError);
    CHECK(refusal_of<std::chrono::seconds>(ValueView::of_integer(1'500'000, ValueKind::interval)) ==
          "interval of 1500000 microseconds does not fit into ticks of 1000000 microseconds");
    using Narrow = std::chrono::duration<std::int8_t>;
    CHECK(type_traits<Narrow>::decode(ValueView::of_integer(-128'000'000, ValueKind::interval)).count() == -128);
    CHECK_THROWS_AS(type_traits<Narrow>::decode(ValueView::of_integer(128'000'000, ValueKind::interval)), DataError);
    CHECK_THROWS_AS(type_traits<Duration>::decode(text("1")), DataError);
    CHECK_THROWS_AS(type_traits<Duration>::decode(text("1.5", ValueKind::decimal)), DataError);
    CHECK_THROWS_AS(type_traits<Duration>::decode(ValueView::of_integer(1, ValueKind::time)), DataError);
}
