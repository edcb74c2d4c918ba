// Values there and back, in both formats a result can have.
#include "support.hpp"

#include <azoth/types/temporal_text.hpp>
#include <azoth/types/value.hpp>

#include <limits>
#include <vector>

using namespace azoth;
using namespace azoth::postgresql_test;

namespace {

// Runs `sql` three times on one prepared statement: the first result is text, later ones are binary.
std::vector<Value> three_times(Server& server, const std::string& sql, std::initializer_list<ValueView> values = {}) {
    const CompiledPtr compiled = statement(sql, Effect::read);
    std::vector<Value> seen;
    for (int i = 0; i < 3; ++i) {
        const Batch done = server.run(batch(item(compiled, values)));
        done.rethrow_error();
        seen.emplace_back(done.items[0].rows.row(0)[0]);
    }
    return seen;
}

void check_same(Server& server, const std::string& sql, ValueView expected, std::initializer_list<ValueView> values = {}) {
    INFO(sql);
    for (const Value& value : three_times(server, sql, values)) {
        CHECK(value.kind() == expected.kind);
        CHECK(value == Value(expected));
    }
}

ValueView bytes(std::string_view value, ValueKind kind) { return ValueView::of_bytes(value, kind); }

}  // namespace

TEST_CASE("PostgreSQL: text and binary results of a type are the same value", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    check_same(server, "SELECT true", ValueView::of_integer(1, ValueKind::boolean));
    check_same(server, "SELECT (-32768)::int2", integer(-32768));
    check_same(server, "SELECT (-2147483648)::int4", integer(-2147483648LL));
    check_same(server, "SELECT (-9223372036854775808)::int8", integer(std::numeric_limits<std::int64_t>::min()));
    check_same(server, "SELECT 4294967295::oid", integer(4294967295LL));
    check_same(server, "SELECT 0.1::float8", ValueView::of_real(0.1));
    check_same(server, "SELECT 'Infinity'::float8", ValueView::of_real(std::numeric_limits<double>::infinity()));
    check_same(server, "SELECT 1.5::float4", ValueView::of_real(1.5));
    for (const char* number : {"0", "0.00", "1", "-1.50", "10000", "99999999.0001", "0.00001234", "-0.5", "123456789012345678901234567890.123456789", "1000000000000000000000000"}) {
        check_same(server, std::string("SELECT '") + number + "'::numeric", bytes(number, ValueKind::decimal));
    }
    check_same(server, "SELECT 'NaN'::numeric", bytes("NaN", ValueKind::text));
    check_same(server, "SELECT '2024-02-29 12:34:56.123456+00'::timestamptz", ValueView::of_integer(1709210096123456, ValueKind::timestamp));
    check_same(server, "SELECT '2024-02-29 12:34:56.123456'::timestamp", ValueView::of_integer(1709210096123456, ValueKind::datetime));
    check_same(server, "SELECT '0001-01-01'::date", ValueView::of_integer(azoth::detail::min_days, ValueKind::date));
    check_same(server, "SELECT '9999-12-31'::date", ValueView::of_integer(azoth::detail::max_days, ValueKind::date));
    check_same(server, "SELECT 'infinity'::timestamptz", bytes("infinity", ValueKind::text));
    check_same(server, "SELECT '23:59:59.999999'::time", ValueView::of_integer(86399999999, ValueKind::time));
    check_same(server, "SELECT '1 day 02:03:04.5'::interval", ValueView::of_integer(93784500000, ValueKind::interval));
    check_same(server, "SELECT '-3 days +00:00:01'::interval", ValueView::of_integer(-259199000000, ValueKind::interval));
    check_same(server, "SELECT '100:00:00'::interval", ValueView::of_integer(360000000000, ValueKind::interval));
    check_same(server, "SELECT '00112233-4455-6677-8899-aabbccddeeff'::uuid",
               bytes(std::string_view("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 16), ValueKind::uuid));
    check_same(server, "SELECT '\\x00ff5c'::bytea", bytes(std::string_view("\x00\xff\x5c", 3), ValueKind::blob));
    check_same(server, "SELECT '{\"a\": 1}'::jsonb", bytes("{\"a\": 1}", ValueKind::json));
    check_same(server, "SELECT '[1,2]'::json", bytes("[1,2]", ValueKind::json));
    check_same(server, "SELECT 'x'::char(3)", bytes("x  ", ValueKind::text));
    check_same(server, "SELECT '{1,NULL,3}'::int8[]", bytes("{1,NULL,3}", ValueKind::array));
    check_same(server, "SELECT ARRAY['a,b', 'c\"d', '', 'null']", bytes("{\"a,b\",\"c\\\"d\",\"\",\"null\"}", ValueKind::array));
    check_same(server, "SELECT '{}'::text[]", bytes("{}", ValueKind::array));
    check_same(server, "SELECT '{{1,2},{3,4}}'::int[]", bytes("{{1,2},{3,4}}", ValueKind::array));
    check_same(server, "SELECT '127.0.0.1'::inet", bytes("127.0.0.1", ValueKind::text));
    check_same(server, "SELECT NULL::int", ValueView());
}

TEST_CASE("PostgreSQL: values of every kind arrive as what they are", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    const auto back = [&](const std::string& type, ValueView value) { check_same(server, "SELECT $1::" + type, value, {value}); };
    back("bool", ValueView::of_integer(0, ValueKind::boolean));
    back("bigint", integer(std::numeric_limits<std::int64_t>::max()));
    back("float8", ValueView::of_real(-1.7976931348623157e308));
    back("float8", ValueView::of_real(5e-324));
    back("timestamptz", ValueView::of_integer(azoth::detail::min_micros, ValueKind::timestamp));
    back("timestamp", ValueView::of_integer(azoth::detail::max_micros, ValueKind::datetime));
    back("date", ValueView::of_integer(0, ValueKind::date));
    back("time", ValueView::of_integer(1, ValueKind::time));
    back("interval", ValueView::of_integer(-1, ValueKind::interval));
    back("uuid", bytes("0123456789abcdef", ValueKind::uuid));
    back("bytea", bytes(std::string_view("\0\1", 2), ValueKind::blob));
    back("bytea", bytes("", ValueKind::blob));
    back("numeric", bytes("-12345.678900", ValueKind::decimal));
    back("text", text(""));
    back("text", text("\xF0\x9F\x98\x80 'quoted' \\ \n"));
    back("int[]", bytes("{1,2}", ValueKind::array));
}

TEST_CASE("PostgreSQL: text with a NUL byte is refused before it is sent", "[postgresql]") {
    const std::string url = server();
    if (url.empty()) return;
    Server server(url);
    Batch given = texts({"BEGIN"});
    given.items.push_back(item("SELECT $1::text", {text(std::string_view("a\0b", 3))}));
    const Batch done = server.run(std::move(given));
    CHECK(done.failed_item == 1);
    error_of<DataError>([&] { done.rethrow_error(); });
    CHECK(server.status() == TransactionStatus::active);  // the server never saw it
    CHECK(server.number("SELECT 7") == 7);
}
