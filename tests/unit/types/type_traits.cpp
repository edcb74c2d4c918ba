// encode, decode and the errors that name columns.
#include <azoth/types/scalars.hpp>
#include <azoth/types/text.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>
#include <vector>

using namespace azoth;
using namespace azoth::test;

namespace {
struct Money {
    std::int64_t cents = 0;
};
struct Broken {};
}  // namespace

template <>
struct azoth::type_traits<Money> {
    static constexpr SqlType sql_type{TypeKind::bigint};
    static void encode(const Money& value, Value& out) { out = Value::integer(value.cents); }
    static Money decode(ValueView stored) { return Money{type_traits<std::int64_t>::decode(stored)}; }
};
template <>
struct azoth::type_traits<Broken> {
    static constexpr SqlType sql_type{TypeKind::bigint};
    static void encode(const Broken&, Value&) {}
    static Broken decode(ValueView) { throw std::runtime_error("not azoth's"); }
};

TEST_CASE("Storable sees traits, and optionals of what has traits", "[types]") {
    STATIC_REQUIRE(Storable<int>);
    STATIC_REQUIRE(Storable<std::optional<int>>);
    STATIC_REQUIRE(Storable<Money>);
    STATIC_REQUIRE(Storable<std::string>);
    STATIC_REQUIRE_FALSE(Storable<char>);
    STATIC_REQUIRE_FALSE(Storable<void*>);
    STATIC_REQUIRE_FALSE(Storable<long double>);
    STATIC_REQUIRE_FALSE(Storable<std::vector<int>>);
}

TEST_CASE("optional is NULL or the value", "[types]") {
    CHECK(to_value(std::optional<int>()).is_null());
    CHECK(to_value(std::optional<int>(7)) == Value::integer(7));
    CHECK(decode<std::optional<int>>(ValueView(), "n") == std::nullopt);
    CHECK(decode<std::optional<int>>(ValueView::of_integer(7), "n") == 7);
    CHECK(round_trip(Money{250}).cents == 250);
    Value reused = Value::text("before");
    encode(std::optional<Money>(), reused);
    CHECK(reused.is_null());
}

TEST_CASE("NULL in a plain type names the column", "[types]") {
    try {
        decode<int>(ValueView(), "points");
        FAIL("NULL was read as an int");
    } catch (const DataError& error) {
        CHECK(error.message() == "NULL in column 'points', which is not std::optional");
        CHECK(error.column() == "points");
    }
}

TEST_CASE("a value that cannot be read names the column once", "[types]") {
    try {
        decode<std::optional<std::int16_t>>(ValueView::of_integer(70000), "age");
        FAIL("70000 was read as a 16-bit integer");
    } catch (const DataError& error) {
        CHECK(error.message() == "column 'age': integer 70000 is out of range for std::int16_t");
        CHECK(error.column() == "age");
    }
    const std::string nested = refusal([] {
        try {
            decode<int>(text("x"), "inner");
        } catch (...) {
            detail::rethrow_naming("outer");
        }
    });
    CHECK(nested == "column 'inner': text of 1 byte is not a valid std::int32_t");
    STATIC_REQUIRE(Storable<Broken>);
    CHECK_THROWS_AS(decode<Broken>(ValueView::of_integer(1), "b"), std::runtime_error);
}

TEST_CASE("errors name kinds and numbers but never quote text", "[types]") {
    CHECK(refusal_of<int>(text("4111 1111 1111 1111")).find("4111") == std::string::npos);
    CHECK(refusal_of<int>(text("x", ValueKind::blob)) == "a value of kind blob cannot be read as std::int32_t");
    CHECK(refusal_of<int>(ValueView()) == "a value of kind NULL cannot be read as std::int32_t");
    CHECK(refusal_of<bool>(ValueView::of_integer(2)) == "integer 2 is out of range for bool");
    CHECK(refusal_of<int>(ValueView::of_real(0.5)) == "real 0.5 is not a valid std::int32_t");
}
