// Vectors as arrays: their text form, there and back.
#include <azoth/model.hpp>
#include <azoth/types/array.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <optional>
#include <string>
#include <vector>

using namespace azoth;

namespace {

template <class T>
std::string written(const std::vector<T>& value) {
    const Value encoded = to_value(value);
    CHECK(encoded.kind() == ValueKind::array);
    return std::string(encoded.view().text());
}

template <class T>
std::vector<T> read(std::string_view text) {
    return decode<std::vector<T>>(ValueView::of_bytes(text, ValueKind::array), "tags");
}

template <class T>
void both_ways(const std::vector<T>& value, const std::string& text) {
    CHECK(written(value) == text);
    CHECK(read<T>(text) == value);
}

enum class Colour : std::int16_t { red = 1, blue = 4 };

}  // namespace

TEST_CASE("arrays of every element type, there and back", "[types][array]") {
    both_ways<bool>({true, false}, "{t,f}");
    both_ways<std::int16_t>({-1, 2}, "{-1,2}");
    both_ways<std::int32_t>({1, 2, 3}, "{1,2,3}");
    both_ways<std::int64_t>({std::numeric_limits<std::int64_t>::min()}, "{-9223372036854775808}");
    both_ways<double>({0.1, -2.5e300, std::numeric_limits<double>::infinity()}, "{0.1,-2.5e+300,Infinity}");
    both_ways<float>({1.5F}, "{1.5}");
    both_ways<Decimal>({Decimal("1.50"), Decimal("-2")}, "{1.50,-2}");
    both_ways<Uuid>({Uuid::parse("00112233-4455-6677-8899-aabbccddeeff")}, "{00112233-4455-6677-8899-aabbccddeeff}");
    both_ways<Timestamp>({Timestamp(std::chrono::microseconds(1))}, "{\"1970-01-01 00:00:00.000001+00\"}");
    both_ways<Date>({std::chrono::year{2024} / 2 / 29}, "{2024-02-29}");
    both_ways<Json>({Json::parse("{\"a\": [1, \"x\"]}")}, "{\"{\\\"a\\\":[1,\\\"x\\\"]}\"}");
    both_ways<Colour>({Colour::blue, Colour::red}, "{4,1}");
    both_ways<std::string>({}, "{}");
    static_assert(type_traits<std::vector<std::int64_t>>::sql_type == SqlType{TypeKind::bigint, 0, 0, 0, true});
    static_assert(!type_traits<std::vector<std::byte>>::sql_type.array);
    static_assert(!Storable<std::vector<std::vector<int>>>);
    static_assert(!Storable<std::vector<Blob>>);
}

TEST_CASE("texts in an array are quoted where they must be", "[types][array]") {
    both_ways<std::string>({"a", "", "NULL", "null", "two words", "a,b", "{x}", "say \"hi\"", "back\\slash", "Grüße", "a\nb"},
                           "{a,\"\",\"NULL\",\"null\",\"two words\",\"a,b\",\"{x}\",\"say \\\"hi\\\"\",\"back\\\\slash\",Grüße,\"a\nb\"}");
    CHECK_THROWS_AS(written<std::string>({std::string("a\0b", 3)}), DataError);
    CHECK_THROWS_AS(written<std::string>({"\xff"}), DataError);
}

TEST_CASE("NULL in an array needs optional elements", "[types][array]") {
    both_ways<std::optional<std::string>>({std::nullopt, "NULL", "x"}, "{NULL,\"NULL\",x}");
    both_ways<std::optional<std::int32_t>>({1, std::nullopt}, "{1,NULL}");
    CHECK_THROWS_WITH(read<std::int32_t>("{1,NULL}"), Catch::Contains("tags") && Catch::Contains("std::optional"));
}

TEST_CASE("an array comes as its text, with or without bounds", "[types][array]") {
    CHECK(read<std::int32_t>("[0:1]={5,6}") == std::vector<std::int32_t>{5, 6});
    CHECK(decode<std::vector<int>>(ValueView::of_bytes("{7}", ValueKind::text), "tags") == std::vector<int>{7});
    CHECK(read<bool>("{true,f}") == std::vector<bool>{true, false});
}

TEST_CASE("what is no array of one dimension is refused", "[types][array]") {
    for (const char* text : {"", "{", "}", "1,2", "{1,2", "{{1,2},{3,4}}", "{1,}", "{,1}", "{,}", "{\"a}", "{\"a\"b}", "{a\"b}", "{a\\", "{\"a\\", "[0:1]", "[0:1]="})
        CHECK_THROWS_AS(read<std::string>(text), DataError);
    CHECK_THROWS_AS(read<std::int32_t>("{x}"), DataError);
    CHECK_THROWS_AS(read<std::int16_t>("{70000}"), DataError);
    CHECK_THROWS_AS(decode<std::vector<int>>(ValueView::of_integer(1), "tags"), DataError);
}
