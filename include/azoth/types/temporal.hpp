// Timestamp, DateTime, Date and Time as database values. Durations are in duration.hpp.
#pragma once

#include <azoth/types/temporal_text.hpp>
#include <azoth/types/time.hpp>
#include <azoth/types/type_traits.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace azoth {

/// An instant, in UTC, whatever the process's or the server's time zone.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
/// A date and time of day without a zone: what a wall clock somewhere shows.
using DateTime = std::chrono::local_time<std::chrono::microseconds>;
/// A calendar date. A value-initialised one is no date; encoding it is a `DataError`.
using Date = std::chrono::year_month_day;

/// The present instant, cut to microseconds.
Timestamp utcnow();

/// "YYYY-MM-DD HH:MM:SS.ffffff", with a Z behind an instant. Errors: `DataError` outside the years 0001 to 9999.
std::string to_string(Timestamp value);
std::string to_string(DateTime value);
std::string to_string(const Date& value);

namespace detail {
/// Micros since 1970 out of a timestamp, datetime or ISO text, in years 0001 to 9999.
std::int64_t decode_timestamp(ValueView stored);
std::int64_t decode_datetime(ValueView stored);
std::int64_t decode_date(ValueView stored);
std::int64_t decode_time(ValueView stored);
/// Errors: `DataError` outside the years 0001 to 9999.
void encode_micros(std::int64_t micros, ValueKind kind, Value& out);
}  // namespace detail

/// Reading accepts timestamp, datetime and ISO text; without a zone they are taken as UTC.
template <>
struct type_traits<Timestamp> {
    static constexpr SqlType sql_type{TypeKind::timestamp};
    static void encode(Timestamp value, Value& out) {
        detail::encode_micros(value.time_since_epoch().count(), ValueKind::timestamp, out);
    }
    static Timestamp decode(ValueView stored) {
        return Timestamp(std::chrono::microseconds(detail::decode_timestamp(stored)));
    }
};

/// Reading accepts datetime and ISO text without a zone. An instant is refused: which wall clock should it be shown on?
template <>
struct type_traits<DateTime> {
    static constexpr SqlType sql_type{TypeKind::datetime};
    static void encode(DateTime value, Value& out) {
        detail::encode_micros(value.time_since_epoch().count(), ValueKind::datetime, out);
    }
    static DateTime decode(ValueView stored) {
        return DateTime(std::chrono::microseconds(detail::decode_datetime(stored)));
    }
};

/// Reading accepts date and ISO text.
template <>
struct type_traits<Date> {
    static constexpr SqlType sql_type{TypeKind::date};
    static void encode(const Date& value, Value& out);
    static Date decode(ValueView stored) {
        return Date(std::chrono::sys_days(std::chrono::days(detail::decode_date(stored))));
    }
};

/// Reading accepts time and ISO text. 24:00:00, which PostgreSQL can hold, is a `DataError`.
template <>
struct type_traits<Time> {
    static constexpr SqlType sql_type{TypeKind::time};
    static void encode(Time value, Value& out) {
        out.assign(ValueView::of_integer(value.since_midnight().count(), ValueKind::time));
    }
    static Time decode(ValueView stored) { return Time(std::chrono::microseconds(detail::decode_time(stored))); }
};

}  // namespace azoth
