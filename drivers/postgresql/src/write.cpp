// Text forms: https://www.postgresql.org/docs/15/datatype.html; arrays: arrays.html#ARRAYS-IO; COPY: sql-copy.html, "Text Format".
#include "write.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/temporal_text.hpp>

#include <charconv>
#include <cmath>
#include <cstring>

namespace azoth::postgresql::detail {

namespace {

// A field of the protocol's messages, and a varlena on the server, hold less than 1 GiB.
constexpr std::size_t largest_value = (std::size_t{1} << 30) - 1024;

// Bind counts them in 16 bits: https://www.postgresql.org/docs/15/protocol-message-formats.html
constexpr std::size_t most_parameters = 65535;

void append_integer(std::int64_t value, std::string& out) {
    char digits[24];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
    (void)error;
    out.append(digits, end);
}

void append_real(double value, std::string& out) {
    if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value < 0 ? "-Infinity" : "Infinity";
    } else {
        char digits[40];
        const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
        (void)error;
        out.append(digits, end);
    }
}

void append_uuid(ValueView value, std::string& out) {
    if (value.size != 16) throw DataError("a UUID has 16 bytes, not " + std::to_string(value.size));
    constexpr char hex[] = "0123456789abcdef";
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        const auto byte = static_cast<unsigned char>(value.data[i]);
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
}

void append_hex(ValueView value, std::string& out) {
    constexpr char hex[] = "0123456789abcdef";
    out += "\\x";
    for (std::size_t i = 0; i < value.size; ++i) {
        const auto byte = static_cast<unsigned char>(value.data[i]);
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
}

void check_size(std::size_t size) {
    if (size > largest_value) throw DataError("a value of " + std::to_string(size) + " bytes is more than PostgreSQL takes (1 GB)");
}

bool needs_quotes(std::string_view text) {
    if (text.empty() || text == "NULL" || text == "null") return true;
    for (const char c : text) {
        if (c == '{' || c == '}' || c == ',' || c == '"' || c == '\\' || static_cast<unsigned char>(c) <= ' ') return true;
    }
    return text.size() == 4 && (text[0] == 'n' || text[0] == 'N');  // nUlL in any case
}

}  // namespace

void write_text(ValueView value, std::string& out) {
    char room[32];
    switch (value.kind) {
        case ValueKind::null: return;
        case ValueKind::boolean: out += value.integer != 0 ? 't' : 'f'; return;
        case ValueKind::integer: append_integer(value.integer, out); return;
        case ValueKind::real: append_real(value.real, out); return;
        case ValueKind::timestamp:
            out.append(room, azoth::detail::write_datetime(value.integer, room));
            out += "+00";
            return;
        case ValueKind::datetime: out.append(room, azoth::detail::write_datetime(value.integer, room)); return;
        case ValueKind::date: out.append(room, azoth::detail::write_date(value.integer, room)); return;
        case ValueKind::time: out.append(room, azoth::detail::write_time(value.integer, room)); return;
        case ValueKind::interval:
            append_integer(value.integer, out);
            out += " microseconds";
            return;
        case ValueKind::uuid: append_uuid(value, out); return;
        case ValueKind::blob:
            check_size(std::size_t{value.size} * 2);
            append_hex(value, out);
            return;
        case ValueKind::text:
        case ValueKind::decimal:
        case ValueKind::json:
        case ValueKind::array:
            check_size(value.size);
            if (value.size != 0 && std::memchr(value.data, 0, value.size) != nullptr) throw DataError("text holds a NUL byte, which PostgreSQL cannot store");
            out.append(value.data, value.size);
            return;
    }
}

void write_element(ValueView value, std::string& out) {
    if (value.is_null()) {
        out += "NULL";
        return;
    }
    const std::size_t start = out.size();
    write_text(value, out);
    const std::string_view written = std::string_view(out).substr(start);
    if (!needs_quotes(written)) return;
    std::string quoted = "\"";
    quoted.reserve(written.size() + 8);
    for (const char c : written) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    quoted += '"';
    out.replace(start, std::string::npos, quoted);
}

void write_copy(ValueView value, std::string& out) {
    if (value.is_null()) {
        out += "\\N";
        return;
    }
    const std::size_t start = out.size();
    write_text(value, out);
    if (out.find_first_of("\\\b\f\n\r\t\v", start) == std::string::npos) return;
    std::string escaped;
    for (std::size_t i = start; i < out.size(); ++i) {
        switch (out[i]) {
            case '\\': escaped += "\\\\"; break;
            case '\b': escaped += "\\b"; break;
            case '\f': escaped += "\\f"; break;
            case '\n': escaped += "\\n"; break;
            case '\r': escaped += "\\r"; break;
            case '\t': escaped += "\\t"; break;
            case '\v': escaped += "\\v"; break;
            default: escaped += out[i];
        }
    }
    out.replace(start, std::string::npos, escaped);
}

void Parameters::begin(std::size_t count) {
    text_.clear();
    offsets_.assign(count, null);
    values_.assign(count, nullptr);
    lengths_.assign(count, 0);
    formats_.assign(count, 0);
    blob_bytes_ = 0;
}

// The text has stopped moving: offsets become pointers.
void Parameters::finish() {
    for (std::size_t i = 0; i < offsets_.size(); ++i) {
        if (offsets_[i] != null) values_[i] = text_.data() + offsets_[i];
    }
    check_size(text_.size() + blob_bytes_);  // a message is not longer than that either
}

void Parameters::set(std::span<const ValueView> row) {
    if (row.size() > most_parameters) {
        throw DataError("a statement with " + std::to_string(row.size()) + " parameters: PostgreSQL takes " + std::to_string(most_parameters));
    }
    begin(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
        const ValueView value = row[i];
        if (value.is_null()) continue;
        if (value.kind == ValueKind::blob) {  // the one kind whose bytes travel as they are
            check_size(value.size);
            values_[i] = value.size != 0 ? value.data : "";
            lengths_[i] = static_cast<int>(value.size);
            formats_[i] = 1;
            blob_bytes_ += value.size;
            continue;
        }
        offsets_[i] = text_.size();
        write_text(value, text_);
        text_ += '\0';
    }
    finish();
}

void Parameters::set_arrays(std::span<const ValueView> cells, std::size_t columns, std::size_t first, std::size_t rows) {
    begin(columns);
    for (std::size_t column = 0; column < columns; ++column) {
        offsets_[column] = text_.size();
        text_ += '{';
        for (std::size_t row = first; row < first + rows; ++row) {
            if (row != first) text_ += ',';
            write_element(cells[row * columns + column], text_);
        }
        text_ += '}';
        text_ += '\0';
    }
    finish();
}

}  // namespace azoth::postgresql::detail
