// JSON: what the grammar takes, what it refuses and where, and comparison without white space.
#include <azoth/types/json.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <unordered_set>

using namespace azoth;
using namespace azoth::test;

TEST_CASE("JSON is kept compact", "[types][json]") {
    CHECK(Json::parse(" { \"a\" : [ 1 , 2.50e+3 , { } , [ ] ] ,\n\t\"b c\" : null }\r\n").text() ==
          R"({"a":[1,2.50e+3,{},[]],"b c":null})");
    for (const char* same : {"null", "true", "false", "0", "-0", "-0.0", "1E5", "10e-2", "\"\"", "[]", "{}", "[[],{}]",
                             R"("a \" \\ \/ \b\f\n\r\t\u00Ef b")", R"({"a":1,"a":2})", R"([1,"x",true,false,null])",
                             "\"\xE2\x82\xAC\"", R"("\ud800")"}) {
        CAPTURE(same);
        CHECK(Json::parse(same).text() == same);
    }
    CHECK(Json::parse("{\"a\": 1}") == Json::parse("{\"a\":1}"));
    CHECK_FALSE(Json::parse("\"a b\"") == Json::parse("\"ab\""));
    CHECK_FALSE(Json::parse("1.0") == Json::parse("1"));
    CHECK(std::unordered_set<Json>{Json::parse("[ 1 ]"), Json::parse("[1]"), Json()}.size() == 2);
}

TEST_CASE("what is not JSON", "[types][json]") {
    for (const char* bad : {"",
                            " ",
                            "nul",
                            "nulll",
                            "True",
                            "+1",
                            "01",
                            "-",
                            "1.",
                            ".5",
                            "1e",
                            "1e+",
                            "--1",
                            "0x1",
                            "NaN",
                            "'a'",
                            "\"",
                            "\"a",
                            "\"\\\"",
                            "\"\\x\"",
                            "\"\\u12\"",
                            "\"\\u12g4\"",
                            "\"\t\"",
                            "[",
                            "]",
                            "[1",
                            "[1,",
                            "[1,]",
                            "[,1]",
                            "[1 2]",
                            "[1}",
                            "{",
                            "}",
                            "{]",
                            "{\"a\"}",
                            "{\"a\":}",
                            "{\"a\":1,}",
                            "{,}",
                            "{1:2}",
                            "{\"a\" 1}",
                            "{\"a\":1 \"b\":2}",
                            "[] []",
                            "1 1",
                            "//x",
                            "[1]]",
                            "\xEF\xBB\xBF[]",
                            "\"\xFF\"",
                            "\"\xED\xA0\x80\""}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(Json::parse(bad), DataError);
    }
    CHECK_THROWS_AS(Json::parse(std::string("[\0]", 3)), DataError);
    CHECK_THROWS_AS(Json::parse(std::string("1\0", 2)), DataError);
    CHECK(refusal([] { Json::parse("{ \"a\" : nope }"); }) == "JSON is not valid at offset 9: a value is missing");
    CHECK(refusal([] { Json::parse("[1, 2"); }) ==
          "JSON is not valid at offset 5: a comma or closing bracket is missing");
}

TEST_CASE("depth is bounded without recursion", "[types][json]") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(Json::parse(nested(512)).text() == nested(512));
    CHECK(refusal([&] { Json::parse(nested(513)); }) == "JSON is not valid at offset 512: nested deeper than 512");
    CHECK_THROWS_AS(Json::parse(std::string(10'000'000, '[')), DataError);
}

TEST_CASE("JSON as values", "[types][json]") {
    CHECK(Json().is_null());
    CHECK(to_value(Json()) == Value::bytes("null", ValueKind::json));
    CHECK(to_value(std::optional<Json>()).is_null());
    const Json json = Json::parse(R"({"k": [1, 2]})");
    CHECK(round_trip(json) == json);
    CHECK(type_traits<Json>::decode(text("{\"k\":[1,2]}")) == json);
    CHECK_THROWS_AS(type_traits<Json>::decode(text("{")), DataError);
    CHECK_THROWS_AS(type_traits<Json>::decode(ValueView::of_integer(1)), DataError);
    CHECK_THROWS_AS(type_traits<Json>::decode(text("1", ValueKind::blob)), DataError);
}
