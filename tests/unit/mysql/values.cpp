// Every kind of value to the server and back.
#include "support.hpp"

#include <azoth/types/temporal_text.hpp>
#include <azoth/types/uuid.hpp>

#include <limits>

using namespace azoth;
using namespace azoth::mysql_test;

namespace {

// Stores `value` in a column of `type` and hands what comes back to `check`.
template <class F>
void round_trip(const std::string& type, ValueView value, F&& check) {
    CAPTURE(type);
    Database db;
    db.run(batch(item(statement("CREATE TEMPORARY TABLE v (v " + type + ") CHARACTER SET utf8mb4", Effect::definition)))).rethrow_error();
    db.sql("INSERT INTO v VALUES (?)", {value});
    const Batch done = db.sql("SELECT v FROM v");
    REQUIRE(done.items[0].rows.rows() == 1);
    check(done.items[0].rows.row(0)[0]);
    // The text protocol says the same.
    const Batch again = db.run(batch(item(statement("SELECT v FROM v", Effect::definition))));
    again.rethrow_error();
    const ValueView binary = done.items[0].rows.row(0)[0];
    const ValueView plain = again.items[0].rows.row(0)[0];
    CHECK(plain.kind == binary.kind);
    if (is_bytes(binary.kind)) {
        CHECK(plain.text() == binary.text());
    } else if (!binary.is_null()) {
        CHECK(plain.integer == binary.integer);
    }
}

void same(const std::string& type, ValueView value, ValueKind kind) {
    round_trip(type, value, [&](ValueView stored) {
        CHECK(stored.kind == kind);
        if (is_bytes(kind)) {
            CHECK(stored.text() == value.text());
        } else {
            CHECK(stored.integer == value.integer);
        }
    });
}

ValueView of(std::int64_t value, ValueKind kind) { return ValueView::of_integer(value, kind); }

}  // namespace

TEST_CASE("mysql: integers and booleans, to their limits", "[mysql]") {
    if (!have_server()) return;
    for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0}, std::numeric_limits<std::int64_t>::max()})
        same("BIGINT", integer(value), ValueKind::integer);
    same("TINYINT", integer(-128), ValueKind::integer);
    same("TINYINT UNSIGNED", integer(255), ValueKind::integer);
    same("SMALLINT", integer(-32768), ValueKind::integer);
    same("SMALLINT UNSIGNED", integer(65535), ValueKind::integer);
    same("MEDIUMINT", integer(-8388608), ValueKind::integer);
    same("INTEGER", integer(-2147483648), ValueKind::integer);
    same("INTEGER UNSIGNED", integer(4294967295), ValueKind::integer);
    same("BIGINT UNSIGNED", integer(std::numeric_limits<std::int64_t>::max()), ValueKind::integer);
    same("YEAR", integer(2024), ValueKind::integer);
    same("BIT(63)", integer(std::numeric_limits<std::int64_t>::max()), ValueKind::integer);
    round_trip("BOOL", of(1, ValueKind::boolean), [](ValueView stored) { CHECK(stored.integer == 1); });
    round_trip("BIGINT", of(-86'400'000'000, ValueKind::interval), [](ValueView stored) { CHECK(stored.integer == -86'400'000'000); });
    round_trip("BIGINT UNSIGNED", text("18446744073709551615", ValueKind::decimal), [](ValueView stored) {
        CHECK(stored.kind == ValueKind::decimal);
        CHECK(stored.text() == "18446744073709551615");
    });
}

TEST_CASE("mysql: reals", "[mysql]") {
    if (!have_server()) return;
    for (const double value : {0.0, -1.5, 1e308, 4.9e-300, 0.1}) {
        round_trip("DOUBLE", ValueView::of_real(value), [&](ValueView stored) {
            CHECK(stored.kind == ValueKind::real);
            CHECK(stored.real == value);
        });
    }
    round_trip("FLOAT", ValueView::of_real(0.5), [](ValueView stored) { CHECK(stored.real == 0.5); });
    Database db;
    for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        const auto error = error_of<DataError>([&] { db.sql("SELECT ?", {ValueView::of_real(value)}); });
        CHECK_THAT(error.message(), Catch::Contains("parameter 1 is NaN or infinite"));
    }
}

