// The binary and the text form of cells: https://mariadb.com/kb/en/resultset-row/. Which type becomes which kind is documented in azoth/mysql.hpp.
#include "rows.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/temporal_text.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace azoth::mysql::detail {

namespace {

constexpr unsigned binary_charset = 63;

template <class T>
T load(const unsigned char* bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
    return static_cast<T>(value);
}

template <class T>
T take(const unsigned char*& cell) noexcept {
    const T value = load<T>(cell);
    cell += sizeof(T);
    return value;
}

std::string_view take_bytes(const unsigned char*& cell) noexcept {
    std::uint64_t size = *cell++;
    switch (size) {
        case 252: size = take<std::uint16_t>(cell); break;
        case 253:
            size = load<std::uint16_t>(cell) | (std::uint64_t{cell[2]} << 16);
            cell += 3;
            break;
        case 254: size = take<std::uint64_t>(cell); break;
        default: break;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(cell), size);
    cell += size;
    return bytes;
}

void append_unsigned(std::uint64_t value, ValueBuffer& rows) {
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        rows.append(ValueView::of_integer(static_cast<std::int64_t>(value)));
        return;
    }
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    rows.append(ValueView::of_bytes({digits, static_cast<std::size_t>(end - digits)}, ValueKind::decimal));
}

// Big-endian, as many bytes as the type has.
void append_bits(std::string_view bytes, ValueBuffer& rows) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) throw DataError("a BIT value wider than 63 bits");
    rows.append(ValueView::of_integer(static_cast<std::int64_t>(value)));
}

std::int64_t micros_of_day(const unsigned char* fields, std::size_t size) noexcept {
    std::int64_t seconds = 0;
    if (size >= 3) seconds = (std::int64_t{fields[0]} * 60 + fields[1]) * 60 + fields[2];
    return seconds * 1'000'000 + (size >= 7 ? load<std::uint32_t>(fields + 3) : 0);
}

// Length 0, 4 (date), 7 (and time) or 11 (and microseconds).
void append_date(std::string_view bytes, enum_field_types type, ValueBuffer& rows) {
    const auto* fields = reinterpret_cast<const unsigned char*>(bytes.data());
    const std::size_t size = bytes.size();
    const int year = size >= 4 ? load<std::uint16_t>(fields) : 0;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(size >= 4 ? fields[2] : 0),
                                           std::chrono::day(size >= 4 ? fields[3] : 0)};
    if (year == 0 || !date.ok()) throw DataError("a zero date, or one that is not in the calendar");
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    if (type == MYSQL_TYPE_DATE || type == MYSQL_TYPE_NEWDATE) {
        rows.append(ValueView::of_integer(days, ValueKind::date));
        return;
    }
    const std::int64_t micros = days * azoth::detail::micros_per_day + (size > 4 ? micros_of_day(fields + 4, size - 4) : 0);
    rows.append(ValueView::of_integer(micros, type == MYSQL_TYPE_TIMESTAMP ? ValueKind::timestamp : ValueKind::datetime));
}

// Length 0, 8 (sign, days, time) or 12 (and microseconds).
void append_time(std::string_view bytes, ValueBuffer& rows) {
    const auto* fields = reinterpret_cast<const unsigned char*>(bytes.data());
    std::int64_t micros = 0;
    if (bytes.size() >= 8) {
        micros = micros_of_day(fields + 5, bytes.size() - 5);
        if (fields[0] != 0 || load<std::uint32_t>(fields + 1) != 0 || micros >= azoth::detail::micros_per_day)
            throw DataError("a TIME outside 00:00:00 to 23:59:59.999999");
    }
    rows.append(ValueView::of_integer(micros, ValueKind::time));
}

ValueKind kind_of_bytes(enum_field_types type, bool binary) noexcept {
    switch (type) {
        case MYSQL_TYPE_DECIMAL:
        case MYSQL_TYPE_NEWDECIMAL: return ValueKind::decimal;
        case MYSQL_TYPE_JSON: return ValueKind::json;
        case MYSQL_TYPE_GEOMETRY: return ValueKind::blob;
        default: return binary ? ValueKind::blob : ValueKind::text;
    }
}

bool is_binary(const MYSQL_FIELD& field) noexcept { return field.charsetnr == binary_charset; }

template <class Number>
Number parse_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) throw DataError("a number that cannot be read");
    return value;
}

void append_text(const MYSQL_FIELD& field, std::string_view text, ValueBuffer& rows) {
    const auto integer = [&](std::int64_t value, ValueKind kind) { rows.append(ValueView::of_integer(value, kind)); };
    switch (field.type) {
        case MYSQL_TYPE_TINY:
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG:
        case MYSQL_TYPE_LONGLONG:
        case MYSQL_TYPE_YEAR:
            if ((field.flags & UNSIGNED_FLAG) != 0) return append_unsigned(parse_number<std::uint64_t>(text), rows);
            return integer(parse_number<std::int64_t>(text), ValueKind::integer);
        case MYSQL_TYPE_FLOAT:
        case MYSQL_TYPE_DOUBLE: return rows.append(ValueView::of_real(parse_number<double>(text)));
        case MYSQL_TYPE_BIT: return append_bits(text, rows);
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE: return integer(azoth::detail::parse_date(text), ValueKind::date);
        case MYSQL_TYPE_DATETIME: return integer(azoth::detail::parse_datetime(text), ValueKind::datetime);
        case MYSQL_TYPE_TIMESTAMP: return integer(azoth::detail::parse_datetime(text), ValueKind::timestamp);
        case MYSQL_TYPE_TIME: return integer(azoth::detail::parse_time(text), ValueKind::time);
        default: return rows.append(ValueView::of_bytes(text, kind_of_bytes(field.type, is_binary(field))));
    }
}

