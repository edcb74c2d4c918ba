// Every kind of value through SQLite and back, and what a foreign database may hold.
#include "support.hpp"

#include <cmath>
#include <limits>

using namespace azoth;
using namespace azoth::sqlite_test;

namespace {

struct Stored {
    std::string storage;
    ValueKind kind;
    std::string bytes;
    std::int64_t number = 0;
    double real = 0;
};

Stored store(Database& db, ValueView value) {
    const Batch done = db.sql("SELECT typeof(v), v FROM (SELECT ? AS v)", {value});
    const auto row = done.items[0].rows.row(0);
    Stored stored{std::string(row[0].text()), row[1].kind, "", 0, 0};
    if (is_bytes(row[1].kind)) stored.bytes = row[1].text();
    if (row[1].kind == ValueKind::integer) stored.number = row[1].integer;
    if (row[1].kind == ValueKind::real) stored.real = row[1].real;
    return stored;
}

}  // namespace

TEST_CASE("numbers keep their value", "[sqlite]") {
    Database db("sqlite://");
    for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1}, std::int64_t{0},
                                     std::numeric_limits<std::int64_t>::max()}) {
        const Stored stored = store(db, integer(value));
        CHECK(stored.storage == "integer");
        CHECK(stored.number == value);
    }
    CHECK(store(db, ValueView::of_integer(1, ValueKind::boolean)).number == 1);
    CHECK(store(db, ValueView::of_integer(-90'061'000'001, ValueKind::interval)).number == -90'061'000'001);
    for (const double value :
         {0.1, -0.0, 5e-324, std::numeric_limits<double>::max(), std::numeric_limits<double>::infinity()}) {
        const Stored stored = store(db, ValueView::of_real(value));
        CHECK(stored.storage == "real");
        CHECK(stored.real == value);
        CHECK(std::signbit(stored.real) == std::signbit(value));
    }
    CHECK(store(db, ValueView{}).kind == ValueKind::null);
}

TEST_CASE("NaN and arrays are refused before anything runs", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(v)");
    CHECK_THROWS_AS(db.sql("INSERT INTO t VALUES (?)", {ValueView::of_real(std::numeric_limits<double>::quiet_NaN())}),
                    DataError);
    CHECK_THROWS_AS(db.sql("INSERT INTO t VALUES (?)", {ValueView::of_bytes("{1}", ValueKind::array)}),
                    NotSupportedError);
    CHECK(db.number("SELECT count(*) FROM t") == 0);
}

TEST_CASE("dates and times are ISO text", "[sqlite]") {
    Database db("sqlite://");
    const std::int64_t micros = 1'709'164'799'000'042;  // 2024-02-28 23:59:59.000042
    CHECK(store(db, ValueView::of_integer(micros, ValueKind::timestamp)).bytes == "2024-02-28 23:59:59.000042");
    CHECK(store(db, ValueView::of_integer(micros, ValueKind::datetime)).bytes == "2024-02-28 23:59:59.000042");
    CHECK(store(db, ValueView::of_integer(-1, ValueKind::datetime)).bytes == "1969-12-31 23:59:59.999999");
    CHECK(store(db, ValueView::of_integer(19782, ValueKind::date)).bytes == "2024-02-29");
    CHECK(store(db, ValueView::of_integer(1, ValueKind::time)).bytes == "00:00:00.000001");
    CHECK(store(db, ValueView::of_integer(micros, ValueKind::timestamp)).storage == "text");
    CHECK_THROWS_AS(store(db, ValueView::of_integer(std::numeric_limits<std::int64_t>::max(), ValueKind::timestamp)),
                    DataError);
    // Several in one statement do not share their room.
    const Batch both =
        db.sql("SELECT ?, ?", {ValueView::of_integer(0, ValueKind::date), ValueView::of_integer(1, ValueKind::date)});
    CHECK(both.items[0].rows.row(0)[0].text() == "1970-01-01");
    CHECK(both.items[0].rows.row(0)[1].text() == "1970-01-02");
}

TEST_CASE("bytes of all kinds", "[sqlite]") {
    Database db("sqlite://");
    CHECK(store(db, text("gr\xc3\xbc\xc3\x9f"
                         "e"))
              .bytes ==
          "gr\xc3\xbc\xc3\x9f"
          "e");
    CHECK(store(db, text("")).storage == "text");
    CHECK(store(db, ValueView::of_bytes({}, ValueKind::text)).kind == ValueKind::text);
    CHECK(store(db, ValueView::of_bytes({}, ValueKind::blob)).kind == ValueKind::blob);
    CHECK(store(db, ValueView::of_bytes("31943874831932418390.01", ValueKind::decimal)).bytes ==
          "31943874831932418390.01");
    CHECK(store(db, ValueView::of_bytes("{\"a\":1}", ValueKind::json)).storage == "text");
    const std::string blob("\0\xff\1", 3);
    CHECK(store(db, ValueView::of_bytes(blob, ValueKind::blob)).bytes == blob);
    const std::string uuid("\x01\x23\x45\x67\x89\xab\xcd\xef\x00\x11\x22\x33\x44\x55\x66\x77", 16);
    CHECK(store(db, ValueView::of_bytes(uuid, ValueKind::uuid)).bytes == "01234567-89ab-cdef-0011-223344556677");
    CHECK_THROWS_AS(store(db, ValueView::of_bytes("short", ValueKind::uuid)), DataError);
    const std::string large(5'000'000, 'x');
    CHECK(store(db, text(large)).bytes == large);
}

TEST_CASE("values cannot be taken for SQL", "[sqlite]") {
    Database db("sqlite://");
    for (const char* hostile : {"'; DROP TABLE t; --", "\" OR 1=1", "?1", "%_\\", "/*"})
        CHECK(store(db, text(hostile)).bytes == hostile);
}

TEST_CASE("text that is not text comes back byte for byte", "[sqlite]") {
    Database db("sqlite://");
    const Batch done = db.sql("SELECT CAST(x'61ff0062' AS TEXT), x''");
    const auto row = done.items[0].rows.row(0);
    CHECK(row[0].kind == ValueKind::text);
    CHECK(row[0].text() == std::string_view("a\xff\0b", 4));
    CHECK(row[1].kind == ValueKind::blob);
    CHECK(row[1].size == 0);
}

TEST_CASE("a value beyond SQLite's limit is an error", "[sqlite]") {
    Database db("sqlite://");
    CHECK_THROWS_AS(db.sql("SELECT zeroblob(2000000000)"), DataError);
    db.sql("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    CHECK_THROWS_AS(db.sql("INSERT INTO t VALUES ('not a number')"), DataError);
    CHECK(db.number("SELECT 1") == 1);
}

TEST_CASE("a misspelt quoted name is an error, not a string", "[sqlite]") {
    Database db("sqlite://");
    db.sql("CREATE TABLE t(name TEXT)");
    CHECK_THROWS_AS(db.sql("SELECT \"nmae\" FROM t"), ProgrammingError);
}