TEST_CASE("mysql: text, bytes, documents, decimals and UUIDs", "[mysql]") {
    if (!have_server()) return;
    const std::string words = "a'b\\c \xf0\x9f\xa6\x8a \xc3\xa4 \xe2\x82\xac";  // four, two and three bytes a character
    same("VARCHAR(100)", text(words), ValueKind::text);
    same("LONGTEXT", text(words), ValueKind::text);
    same("LONGTEXT", text(""), ValueKind::text);
    same("CHAR(4)", text("abcd"), ValueKind::text);
    same("ENUM('red','blue')", text("blue"), ValueKind::text);
    same("SET('a','b','c')", text("a,c"), ValueKind::text);
    const std::string large(300'000, 'z');
    same("LONGTEXT", text(large), ValueKind::text);
    same("LONGTEXT", text(std::string(252, 'q')), ValueKind::text);
    same("LONGTEXT", text(std::string(65536, 'q')), ValueKind::text);
    const std::string bytes("\x00\xff\x80'\\", 5);
    same("LONGBLOB", text(bytes, ValueKind::blob), ValueKind::blob);
    same("VARBINARY(10)", text(bytes, ValueKind::blob), ValueKind::blob);
    same("LONGBLOB", text("", ValueKind::blob), ValueKind::blob);
    round_trip("JSON", text("{\"a\":[1,\"\xf0\x9f\xa6\x8a\"]}", ValueKind::json), [](ValueView stored) {
        CHECK((stored.kind == ValueKind::text || stored.kind == ValueKind::json));
        CHECK(stored.text() == "{\"a\":[1,\"\xf0\x9f\xa6\x8a\"]}");
    });
    same("DECIMAL(65,30)", text("-12345678901234567890123456789012345.123456789012345678901234567890", ValueKind::decimal), ValueKind::decimal);
    same("DECIMAL(10,2)", text("0.10", ValueKind::decimal), ValueKind::decimal);
    const Uuid id = Uuid::generate_v4();
    const std::string_view raw(reinterpret_cast<const char*>(id.bytes().data()), 16);
    round_trip("BINARY(16)", text(raw, ValueKind::uuid), [&](ValueView stored) {
        CHECK(stored.kind == ValueKind::blob);
        CHECK(type_traits<Uuid>::decode(stored) == id);
    });
    Database db;
    // Decimals are compared as decimals, not as doubles.
    CHECK(db.sql("SELECT CAST('0.30' AS DECIMAL(10,2)) = ?", {text("0.3", ValueKind::decimal)}).items[0].rows.row(0)[0].integer == 1);
    CHECK_THROWS_AS(db.sql("SELECT ?", {text("short", ValueKind::uuid)}), DataError);
    CHECK_THROWS_AS(db.sql("SELECT ?", {text("{1}", ValueKind::array)}), NotSupportedError);
}

TEST_CASE("mysql: instants, dates and times of day, with microseconds", "[mysql]") {
    if (!have_server()) return;
    const std::int64_t at = azoth::detail::parse_datetime("2024-02-29 23:59:59.999999");
    same("DATETIME(6)", of(at, ValueKind::datetime), ValueKind::datetime);
    same("DATETIME(6)", of(at + 1, ValueKind::datetime), ValueKind::datetime);  // midnight
    same("DATETIME(6)", of(azoth::detail::min_micros, ValueKind::datetime), ValueKind::datetime);
    same("DATETIME(6)", of(azoth::detail::max_micros, ValueKind::datetime), ValueKind::datetime);
    same("DATETIME(6)", of(azoth::detail::parse_datetime("1969-12-31 23:59:59.5"), ValueKind::datetime), ValueKind::datetime);
    round_trip("DATETIME(6)", of(at, ValueKind::timestamp), [&](ValueView stored) { CHECK(stored.integer == at); });
    round_trip("TIMESTAMP(6)", of(at, ValueKind::timestamp), [&](ValueView stored) {
        CHECK(stored.kind == ValueKind::timestamp);
        CHECK(stored.integer == at);
    });
    same("DATE", of(azoth::detail::min_days, ValueKind::date), ValueKind::date);
    same("DATE", of(-1, ValueKind::date), ValueKind::date);
    same("DATE", of(azoth::detail::max_days, ValueKind::date), ValueKind::date);
    same("TIME(6)", of(0, ValueKind::time), ValueKind::time);
    same("TIME(6)", of(86'399'999'999, ValueKind::time), ValueKind::time);
    same("TIME(6)", of(1, ValueKind::time), ValueKind::time);
}

TEST_CASE("mysql: NULL of every kind", "[mysql]") {
    if (!have_server()) return;
    for (const char* type : {"INTEGER", "DOUBLE", "LONGTEXT", "DATETIME(6)", "DECIMAL(5,2)", "BINARY(16)", "TIME(6)"})
        round_trip(type, null(), [](ValueView stored) { CHECK(stored.is_null()); });
}

TEST_CASE("mysql: what no value can express is an error that names the column", "[mysql]") {
    if (!have_server()) return;
    Database db(server("sql_mode=STRICT_TRANS_TABLES"));
    const bool prepared = GENERATE(true, false);
    const auto read = [&](const std::string& sql) {
        db.run(batch(item(statement(sql, prepared ? Effect::read : Effect::definition)))).rethrow_error();
    };
    for (const char* sql : {"SELECT 1, CAST('0000-00-00' AS DATETIME) AS odd", "SELECT 1, CAST('-01:00:00' AS TIME) AS odd",
                            "SELECT 1, CAST('25:00:00' AS TIME) AS odd"}) {
        CAPTURE(sql);
        const auto error = error_of<DataError>([&] { read(sql); });
        CHECK(error.column() == "odd");
        CHECK_THAT(error.message(), Catch::Contains("odd"));
        CHECK(db.number("SELECT 3") == 3);
    }
}
