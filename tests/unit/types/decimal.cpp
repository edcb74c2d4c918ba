// Decimal against 128-bit integers and against itself.
#include <azoth/types/decimal.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <unordered_set>

using namespace azoth;
using namespace azoth::test;

namespace {

__extension__ using Wide = __int128;

std::string digits_of(Wide value) {
    const bool negative = value < 0;
    std::string digits;
    do {
        const int digit = static_cast<int>(value % 10);
        digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
        value /= 10;
    } while (value != 0);
    return (negative ? "-" : "") + digits;
}

Wide power(int exponent) {
    Wide result = 1;
    while (exponent-- > 0) result *= 10;
    return result;
}

/// coefficient · 10^-scale, built by way of text with an exponent.
Decimal make(Wide coefficient, int scale) { return Decimal(digits_of(coefficient) + "e-" + std::to_string(scale)); }

std::string canonical(std::string_view value) { return Decimal(value).to_string(); }

}  // namespace

TEST_CASE("decimals print as they were given", "[types][decimal]") {
    for (const char* same : {"0", "1", "-1", "12.34", "-0.50", "1.10", "0.000",
                             "123456789012345678901234567890.123456789012345678901234567890"}) {
        CHECK(canonical(same) == same);
    }
    CHECK(canonical("007") == "7");
    CHECK(canonical("+1.5") == "1.5");
    CHECK(canonical(".5") == "0.5");
    CHECK(canonical("5.") == "5");
    CHECK(canonical("-0.00") == "0.00");
    CHECK(canonical("1e3") == "1000");
    CHECK(canonical("1.25E+1") == "12.5");
    CHECK(canonical("1.2e3") == "1200");
    CHECK(canonical("12e-5") == "0.00012");
    CHECK(canonical("0e99999999999999999999") == "0");
    CHECK(canonical("0e-3") == "0.000");
    CHECK(Decimal().to_string() == "0");
    CHECK(Decimal("1.100").scale() == 3);
    CHECK(to_string(Decimal(-7)) == "-7");
}

