// Instants, dates and times of day in and out of values.
#include <azoth/types/temporal.hpp>

#include <azoth/base/throw.hpp>

namespace azoth {

Timestamp utcnow() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

std::string to_string(Timestamp value) {
    char text[detail::datetime_text_size + 1];
    const std::size_t size = detail::write_datetime(value.time_since_epoch().count(), text);
    text[size] = 'Z';
    return std::string(text, size + 1);
}

std::string to_string(DateTime value) {
    char text[detail::datetime_text_size];
    return std::string(text, detail::write_datetime(value.time_since_epoch().count(), text));
}

std::string to_string(const Date& value) {
    Value days;
    type_traits<Date>::encode(value, days);
    char text[detail::date_text_size];
    return std::string(text, detail::write_date(days.view().integer, text));
}

std::string to_string(Time value) {
    char text[detail::time_text_size];
    return std::string(text, detail::write_time(value.since_midnight().count(), text));
}

void Time::refuse() { detail::throw_data_error("time is outside 00:00:00 to 23:59:59.999999"); }

void type_traits<Date>::encode(const Date& value, Value& out) {
    if (!value.ok()) detail::throw_data_error("not a calendar date");
    const std::int64_t days = std::chrono::sys_days(value).time_since_epoch().count();
    if (days < detail::min_days || days > detail::max_days)
        detail::throw_data_error("date is outside the years 0001 to 9999");
    out.assign(ValueView::of_integer(days, ValueKind::date));
}

namespace detail {

namespace {

std::int64_t checked(ValueView stored, std::int64_t low, std::int64_t high) {
    if (stored.integer < low || stored.integer > high) {
        throw_data_error(std::string("stored ") + to_string(stored.kind) + " is outside the years 0001 to 9999");
    }
    return stored.integer;
}

}  // namespace

void encode_micros(std::int64_t micros, ValueKind kind, Value& out) {
    if (micros < min_micros || micros > max_micros)
        throw_data_error(std::string(to_string(kind)) + " is outside the years 0001 to 9999");
    out.assign(ValueView::of_integer(micros, kind));
}

std::int64_t decode_timestamp(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::timestamp:
        case ValueKind::datetime:
            return checked(stored, min_micros, max_micros);
        case ValueKind::text:
            return parse_timestamp(stored.text());
        default:
            throw_wrong_kind(stored, "azoth::Timestamp");
    }
}

std::int64_t decode_datetime(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::datetime:
            return checked(stored, min_micros, max_micros);
        case ValueKind::text:
            return parse_datetime(stored.text());
        default:
            throw_wrong_kind(stored, "azoth::DateTime");
    }
}

std::int64_t decode_date(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::date:
            return checked(stored, min_days, max_days);
        case ValueKind::text:
            return parse_date(stored.text());
        default:
            throw_wrong_kind(stored, "azoth::Date");
    }
}

std::int64_t decode_time(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::time:
            return stored.integer;  // Time's constructor checks
        case ValueKind::text:
            return parse_time(stored.text());
        default:
            throw_wrong_kind(stored, "azoth::Time");
    }
}

}  // namespace detail

}  // namespace azoth
