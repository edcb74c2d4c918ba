// Instants, dates and times: calendar edges, text forms, and indifference to the process's time zone.
#include <azoth/types/temporal.hpp>

#include "refusal.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>
#include <optional>
#include <random>
#include <string>
#include <unordered_set>

using namespace azoth;
using namespace azoth::test;
using namespace std::chrono_literals;

namespace {

/// Runs the tests' body under a zone that is 12:45 or 13:45 ahead of UTC, then puts the old one back.
class Chatham {
public:
    Chatham() {
        if (const char* zone = std::getenv("TZ")) before_ = zone;
        set("Pacific/Chatham");
    }
    ~Chatham() {
        if (before_) {
            set(before_->c_str());
        } else {
            ::unsetenv("TZ");
            ::tzset();
        }
    }
    Chatham(const Chatham&) = delete;
    Chatham& operator=(const Chatham&) = delete;

private:
    static void set(const char* zone) {
        ::setenv("TZ", zone, 1);
        ::tzset();
    }
    std::optional<std::string> before_;
};

std::string write_datetime(std::int64_t micros) {
    char text[detail::datetime_text_size];
    return std::string(text, detail::write_datetime(micros, text));
}
std::string write_date(std::int64_t days) {
    char text[detail::date_text_size];
    return std::string(text, detail::write_date(days, text));
}
std::string write_time(std::int64_t micros) {
    char text[detail::time_text_size];
    return std::string(text, detail::write_time(micros, text));
}
Timestamp at(std::int64_t micros) { return Timestamp(std::chrono::microseconds(micros)); }

}  // namespace

TEST_CASE("dates at the edges of the calendar", "[types][temporal]") {
    const struct {
        std::int64_t days;
        const char* text;
    } cases[] = {{detail::min_days, "0001-01-01"},
                 {detail::max_days, "9999-12-31"},
                 {0, "1970-01-01"},
                 {-1, "1969-12-31"},
                 {59, "1970-03-01"},
                 {11016, "2000-02-29"},
                 {-25508, "1900-03-01"},
                 {-25509, "1900-02-28"},
                 {19782, "2024-02-29"},
                 {24837, "2038-01-01"},
                 {-141428, "1582-10-14"}};
    for (const auto& [days, text] : cases) {
        CAPTURE(text);
        CHECK(write_date(days) == text);
        CHECK(detail::parse_date(text) == days);
    }
    CHECK_THROWS_AS(write_date(detail::min_days - 1), DataError);
    CHECK_THROWS_AS(write_date(detail::max_days + 1), DataError);
}

TEST_CASE("every day of the supported years round trips", "[types][temporal]") {
    int wrong = 0;
    std::string before;
    for (std::int64_t day = detail::min_days; day <= detail::max_days; day += 1) {
        const std::string text = write_date(day);
        if (detail::parse_date(text) != day || text <= before) ++wrong;
        before = text;
    }
    CHECK(wrong == 0);
}

