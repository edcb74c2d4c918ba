// Text forms: https://www.postgresql.org/docs/15/datatype.html
#include "read_text.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/temporal_text.hpp>
#include <azoth/types/uuid.hpp>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

namespace azoth::postgresql::detail::text {

namespace {

void append_text(std::string_view bytes, ValueBuffer& out) { out.append(ValueView::of_bytes(bytes, ValueKind::text)); }

// infinity, years BC and beyond 9999 have a text but no value.
template <std::int64_t (*parse)(std::string_view), ValueKind kind>
void read_temporal(std::string_view bytes, ValueBuffer& out) {
    std::int64_t value = 0;
    try {
        value = parse(bytes);
    } catch (const DataError&) {
        return append_text(bytes, out);
    }
    out.append(ValueView::of_integer(value, kind));
}

// "[-]HH:MM:SS[.ffffff]" of an interval: hours have as many digits as they need.
std::optional<std::int64_t> clock_micros(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    std::int64_t parts[3]{};
    for (int i = 0; i < 3; ++i) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), parts[i]);
        if (error != std::errc()) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (i < 2) {
            if (!text.starts_with(':')) return std::nullopt;
            text.remove_prefix(1);
        }
    }
    std::int64_t fraction = 0;
    if (text.starts_with('.')) {
        std::int64_t unit = 100'000;
        for (const char c : text.substr(1)) {
            if (c < '0' || c > '9' || unit == 0) return std::nullopt;
            fraction += (c - '0') * unit;
            unit /= 10;
        }
    } else if (!text.empty()) {
        return std::nullopt;
    }
    if (parts[0] > std::numeric_limits<std::int64_t>::max() / 3'600'000'000 - 1) return std::nullopt;
    const std::int64_t micros = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1'000'000 + fraction;
    return negative ? -micros : micros;
}

// "3 days -02:00:00.5", "1 day", "02:00:00": IntervalStyle postgres without months and years.
std::optional<std::int64_t> interval_micros(std::string_view text) {
    std::int64_t total = 0;
    if (const std::size_t unit = text.find(" day"); unit != std::string_view::npos) {
        std::int64_t days = 0;
        std::string_view number = text.substr(0, unit);
        if (number.starts_with('+')) number.remove_prefix(1);
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), days);
        if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
        if (__builtin_mul_overflow(days, azoth::detail::micros_per_day, &total)) return std::nullopt;
        text.remove_prefix(unit + 4);
        if (text.starts_with('s')) text.remove_prefix(1);
        if (text.empty()) return total;
        if (!text.starts_with(' ')) return std::nullopt;
        text.remove_prefix(1);
    }
    const auto clock = clock_micros(text);
    if (!clock || __builtin_add_overflow(total, *clock, &total)) return std::nullopt;
    return total;
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

void read_bool(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_integer(bytes == "t" ? 1 : 0, ValueKind::boolean)); }

void read_integer(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
    if (error != std::errc() || end != bytes.data() + bytes.size()) throw InternalError("the server sent an integer that is none");
    out.append(ValueView::of_integer(value));
}

void read_real(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    double value = 0;
    if (bytes == "NaN") {
        value = std::numeric_limits<double>::quiet_NaN();
    } else if (bytes == "Infinity" || bytes == "-Infinity") {
        value = bytes.front() == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
    } else {
        const auto [end, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
        if (error != std::errc() || end != bytes.data() + bytes.size()) return append_text(bytes, out);
    }
    out.append(ValueView::of_real(value));
}

void read_numeric(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    const char last = bytes.empty() ? 'x' : bytes.back();
    out.append(ValueView::of_bytes(bytes, last >= '0' && last <= '9' ? ValueKind::decimal : ValueKind::text));
}

void read_timestamp(std::string_view bytes, std::uint32_t, ValueBuffer& out) { read_temporal<azoth::detail::parse_datetime, ValueKind::datetime>(bytes, out); }
void read_timestamptz(std::string_view bytes, std::uint32_t, ValueBuffer& out) { read_temporal<azoth::detail::parse_timestamp, ValueKind::timestamp>(bytes, out); }
void read_date(std::string_view bytes, std::uint32_t, ValueBuffer& out) { read_temporal<azoth::detail::parse_date, ValueKind::date>(bytes, out); }
void read_time(std::string_view bytes, std::uint32_t, ValueBuffer& out) { read_temporal<azoth::detail::parse_time, ValueKind::time>(bytes, out); }

void read_interval(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    if (const auto micros = interval_micros(bytes)) {
        out.append(ValueView::of_integer(*micros, ValueKind::interval));
    } else {
        append_text(bytes, out);
    }
}

void read_uuid(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    const Uuid uuid = Uuid::parse(bytes);
    out.append(ValueView::of_bytes({reinterpret_cast<const char*>(uuid.bytes().data()), 16}, ValueKind::uuid));
}

// bytea_output hex, or escape: \ooo for bytes that do not print, \\ for the backslash.
void read_bytea(std::string_view bytes, std::uint32_t, ValueBuffer& out) {
    std::string data;
    if (bytes.starts_with("\\x")) {
        data.reserve(bytes.size() / 2);
        for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) data += static_cast<char>(hex_digit(bytes[i]) << 4 | hex_digit(bytes[i + 1]));
    } else {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            if (bytes[i] != '\\') {
                data += bytes[i];
            } else if (i + 1 < bytes.size() && bytes[i + 1] == '\\') {
                data += '\\';
                ++i;
            } else if (i + 3 < bytes.size()) {
                data += static_cast<char>((bytes[i + 1] - '0') << 6 | (bytes[i + 2] - '0') << 3 | (bytes[i + 3] - '0'));
                i += 3;
            }
        }
    }
    out.append(ValueView::of_bytes(data, ValueKind::blob));
}

void read_json(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_bytes(bytes, ValueKind::json)); }
void read_characters(std::string_view bytes, std::uint32_t, ValueBuffer& out) { append_text(bytes, out); }
void read_array(std::string_view bytes, std::uint32_t, ValueBuffer& out) { out.append(ValueView::of_bytes(bytes, ValueKind::array)); }

}  // namespace azoth::postgresql::detail::text
