// Value, ValueBuffer, and the hash of values.
#include <azoth/base/error.hpp>
#include <azoth/types/blob.hpp>
#include <azoth/types/json.hpp>
#include <azoth/types/text.hpp>
#include <azoth/types/value.hpp>
#include <azoth/types/value_buffer.hpp>
#include <azoth/types/value_hash.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <set>
#include <utility>

using namespace azoth;

TEST_CASE("Value owns what it was given", "[types][value]") {
    std::string source = "a text that is too long to be kept inside of a string object";
    Value value(ValueView::of_bytes(source, ValueKind::text));
    const Value copy = value;
    source.assign(source.size(), 'x');
    CHECK(value.view().text() == "a text that is too long to be kept inside of a string object");
    CHECK(copy == value);
    value.assign(ValueView::of_integer(4));
    CHECK(value == Value::integer(4));
    CHECK_FALSE(copy == value);
}

TEST_CASE("Value compares kind and payload, reals by their bits", "[types][value]") {
    CHECK(Value() == Value());
    CHECK_FALSE(Value() == Value::integer(0));
    CHECK_FALSE(Value::integer(1) == Value::boolean(true));
    CHECK(Value::real(1.5) == Value::real(1.5));
    CHECK(Value::real(1.5).view().real == 1.5);
    CHECK(Value::real(std::nan("")) == Value::real(std::nan("")));
    CHECK_FALSE(Value::real(0.0) == Value::real(-0.0));
    CHECK_FALSE(Value::text("") == Value());
    CHECK_FALSE(Value::text("a") == Value::bytes("a", ValueKind::blob));
}

TEST_CASE("equal_values and hash_value agree with Value's ==", "[types][value]") {
    const Value values[] = {Value(),
                            Value::integer(0),
                            Value::integer(1),
                            Value::boolean(true),
                            Value::real(0.0),
                            Value::real(-0.0),
                            Value::text(""),
                            Value::text("a"),
                            Value::text("ab"),
                            Value::real(std::nan("")),
                            Value::bytes("a", ValueKind::blob)};
    std::set<std::size_t> hashes;
    for (const Value& a : values) {
        hashes.insert(detail::hash_value(a.view()));
        for (const Value& b : values) {
            CHECK(detail::equal_values(a.view(), b.view()) == (a == b));
            if (a == b) CHECK(detail::hash_value(a.view()) == detail::hash_value(Value(b).view()));
        }
    }
    CHECK(hashes.size() == std::size(values));
    CHECK(detail::hash_value(Value::integer(1).view(), detail::hash_value(Value::integer(2).view())) !=
          detail::hash_value(Value::integer(2).view(), detail::hash_value(Value::integer(1).view())));
}

TEST_CASE("ValueBuffer's views survive growth and moves", "[types][value]") {
    ValueBuffer buffer(2);
    for (int i = 0; i < 5000; ++i) {
        buffer.append(ValueView::of_integer(i));
        const std::string text(static_cast<std::size_t>(i % 300), static_cast<char>('a' + i % 26));
        if (i % 7 == 0) {
            buffer.append_null();
        } else {
            buffer.append(ValueView::of_bytes(text, ValueKind::text));
        }
    }
    const ValueBuffer moved = std::move(buffer);
    CHECK(moved.rows() == 5000);
    CHECK(moved.columns() == 2);
    std::size_t bytes = 0;
    for (int i = 0; i < 5000; ++i) {
        const auto row = moved.row(static_cast<std::size_t>(i));
        REQUIRE(row[0].integer == i);
        if (i % 7 == 0) {
            REQUIRE(row[1].is_null());
        } else {
            REQUIRE(row[1].text() == std::string(static_cast<std::size_t>(i % 300), static_cast<char>('a' + i % 26)));
            bytes += static_cast<std::size_t>(i % 300);
        }
    }
    CHECK(moved.byte_size() == bytes);
}

TEST_CASE("a cleared or moved-from ValueBuffer can be filled again", "[types][value]") {
    ValueBuffer buffer(1);
    for (int round = 0; round < 3; ++round) {
        const std::string text(3000, static_cast<char>('a' + round));
        buffer.append(ValueView::of_bytes(text, ValueKind::text));
        char* room = buffer.append_room(4, ValueKind::uuid);
        std::copy_n("wxyz", 4, room);
        CHECK(buffer.rows() == 2);
        CHECK(buffer.row(0)[0].text() == text);
        CHECK(buffer.row(1)[0].text() == "wxyz");
        buffer.clear(1);
        CHECK(buffer.empty());
        CHECK(buffer.byte_size() == 0);
    }
    ValueBuffer other = std::move(buffer);
    buffer.clear(3);
    buffer.append(ValueView::of_bytes("again", ValueKind::text));
    CHECK(buffer.cells()[0].text() == "again");
    CHECK(ValueBuffer().rows() == 0);
}

TEST_CASE("append writes into the buffer what encode writes into a value", "[types][value]") {
    ValueBuffer buffer(1);
    const std::string text = "h\xC3\xA9llo";
    const Blob blob{std::byte{0}, std::byte{255}};
    const Json json = Json::parse("[1, 2]");
    type_traits<std::string>::append(text, buffer);
    type_traits<Blob>::append(blob, buffer);
    type_traits<Blob>::append(Blob(), buffer);
    type_traits<Json>::append(json, buffer);
    REQUIRE(buffer.rows() == 4);
    CHECK(Value(buffer.cells()[0]) == to_value(text));
    CHECK(Value(buffer.cells()[1]) == to_value(blob));
    CHECK(Value(buffer.cells()[2]) == to_value(Blob()));
    CHECK(Value(buffer.cells()[3]) == to_value(json));
    CHECK_THROWS_AS(type_traits<std::string>::append(std::string(1, '\0'), buffer), DataError);
    CHECK_THROWS_AS(type_traits<std::string>::append("\xFF", buffer), DataError);
    CHECK(buffer.rows() == 4);
}
