// Values as text for people.
#include "engine/value_text.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/temporal_text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace azoth::detail {

namespace {

constexpr std::size_t longest = 60;    // characters of one value
constexpr std::size_t most_rows = 3;

void append_quoted(std::string& out, std::string_view text) {
    const bool cut = text.size() > longest;
    out += '\'';
    for (const char c : text.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
        } else {
            out += c;
        }
    }
    out += '\'';
    if (cut) fmt::format_to(std::back_inserter(out), "... ({} bytes)", text.size());
}

void append_hex(std::string& out, std::string_view bytes) {
    out += "x'";
    for (const char c : bytes.substr(0, longest / 2)) fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
    out += '\'';
    if (bytes.size() > longest / 2) fmt::format_to(std::back_inserter(out), "... ({} bytes)", bytes.size());
}

void append_value(std::string& out, const ValueView& value) {
    char buffer[datetime_text_size];
    const auto temporal = [&](std::size_t (*write)(std::int64_t, char*)) {
        try {
            out.append(buffer, write(value.integer, buffer));
        } catch (const DataError&) {  // out of the calendar: the number says what it is
            fmt::format_to(std::back_inserter(out), "{}", value.integer);
        }
    };
    switch (value.kind) {
        case ValueKind::null: out += "NULL"; break;
        case ValueKind::boolean: out += value.integer != 0 ? "true" : "false"; break;
        case ValueKind::integer: fmt::format_to(std::back_inserter(out), "{}", value.integer); break;
        case ValueKind::real: fmt::format_to(std::back_inserter(out), "{}", value.real); break;
        case ValueKind::timestamp:
        case ValueKind::datetime: temporal(write_datetime); break;
        case ValueKind::date: temporal(write_date); break;
        case ValueKind::time: temporal(write_time); break;
        case ValueKind::interval: fmt::format_to(std::back_inserter(out), "{}us", value.integer); break;
        case ValueKind::blob:
        case ValueKind::uuid: append_hex(out, value.text()); break;
        case ValueKind::decimal: out += value.text().substr(0, longest); break;
        case ValueKind::text:
        case ValueKind::json:
        case ValueKind::array: append_quoted(out, value.text()); break;
    }
}

void append_row(std::string& out, std::span<const ValueView> row) {
    out += '[';
    bool first = true;
    for (const ValueView& value : row) {
        if (!first) out += ", ";
        first = false;
        append_value(out, value);
    }
    out += ']';
}

}  // namespace

std::string values_text(const ValueBuffer& values) {
    std::string out;
    if (values.rows() == 0) return "[]";
    if (values.rows() == 1) {
        append_row(out, values.row(0));
        return out;
    }
    out += '[';
    const std::size_t shown = std::min(values.rows(), most_rows);
    for (std::size_t i = 0; i < shown; ++i) {
        if (i != 0) out += ", ";
        append_row(out, values.row(i));
    }
    if (values.rows() > shown) fmt::format_to(std::back_inserter(out), ", ... {} more", values.rows() - shown);
    out += ']';
    return out;
}

}  // namespace azoth::detail