// The current exception, a DataError without a column, with the column's name.
std::exception_ptr naming(const char* column) {
    try {
        throw;
    } catch (const DataError& error) {
        ErrorDetail detail = error.detail();
        detail.column = column;
        return std::make_exception_ptr(DataError("column " + std::string(column) + ": " + error.message(), std::move(detail)));
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace

void RowReader::attach(MYSQL_STMT* statement, ValueBuffer& rows) {
    statement_ = statement;
    rows_ = &rows;
    error_ = nullptr;
    columns_.clear();
    for (unsigned i = 0; i < statement->field_count; ++i) {
        const MYSQL_FIELD& field = statement->fields[i];
        columns_.push_back({field.type, (field.flags & UNSIGNED_FLAG) != 0, is_binary(field)});
    }
    mysql_stmt_attr_set(statement, STMT_ATTR_CB_USER_DATA, this);
    mysql_stmt_attr_set(statement, STMT_ATTR_CB_RESULT, reinterpret_cast<const void*>(&RowReader::on_cell));
}

const char* RowReader::name_of(unsigned column) const noexcept { return statement_->fields[column].name; }

void RowReader::on_cell(void* self, unsigned column, unsigned char** cell) noexcept {
    RowReader& reader = *static_cast<RowReader*>(self);
    const unsigned char* at = cell ? *cell : nullptr;
    try {
        if (!cell) {
            reader.rows_->append_null();
        } else {
            reader.append(reader.columns_[column], at);
        }
    } catch (...) {
        if (!reader.error_) reader.error_ = naming(reader.name_of(column));
    }
    if (cell) *cell = const_cast<unsigned char*>(at);
}

// Moves `cell` behind the cell before anything can be thrown.
void RowReader::append(const Column& column, const unsigned char*& cell) {
    ValueBuffer& rows = *rows_;
    const auto integer = [&](auto value) { rows.append(ValueView::of_integer(static_cast<std::int64_t>(value))); };
    switch (column.type) {
        case MYSQL_TYPE_NULL: return rows.append_null();
        case MYSQL_TYPE_TINY: {
            const auto value = take<std::uint8_t>(cell);
            return column.is_unsigned ? integer(value) : integer(static_cast<std::int8_t>(value));
        }
        case MYSQL_TYPE_SHORT:
        case MYSQL_TYPE_YEAR: {
            const auto value = take<std::uint16_t>(cell);
            return column.is_unsigned ? integer(value) : integer(static_cast<std::int16_t>(value));
        }
        case MYSQL_TYPE_INT24:
        case MYSQL_TYPE_LONG: {
            const auto value = take<std::uint32_t>(cell);
            return column.is_unsigned ? integer(value) : integer(static_cast<std::int32_t>(value));
        }
        case MYSQL_TYPE_LONGLONG: {
            const auto value = take<std::uint64_t>(cell);
            return column.is_unsigned ? append_unsigned(value, rows) : integer(value);
        }
        case MYSQL_TYPE_FLOAT: {
            const auto bits = take<std::uint32_t>(cell);
            float value = 0;
            std::memcpy(&value, &bits, sizeof(value));
            return rows.append(ValueView::of_real(static_cast<double>(value)));
        }
        case MYSQL_TYPE_DOUBLE: {
            const auto bits = take<std::uint64_t>(cell);
            double value = 0;
            std::memcpy(&value, &bits, sizeof(value));
            return rows.append(ValueView::of_real(value));
        }
        default: break;
    }
    const std::string_view bytes = take_bytes(cell);
    switch (column.type) {
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_NEWDATE:
        case MYSQL_TYPE_DATETIME:
        case MYSQL_TYPE_TIMESTAMP: return append_date(bytes, column.type, rows);
        case MYSQL_TYPE_TIME: return append_time(bytes, rows);
        case MYSQL_TYPE_BIT: return append_bits(bytes, rows);
        default: return rows.append(ValueView::of_bytes(bytes, kind_of_bytes(column.type, column.binary)));
    }
}

void RowReader::append_text_row(std::span<const MYSQL_FIELD> fields, MYSQL_ROW row, const unsigned long* lengths, ValueBuffer& rows) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!row[i]) {
            rows.append_null();
            continue;
        }
        std::exception_ptr error;
        try {
            append_text(fields[i], {row[i], lengths[i]}, rows);
        } catch (...) {
            error = naming(fields[i].name);
        }
        if (error) std::rethrow_exception(error);
    }
}

}  // namespace azoth::mysql::detail