TEST_CASE("what is not a decimal", "[types][decimal]") {
    for (const char* bad : {"",   " ",   "-",    "+",     ".",   "-.",  "1 ",       " 1",   "1,5",  "1.2.3", "e5",
                            "1e", "1e+", "1e5x", "1e1.5", "NaN", "nan", "Infinity", "-inf", "0x10", "--1",   "1_000"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(Decimal(bad), DataError);
    }
    CHECK_THROWS_AS(Decimal(std::string_view("1\0", 2)), DataError);
    CHECK(refusal([] { Decimal("my secret"); }) == "text of 9 bytes is not a valid decimal number");
}

TEST_CASE("decimals have PostgreSQL's limits", "[types][decimal]") {
    CHECK(Decimal("1e131071").to_string().size() == 131072);
    CHECK_THROWS_AS(Decimal("1e131072"), DataError);
    CHECK_THROWS_AS(Decimal("1e999999999999999999999"), DataError);
    CHECK(Decimal("1e-16383").scale() == 16383);
    CHECK_THROWS_AS(Decimal("1e-16384"), DataError);
    CHECK_THROWS_AS(Decimal("1e-999999999999999999999"), DataError);
    CHECK_THROWS_AS(Decimal("1e131071") * 10, DataError);
    CHECK_THROWS_AS(Decimal("9e131071") + Decimal("1e131071"), DataError);
    CHECK_THROWS_AS(Decimal("1e-16383") * Decimal("0.1"), DataError);
    CHECK_THROWS_AS(Decimal(1).round(16384), DataError);
}

TEST_CASE("whole numbers convert, floating point does not", "[types][decimal]") {
    STATIC_REQUIRE(std::is_convertible_v<int, Decimal>);
    STATIC_REQUIRE(std::is_convertible_v<std::uint64_t, Decimal>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Decimal, double>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Decimal, float>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Decimal, bool>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Decimal, char>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<const char*, Decimal>);
    CHECK(Decimal(std::numeric_limits<std::int64_t>::min()).to_string() == "-9223372036854775808");
    CHECK(Decimal(std::numeric_limits<std::int64_t>::max()).to_string() == "9223372036854775807");
    CHECK(Decimal(std::numeric_limits<std::uint64_t>::max()).to_string() == "18446744073709551615");
    CHECK(Decimal(static_cast<signed char>(-128)).to_string() == "-128");
    CHECK(Decimal(std::numeric_limits<int>::min()).to_string() == "-2147483648");
    CHECK(Decimal("19.99") * 3 == Decimal("59.97"));
}

TEST_CASE("doubles by their shortest digits", "[types][decimal]") {
    CHECK(Decimal::from_double(0.1).to_string() == "0.1");
    CHECK(Decimal::from_double(-1e22).to_string() == "-10000000000000000000000");
    CHECK(Decimal::from_double(-0.0).to_string() == "0");
    for (const double value :
         {std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min(), 1.0 / 3, 123456.789}) {
        CHECK(Decimal::from_double(value).to_double() == value);
    }
    CHECK_THROWS_AS(Decimal::from_double(std::numeric_limits<double>::quiet_NaN()), DataError);
    CHECK_THROWS_AS(Decimal::from_double(std::numeric_limits<double>::infinity()), DataError);
    CHECK_THROWS_AS(Decimal("1e400").to_double(), DataError);
}

TEST_CASE("to_int64 is exact", "[types][decimal]") {
    CHECK(Decimal("-9223372036854775808.00").to_int64() == std::numeric_limits<std::int64_t>::min());
    CHECK(Decimal("0.00").to_int64() == 0);
    CHECK_THROWS_AS(Decimal("9223372036854775808").to_int64(), DataError);
    CHECK_THROWS_AS(Decimal("0.5").to_int64(), DataError);
}

TEST_CASE("order and hash are by value", "[types][decimal]") {
    CHECK(Decimal("1.10") == Decimal("1.1"));
    CHECK(Decimal("100") == Decimal("1e2"));
    CHECK(Decimal("0.00") == Decimal());
    CHECK(Decimal("0.1") > Decimal("0.09999"));
    CHECK(Decimal("-0.1") < 0);
    CHECK(Decimal("-2") < Decimal("-1.9"));
    CHECK(Decimal("0.001") > Decimal("0.0000000"));
    CHECK(Decimal("10") > Decimal("9.99999999999"));
    CHECK(std::unordered_set<Decimal>{Decimal("1.10"), Decimal("1.1"), Decimal("11e-1"), Decimal("11"), Decimal("-1.1"),
                                      Decimal("0.0"), 0}
              .size() == 4);
}

TEST_CASE("arithmetic agrees with 128-bit integers", "[types][decimal]") {
    const auto seed = GENERATE(1u, 20240229u, 4242424242u);
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto coefficient = [&random] {
        const int bits = static_cast<int>(random() % 60);
        const auto value = static_cast<std::int64_t>(random() & ((std::uint64_t{1} << bits) - 1));
        return static_cast<Wide>(random() % 2 == 0 ? value : -value);
    };
    for (int i = 0; i < 3000; ++i) {
        const Wide a = coefficient();
        const Wide b = coefficient();
        const int scale_a = static_cast<int>(random() % 10);
        const int scale_b = static_cast<int>(random() % 10);
        const int scale = std::max(scale_a, scale_b);
        const Wide aligned_a = a * power(scale - scale_a);
        const Wide aligned_b = b * power(scale - scale_b);
        const Decimal x = make(a, scale_a);
        const Decimal y = make(b, scale_b);
        CAPTURE(x.to_string(), y.to_string());
        REQUIRE((x + y).to_string() == make(aligned_a + aligned_b, scale).to_string());
        REQUIRE((x - y).to_string() == make(aligned_a - aligned_b, scale).to_string());
        REQUIRE((x * y).to_string() == make(a * b, scale_a + scale_b).to_string());
        REQUIRE((-x).to_string() == make(-a, scale_a).to_string());
        REQUIRE((x == y) == (aligned_a == aligned_b));
        REQUIRE((x < y) == (aligned_a < aligned_b));
        REQUIRE((x > y) == (aligned_a > aligned_b));
        if (x == y) REQUIRE(x.hash() == y.hash());
        REQUIRE(x.hash() == make(a * 1000, scale_a + 3).hash());
        REQUIRE(round_trip(x).to_string() == x.to_string());
    }
}

TEST_CASE("long products", "[types][decimal]") {
    // (10^n - 1)^2 = 10^2n - 2·10^n + 1
    for (const int n : {8, 9, 10, 18, 27, 100, 1000}) {
        const std::string exponent = std::to_string(n);
        const Decimal nines = Decimal("1e" + exponent) - 1;
        CHECK(nines * nines == Decimal("1e" + std::to_string(2 * n)) - Decimal("2e" + exponent) + 1);
    }
}

TEST_CASE("rounding takes halves to the even neighbour", "[types][decimal]") {
    const auto rounded = [](std::string_view value, std::uint32_t scale) {
        return Decimal(value).round(scale).to_string();
    };
    CHECK(rounded("0.5", 0) == "0");
    CHECK(rounded("1.5", 0) == "2");
    CHECK(rounded("2.5", 0) == "2");
    CHECK(rounded("-2.5", 0) == "-2");
    CHECK(rounded("2.5000001", 0) == "3");
    CHECK(rounded("2.675", 2) == "2.68");
    CHECK(rounded("2.665", 2) == "2.66");
    CHECK(rounded("9.995", 2) == "10.00");
    CHECK(rounded("99.9", 0) == "100");
    CHECK(rounded("0.05", 1) == "0.0");
    CHECK(rounded("0.15", 1) == "0.2");
    CHECK(rounded("0.049", 1) == "0.0");
    CHECK(rounded("-0.004", 2) == "0.00");
    CHECK(rounded("0.6", 0) == "1");
    CHECK(rounded("0.0009", 1) == "0.0");
    CHECK(rounded("1", 2) == "1.00");
    CHECK(rounded("0", 2) == "0.00");
    CHECK(rounded("1.25", 2) == "1.25");
}

TEST_CASE("rounding agrees with 128-bit integers", "[types][decimal]") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 5000; ++i) {
        const Wide value = static_cast<Wide>(random() % 200'000) - 100'000;
        const int scale = static_cast<int>(random() % 7);
        const int wanted = static_cast<int>(random() % 7);
        Wide expected = 0;
        if (wanted >= scale) {
            expected = value * power(wanted - scale);
        } else {
            const Wide unit = power(scale - wanted);
            const Wide magnitude = value < 0 ? -value : value;
            Wide quotient = magnitude / unit;
            const Wide twice = magnitude % unit * 2;
            if (twice > unit || (twice == unit && quotient % 2 != 0)) ++quotient;
            expected = value < 0 ? -quotient : quotient;
        }
        CAPTURE(make(value, scale).to_string(), wanted);
        REQUIRE(make(value, scale).round(static_cast<std::uint32_t>(wanted)).to_string() ==
                make(expected, wanted).to_string());
    }
}

TEST_CASE("decimals as values", "[types][decimal]") {
    CHECK(to_value(Decimal("1.50")) == Value::bytes("1.50", ValueKind::decimal));
    CHECK(type_traits<Decimal>::decode(text("2.50")).to_string() == "2.50");
    CHECK(type_traits<Decimal>::decode(ValueView::of_integer(-3)) == -3);
    CHECK(type_traits<Decimal>::decode(ValueView::of_real(0.1)) == Decimal("0.1"));
    CHECK_THROWS_AS(type_traits<Decimal>::decode(text("NaN", ValueKind::decimal)), DataError);
    CHECK_THROWS_AS(type_traits<Decimal>::decode(ValueView::of_real(std::numeric_limits<double>::infinity())),
                    DataError);
    CHECK_THROWS_AS(type_traits<Decimal>::decode(text("1", ValueKind::json)), DataError);
    CHECK_THROWS_AS(type_traits<Decimal>::decode(ValueView::of_integer(1, ValueKind::boolean)), DataError);
}
