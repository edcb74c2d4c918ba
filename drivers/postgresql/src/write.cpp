// Text forms: https://www.postgresql.org/docs/15/datatype.html; arrays: arrays.html#ARRAYS-IO; COPY: sql-copy.html, "Text Format".
#include "write.hpp"

#include "types.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/temporal_text.hpp>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

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

// What travels in binary: the type of the elements and how large each is; text has its own size.
struct Element {
    std::uint32_t type = 0;
    std::uint32_t size = 0;
};

constexpr std::int64_t year_2000 = 946684800000000;  // microseconds since 1970: where the server's timestamps begin

constexpr Element element_of(TypeKind kind) {
    switch (kind) {
        case TypeKind::boolean: return {type_bool, 1};
        case TypeKind::smallint: return {type_int2, 2};
        case TypeKind::integer: return {type_int4, 4};
        case TypeKind::bigint: return {type_int8, 8};
        case TypeKind::double_: return {type_float8, 8};
        case TypeKind::string: return {type_text, 0};
        case TypeKind::timestamp: return {type_timestamptz, 8};
        case TypeKind::datetime: return {type_timestamp, 8};
        default: return {};
    }
}

// Whether the value is of the type, and in its range. Text with a NUL byte goes the other way too, which refuses it.
bool fits(ValueView value, Element element) {
    switch (element.type) {
        case type_bool: return value.kind == ValueKind::boolean;
        case type_int2: return value.kind == ValueKind::integer && value.integer == static_cast<std::int16_t>(value.integer);
        case type_int4: return value.kind == ValueKind::integer && value.integer == static_cast<std::int32_t>(value.integer);
        case type_int8: return value.kind == ValueKind::integer;
        case type_float8: return value.kind == ValueKind::real;
        case type_text: return value.kind == ValueKind::text && (value.size == 0 || std::memchr(value.data, 0, value.size) == nullptr);
        case type_timestamptz: return value.kind == ValueKind::timestamp && value.integer >= std::numeric_limits<std::int64_t>::min() + year_2000;
        case type_timestamp: return value.kind == ValueKind::datetime && value.integer >= std::numeric_limits<std::int64_t>::min() + year_2000;
        default: return false;
    }
}

template <class Unsigned>
void append_big_endian(Unsigned value, std::string& out) {
    char bytes[sizeof value];
    for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<char>(value >> (8 * (sizeof value - 1 - i)));
    out.append(bytes, sizeof value);
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

void Parameters::set_arrays(std::span<const ValueView> cells, std::span<const TypeKind> kinds, std::size_t first, std::size_t rows) {
    const std::size_t columns = kinds.size();
    cells = cells.subspan(first * columns, rows * columns);
    begin(columns);
    for (std::size_t column = 0; column < columns; ++column) {
        const std::size_t start = offsets_[column] = text_.size();
        if (write_binary_array(cells, columns, column, kinds[column])) {
            lengths_[column] = static_cast<int>(text_.size() - start);
            formats_[column] = 1;
        } else {
            text_.resize(start);
            write_array(cells, columns, column);
        }
        check_size(text_.size() - start);
    }
    finish();
}

void Parameters::write_array(std::span<const ValueView> cells, std::size_t columns, std::size_t column) {
    text_ += '{';
    for (std::size_t at = column; at < cells.size(); at += columns) {
        if (at != column) text_ += ',';
        write_element(cells[at], text_);
    }
    text_ += '}';
    text_ += '\0';
}

// Dimensions, whether there are NULLs, the elements' type, length and first index, then each element behind its size (array_recv,
// int8recv, float8recv, textrecv, timestamptz_recv ... of PostgreSQL's backend).
bool Parameters::write_binary_array(std::span<const ValueView> cells, std::size_t columns, std::size_t column, TypeKind kind) {
    const Element element = element_of(kind);
    if (element.type == 0) return false;
    bool nulls = false;
    for (std::size_t at = column; at < cells.size(); at += columns) {
        if (cells[at].is_null()) {
            nulls = true;
        } else if (!fits(cells[at], element)) {
            return false;
        }
    }
    append_big_endian<std::uint32_t>(1, text_);
    append_big_endian<std::uint32_t>(nulls ? 1 : 0, text_);
    append_big_endian<std::uint32_t>(element.type, text_);
    append_big_endian(static_cast<std::uint32_t>(cells.size() / columns), text_);
    append_big_endian<std::uint32_t>(1, text_);
    for (std::size_t at = column; at < cells.size(); at += columns) {
        const ValueView& cell = cells[at];
        if (cell.is_null()) {
            append_big_endian(~std::uint32_t{0}, text_);
            continue;
        }
        append_big_endian(is_bytes(cell.kind) ? cell.size : element.size, text_);
        switch (element.type) {
            case type_bool: text_ += cell.integer != 0 ? '\1' : '\0'; break;
            case type_int2: append_big_endian(static_cast<std::uint16_t>(cell.integer), text_); break;
            case type_int4: append_big_endian(static_cast<std::uint32_t>(cell.integer), text_); break;
            case type_int8: append_big_endian(static_cast<std::uint64_t>(cell.integer), text_); break;
            case type_float8: append_big_endian(std::bit_cast<std::uint64_t>(cell.real), text_); break;
            case type_timestamp:
            case type_timestamptz: append_big_endian(static_cast<std::uint64_t>(cell.integer - year_2000), text_); break;
            default: text_.append(cell.data, cell.size); break;
        }
    }
    return true;
}

}  // namespace azoth::postgresql::detail