TEST_CASE("what is not a date", "[types][temporal]") {
    for (const char* bad : {"",
                            "2023-02-29",
                            "1900-02-29",
                            "2024-02-30",
                            "2024-04-31",
                            "2024-13-01",
                            "2024-00-10",
                            "2024-01-00",
                            "2024-1-1",
                            "24-01-01",
                            "12024-01-01",
                            "0000-01-01",
                            "0000-00-00",
                            "2024-01-01 ",
                            " 2024-01-01",
                            "2024/01/01",
                            "2024-01-01 BC",
                            "infinity",
                            "-2024-01-01",
                            "2024-01-01 00:00:00"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(detail::parse_date(bad), DataError);
    }
}

TEST_CASE("instants at the edges", "[types][temporal]") {
    const struct {
        std::int64_t micros;
        const char* text;
    } cases[] = {{detail::min_micros, "0001-01-01 00:00:00.000000"},
                 {detail::max_micros, "9999-12-31 23:59:59.999999"},
                 {0, "1970-01-01 00:00:00.000000"},
                 {-1, "1969-12-31 23:59:59.999999"},
                 {-86'400'000'000, "1969-12-31 00:00:00.000000"},
                 {1'709'251'199'123'456, "2024-02-29 23:59:59.123456"},
                 {2'147'483'648'000'000, "2038-01-19 03:14:08.000000"}};
    for (const auto& [micros, text] : cases) {
        CAPTURE(text);
        CHECK(write_datetime(micros) == text);
        CHECK(detail::parse_timestamp(text) == micros);
        CHECK(detail::parse_datetime(text) == micros);
        CHECK(round_trip(at(micros)) == at(micros));
        CHECK(to_string(at(micros)) == std::string(text) + "Z");
    }
    CHECK_THROWS_AS(write_datetime(detail::min_micros - 1), DataError);
    CHECK_THROWS_AS(write_datetime(detail::max_micros + 1), DataError);
    CHECK_THROWS_AS(to_value(at(detail::max_micros + 1)), DataError);
    CHECK_THROWS_AS(to_value(Timestamp::min()), DataError);
    CHECK_THROWS_AS(type_traits<Timestamp>::decode(ValueView::of_integer(detail::min_micros - 1, ValueKind::timestamp)),
                    DataError);
    CHECK_THROWS_AS(type_traits<DateTime>::decode(ValueView::of_integer(detail::max_micros + 1, ValueKind::datetime)),
                    DataError);
}

TEST_CASE("text sorts as instants do", "[types][temporal]") {
    std::mt19937_64 random(20240229);
    std::uniform_int_distribution<std::int64_t> any(detail::min_micros, detail::max_micros);
    for (int i = 0; i < 2000; ++i) {
        const std::int64_t a = any(random);
        const std::int64_t b = any(random);
        REQUIRE((a < b) == (write_datetime(a) < write_datetime(b)));
        REQUIRE(detail::parse_timestamp(write_datetime(a)) == a);
    }
}

TEST_CASE("the forms databases print", "[types][temporal]") {
    const std::int64_t second = 1'700'000'000'000'000;  // 2023-11-14 22:13:20
    for (const char* same :
         {"2023-11-14 22:13:20", "2023-11-14T22:13:20", "2023-11-14t22:13:20z", "2023-11-14 22:13:20Z",
          "2023-11-14 22:13:20+00", "2023-11-14 22:13:20.0", "2023-11-14 22:13:20.000000000",
          "2023-11-15 00:13:20+02:00", "2023-11-15 00:13:20+0200", "2023-11-14 17:13:20-05",
          "2023-11-15 10:58:20.000+12:45", "2023-11-14 22:32:52+00:19:32", "2023-11-14 22:13:20-00:00"}) {
        CAPTURE(same);
        CHECK(detail::parse_timestamp(same) == second);
    }
    CHECK(detail::parse_timestamp("2023-11-14 22:13") == second - 20'000'000);
    CHECK(detail::parse_timestamp("2023-11-14 22:13:20.5") == second + 500'000);
    CHECK(detail::parse_timestamp("2023-11-14 22:13:20.12") == second + 120'000);
    CHECK(detail::parse_timestamp("2023-11-14 22:13:20.123456000") == second + 123'456);
}

TEST_CASE("what is not an instant", "[types][temporal]") {
    for (const char* bad : {"",
                            "2023-11-14",
                            "2023-11-14 ",
                            "2023-11-14 22",
                            "2023-11-14 24:00:00",
                            "2023-11-14 22:60:00",
                            "2023-11-14 22:13:60",
                            "2023-11-14 22:13:20.",
                            "2023-11-14 22:13:20.1234567",
                            "2023-11-14 22:13:20.0000000000",
                            "2023-11-14 22:13:20 +00",
                            "2023-11-14 22:13:20+2",
                            "2023-11-14 22:13:20+02:",
                            "2023-11-14 22:13:20+24",
                            "2023-11-14 22:13:20+02:60",
                            "2023-11-14 22:13:20ZZ",
                            "2023-11-14 22:13:20 BC",
                            "2023-11-14_22:13:20",
                            "2023-11-14 22.13.20",
                            "infinity",
                            "-infinity",
                            "0001-01-01 00:00:00+01",
                            "9999-12-31 23:59:59-01"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(detail::parse_timestamp(bad), DataError);
    }
    CHECK(detail::parse_timestamp("0001-01-01 01:00:00+01") == detail::min_micros);
    CHECK(refusal([] { detail::parse_timestamp("2023-11-14 22:13:20.1234567"); }) ==
          "text of 27 bytes is not a valid timestamp at offset 27");
}

TEST_CASE("a datetime has no zone, and an instant is not shown on a wall clock by guess", "[types][temporal]") {
    const DateTime local = std::chrono::local_days(2024y / 2 / 29) + 12h + 34min + 56789ms;
    CHECK(round_trip(local) == local);
    CHECK(to_string(local) == "2024-02-29 12:34:56.789000");
    CHECK(type_traits<DateTime>::decode(text("2024-02-29 12:34:56.789")) == local);
    CHECK_THROWS_AS(type_traits<DateTime>::decode(text("2024-02-29 12:34:56Z")), DataError);
    CHECK_THROWS_AS(type_traits<DateTime>::decode(text("2024-02-29 12:34:56+00")), DataError);
    CHECK_THROWS_AS(type_traits<DateTime>::decode(ValueView::of_integer(0, ValueKind::timestamp)), DataError);
    CHECK(type_traits<Timestamp>::decode(ValueView::of_integer(5, ValueKind::datetime)) == at(5));
    CHECK_THROWS_AS(type_traits<Timestamp>::decode(ValueView::of_integer(5)), DataError);
    CHECK_THROWS_AS(type_traits<Timestamp>::decode(ValueView::of_integer(5, ValueKind::date)), DataError);
}

TEST_CASE("dates as values", "[types][temporal]") {
    for (const Date date : {1y / 1 / 1, 9999y / 12 / 31, 2000y / 2 / 29, 1969y / 12 / 31, Date(1900y / 2 / 28)})
        CHECK(round_trip(date) == date);
    CHECK(to_value(Date(1970y / 1 / 2)) == Value::integer(1, ValueKind::date));
    CHECK(type_traits<Date>::decode(text("2024-02-29")) == 2024y / 2 / 29);
    CHECK(to_string(Date(2024y / 2 / 9)) == "2024-02-09");
    CHECK(refusal([] { to_value(Date()); }) == "not a calendar date");
    CHECK(refusal([] { to_value(Date(2023y / 2 / 29)); }) == "not a calendar date");
    CHECK_THROWS_AS(to_value(Date(0y / 1 / 1)), DataError);
    CHECK_THROWS_AS(to_value(Date(10000y / 1 / 1)), DataError);
    CHECK_THROWS_AS(type_traits<Date>::decode(ValueView::of_integer(detail::max_days + 1, ValueKind::date)), DataError);
    CHECK_THROWS_AS(type_traits<Date>::decode(ValueView::of_integer(0, ValueKind::timestamp)), DataError);
}

TEST_CASE("times of day", "[types][temporal]") {
    const Time late(23, 59, 59, 999'999);
    CHECK(late.since_midnight() == 24h - 1us);
    CHECK(late.hour() == 23);
    CHECK(late.minute() == 59);
    CHECK(late.second() == 59);
    CHECK(late.microsecond() == 999'999);
    CHECK(round_trip(late) == late);
    CHECK(round_trip(Time()) == Time(0, 0));
    CHECK(Time(9, 30) < Time(10, 0));
    CHECK(to_string(Time(7, 5, 3, 42)) == "07:05:03.000042");
    CHECK(type_traits<Time>::decode(text("07:05:03.000042")) == Time(7, 5, 3, 42));
    CHECK(type_traits<Time>::decode(text("07:05")) == Time(7, 5));
    CHECK(write_time(86'399'999'999) == "23:59:59.999999");
    CHECK_THROWS_AS(write_time(86'400'000'000), DataError);
    CHECK_THROWS_AS(write_time(-1), DataError);
    CHECK_THROWS_AS(Time(24, 0), DataError);
    CHECK_THROWS_AS(Time(-1, 0), DataError);
    CHECK_THROWS_AS(Time(0, 60), DataError);
    CHECK_THROWS_AS(Time(0, 0, 60), DataError);
    CHECK_THROWS_AS(Time(0, 0, 0, 1'000'000), DataError);
    CHECK_THROWS_AS(Time(24h), DataError);
    CHECK_THROWS_AS(Time(-1us), DataError);
    for (const char* bad :
         {"", "7:05", "07", "24:00:00", "838:59:59", "-01:00:00", "07:05:03+00", "07:05:03.", "07:05:60"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(type_traits<Time>::decode(text(bad)), DataError);
    }
    CHECK_THROWS_AS(type_traits<Time>::decode(ValueView::of_integer(86'400'000'000, ValueKind::time)), DataError);
    CHECK_THROWS_AS(type_traits<Time>::decode(ValueView::of_integer(0, ValueKind::interval)), DataError);
    STATIC_REQUIRE(Time(1, 0) > Time());
    CHECK(std::unordered_set<Time>{Time(), Time(0, 0), Time(1, 0)}.size() == 2);
}

TEST_CASE("the process's time zone does not matter", "[types][temporal]") {
    const Chatham zone;
    const std::time_t epoch = 0;
    std::tm local{};
    ::localtime_r(&epoch, &local);
    REQUIRE((local.tm_hour != 0 || local.tm_min != 0));  // the zone is really in force

    CHECK(write_datetime(0) == "1970-01-01 00:00:00.000000");
    CHECK(detail::parse_timestamp("1970-01-01 00:00:00") == 0);
    CHECK(type_traits<Timestamp>::decode(text("2024-04-07 02:45:00")) ==
          std::chrono::sys_days(2024y / 4 / 7) + 2h + 45min);
    CHECK(detail::parse_datetime("2024-09-29 02:50:00") ==
          detail::parse_timestamp("2024-09-29T02:50:00Z"));  // a wall-clock gap there
    CHECK(round_trip(Date(2024y / 9 / 29)) == 2024y / 9 / 29);

    const auto before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const Timestamp now = utcnow();
    const auto after = std::chrono::system_clock::now();
    CHECK(now >= before);
    CHECK(now <= after);
    CHECK(round_trip(now) == now);
}
