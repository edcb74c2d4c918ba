// Text and blobs: what is let through and what is refused before it is sent.
#include <azoth/types/blob.hpp>
#include <azoth/types/text.hpp>
#include <azoth/types/utf8.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace azoth;
using namespace azoth::test;

namespace {

/// Well-formed UTF-8 by decoding each code point and asking for its only encoding; the slow way, sharing nothing with
/// the code under test.
bool well_formed(const std::string& bytes) {
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
        unsigned code = 0;
        std::size_t length = 0;
        if (byte(at) < 0x80) {
            code = byte(at), length = 1;
        } else if (byte(at) >> 5 == 6) {
            code = byte(at) & 31, length = 2;
        } else if (byte(at) >> 4 == 14) {
            code = byte(at) & 15, length = 3;
        } else if (byte(at) >> 3 == 30) {
            code = byte(at) & 7, length = 4;
        } else {
            return false;
        }
        if (at + length > bytes.size()) return false;
        for (std::size_t i = 1; i < length; ++i) {
            if (byte(at + i) >> 6 != 2) return false;
            code = code << 6 | (byte(at + i) & 63);
        }
        const std::size_t shortest = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        if (code == 0 || shortest != length || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
        at += length;
    }
    return true;
}

}  // namespace

TEST_CASE("UTF-8 validation agrees with decoding at every boundary", "[types][text]") {
    const unsigned char bounds[] = {0x00, 0x01, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                    0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
    int wrong = 0;
    std::string bytes(4, '\0');
    for (const unsigned char a : bounds) {
        for (const unsigned char b : bounds) {
            for (const unsigned char c : bounds) {
                for (const unsigned char d : bounds) {
                    bytes = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c), static_cast<char>(d)};
                    if ((detail::find_bad_utf8(bytes) == std::string::npos) != well_formed(bytes)) ++wrong;
                }
            }
        }
    }
    CHECK(wrong == 0);
}

TEST_CASE("every two bytes", "[types][text]") {
    int wrong = 0;
    for (int i = 0; i < 65536; ++i) {
        const std::string bytes{static_cast<char>(i >> 8), static_cast<char>(i & 255)};
        if ((detail::find_bad_utf8(bytes) == std::string::npos) != well_formed(bytes)) ++wrong;
    }
    CHECK(wrong == 0);
}

TEST_CASE("bad bytes are found at any offset of the fast path", "[types][text]") {
    for (std::size_t size = 0; size < 40; ++size) {
        const std::string good(size, 'a');
        CHECK(detail::find_bad_utf8(good) == std::string::npos);
        for (std::size_t at = 0; at < size; ++at) {
            for (const char bad : {'\0', '\x80', '\xFF', '\xC3'}) {
                std::string bytes = good;
                bytes[at] = bad;
                REQUIRE(detail::find_bad_utf8(bytes) == at);
            }
        }
    }
}

TEST_CASE("strings keep every character", "[types][text]") {
    for (const std::string& value :
         {std::string(), std::string("plain"), std::string("it's \"quoted\" 100% :name \\ back"),
          std::string("\xF0\x9F\x98\x80 \xE2\x82\xAC \xC3\xA9"), std::string(100000, 'x'),
          std::string("\x01\x7F\n\r\t")}) {
        CHECK(round_trip(value) == value);
    }
    CHECK_FALSE(to_value(std::string()).is_null());
    CHECK(type_traits<std::string>::sql_type == SqlType{TypeKind::string});
}

TEST_CASE("text that no database keeps is refused before it is bound", "[types][text]") {
    Value out = Value::integer(1);
    CHECK(refusal([&] { encode(std::string("ab\0c", 4), out); }) == "text holds a NUL byte at offset 2");
    CHECK(refusal([&] { encode(std::string("secret\xFF"), out); }) == "text is not valid UTF-8 at offset 6");
    CHECK(refusal([&] { text_value("\xC3"); }) == "text is not valid UTF-8 at offset 0");
    CHECK(out == Value::integer(1));
}

TEST_CASE("text_value copies views and literals", "[types][text]") {
    std::string source = "hello";
    const Value value = text_value(source);
    source = "HELLO";
    CHECK(value == Value::text("hello"));
    CHECK(text_value("literal") == Value::text("literal"));
    CHECK(text_value(std::string_view()) == Value::text(""));
}

TEST_CASE("strings read what has a text form", "[types][text]") {
    CHECK(type_traits<std::string>::decode(text("1.50", ValueKind::decimal)) == "1.50");
    CHECK(type_traits<std::string>::decode(text("{}", ValueKind::json)) == "{}");
    CHECK(type_traits<std::string>::decode(text(std::string(16, '\x11'), ValueKind::uuid)) ==
          "11111111-1111-1111-1111-111111111111");
    CHECK_THROWS_AS(type_traits<std::string>::decode(text("11111111-1111-1111-1111-111111111111", ValueKind::uuid)),
                    DataError);
    CHECK(refusal_of<std::string>(ValueView::of_integer(1)) == "a value of kind integer cannot be read as std::string");
    CHECK_THROWS_AS(type_traits<std::string>::decode(text("x", ValueKind::blob)), DataError);
    CHECK_THROWS_AS(type_traits<std::string>::decode(text("{1}", ValueKind::array)), DataError);
}

TEST_CASE("blobs keep all bytes, and empty is not NULL", "[types][blob]") {
    Blob all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::byte>(i));
    CHECK(round_trip(all) == all);
    CHECK(round_trip(Blob()).empty());
    CHECK(to_value(Blob()).kind() == ValueKind::blob);
    CHECK(type_traits<Blob>::decode(text("ab")) == Blob{std::byte{'a'}, std::byte{'b'}});
    CHECK_THROWS_AS(type_traits<Blob>::decode(ValueView::of_integer(1)), DataError);
    CHECK_THROWS_AS(type_traits<Blob>::decode(text("ab", ValueKind::json)), DataError);
}

TEST_CASE("what is longer than a view can count is refused", "[types][text]") {
    detail::check_size(0xFFFFFFFFu);
    CHECK_THROWS_AS(detail::check_size(std::size_t{0xFFFFFFFFu} + 1), DataError);
}
