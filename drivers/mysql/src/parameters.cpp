// Binding: https://mariadb.com/kb/en/mysql_stmt_bind_param/, arrays: https://mariadb.com/kb/en/bulk-insert-column-wise-binding/.
#include "parameters.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/temporal_text.hpp>

#include <chrono>
#include <cmath>
#include <string>

namespace azoth::mysql::detail {

namespace {

constexpr std::size_t length_size = 9;     // of a byte string, at most
constexpr std::size_t temporal_size = 13;  // of a MYSQL_TIME, at most

MYSQL_TIME to_time(const ValueView& value) {
    MYSQL_TIME time{};
    time.time_type = MYSQL_TIMESTAMP_DATETIME;
    std::int64_t days = value.integer;
    std::int64_t micros = 0;
    if (value.kind == ValueKind::time) {
        days = 0;
        micros = value.integer;
        time.time_type = MYSQL_TIMESTAMP_TIME;
    } else if (value.kind == ValueKind::date) {
        time.time_type = MYSQL_TIMESTAMP_DATE;
    } else {
        const auto since = std::chrono::microseconds(value.integer);
        const auto whole = std::chrono::floor<std::chrono::days>(since);
        days = whole.count();
        micros = (since - whole).count();
    }
    if (value.kind != ValueKind::time) {
        const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
        time.year = static_cast<unsigned>(static_cast<int>(date.year()));
        time.month = static_cast<unsigned>(date.month());
        time.day = static_cast<unsigned>(date.day());
    }
    time.second_part = static_cast<unsigned long>(micros % 1'000'000);
    micros /= 1'000'000;
    time.second = static_cast<unsigned>(micros % 60);
    time.minute = static_cast<unsigned>(micros / 60 % 60);
    time.hour = static_cast<unsigned>(micros / 3600);
    return time;
}

enum_field_types type_of(ValueKind kind) noexcept {
    switch (kind) {
        case ValueKind::null: return MYSQL_TYPE_NULL;
        case ValueKind::boolean:
        case ValueKind::integer:
        case ValueKind::interval: return MYSQL_TYPE_LONGLONG;
        case ValueKind::real: return MYSQL_TYPE_DOUBLE;
        case ValueKind::timestamp:
        case ValueKind::datetime: return MYSQL_TYPE_DATETIME;
        case ValueKind::date: return MYSQL_TYPE_DATE;
        case ValueKind::time: return MYSQL_TYPE_TIME;
        case ValueKind::decimal: return MYSQL_TYPE_NEWDECIMAL;
        case ValueKind::uuid:
        case ValueKind::blob: return MYSQL_TYPE_BLOB;
        case ValueKind::text:
        case ValueKind::json:
        case ValueKind::array: break;
    }
    return MYSQL_TYPE_STRING;
}

void check(const ValueView& value, std::size_t column) {
    const auto parameter = [column] { return "parameter " + std::to_string(column + 1); };
    if (value.kind == ValueKind::real && !std::isfinite(value.real)) throw DataError(parameter() + " is NaN or infinite, which MariaDB and MySQL cannot store");
    if (value.kind == ValueKind::array) throw NotSupportedError(parameter() + " is an array; MariaDB and MySQL have none (store JSON instead)");
    if (value.kind == ValueKind::uuid && value.size != 16) throw DataError(parameter() + ": a UUID has 16 bytes, not " + std::to_string(value.size));
}

void* pointer(const void* data) noexcept { return const_cast<void*>(data); }
// To the library a null pointer is NULL.
void* bytes(const ValueView& value) noexcept { return pointer(value.data ? value.data : ""); }

}  // namespace

std::size_t message_size(std::span<const ValueView> values) noexcept {
    std::size_t size = 0;
    for (const ValueView& value : values) size += 3 + (is_bytes(value.kind) ? length_size + value.size : temporal_size);
    return size;
}

void Binder::bind(MYSQL_STMT* statement, std::span<const ValueView> values) {
    if (values.empty()) return;
    binds_.assign(values.size(), MYSQL_BIND{});
    times_.resize(values.size());
    for (std::size_t column = 0; column < values.size(); ++column) {
        const ValueView& value = values[column];
        check(value, column);
        MYSQL_BIND& bind = binds_[column];
        bind.buffer_type = type_of(value.kind);
        switch (bind.buffer_type) {
            case MYSQL_TYPE_NULL: break;
            case MYSQL_TYPE_LONGLONG: bind.buffer = pointer(&value.integer); break;
            case MYSQL_TYPE_DOUBLE: bind.buffer = pointer(&value.real); break;
            case MYSQL_TYPE_DATETIME:
            case MYSQL_TYPE_DATE:
            case MYSQL_TYPE_TIME:
                times_[column] = to_time(value);
                bind.buffer = &times_[column];
                break;
            default:
                bind.buffer = bytes(value);
                bind.buffer_length = value.size;
                break;
        }
    }
    if (mysql_stmt_bind_param(statement, binds_.data()) != 0) throw InternalError(mysql_stmt_error(statement));
}

bool Binder::bind_rows(MYSQL_STMT* statement, const ValueBuffer& rows, std::size_t first, std::size_t count) {
    binds_.assign(rows.columns(), MYSQL_BIND{});
    arrays_.resize(rows.columns());
    for (std::size_t column = 0; column < rows.columns(); ++column) {
        if (!fill(arrays_[column], binds_[column], rows, column, first, count)) return false;
    }
    const auto size = static_cast<unsigned>(count);
    mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &size);
    if (mysql_stmt_bind_param(statement, binds_.data()) != 0) throw InternalError(mysql_stmt_error(statement));
    return true;
}

bool Binder::fill(Array& array, MYSQL_BIND& bind, const ValueBuffer& rows, std::size_t column, std::size_t first, std::size_t count) {
    bind.buffer_type = MYSQL_TYPE_NULL;
    array.indicators.assign(count, STMT_INDICATOR_NONE);
    for (std::size_t i = 0; i < count; ++i) {
        const ValueView& value = rows.row(first + i)[column];
        check(value, column);
        if (value.is_null()) {
            array.indicators[i] = STMT_INDICATOR_NULL;
        } else if (bind.buffer_type == MYSQL_TYPE_NULL) {
            bind.buffer_type = type_of(value.kind);
        } else if (bind.buffer_type != type_of(value.kind)) {
            return false;
        }
    }
    bind.u.indicator = array.indicators.data();

    const auto each = [&](auto&& put) {
        for (std::size_t i = 0; i < count; ++i) {
            const ValueView& value = rows.row(first + i)[column];
            if (!value.is_null()) put(i, value);
        }
    };
    switch (bind.buffer_type) {
        case MYSQL_TYPE_LONGLONG:
            array.numbers.resize(count);
            each([&](std::size_t i, const ValueView& value) { array.numbers[i] = value.integer; });
            bind.buffer = array.numbers.data();
            return true;
        case MYSQL_TYPE_DOUBLE:
            array.reals.resize(count);
            each([&](std::size_t i, const ValueView& value) { array.reals[i] = value.real; });
            bind.buffer = array.reals.data();
            return true;
        case MYSQL_TYPE_DATETIME:
        case MYSQL_TYPE_DATE:
        case MYSQL_TYPE_TIME:
            array.times.resize(count);
            array.pointers.assign(count, nullptr);
            each([&](std::size_t i, const ValueView& value) {
                array.times[i] = to_time(value);
                array.pointers[i] = &array.times[i];
            });
            bind.buffer = array.pointers.data();
            return true;
        default: break;
    }
    if (bind.buffer_type == MYSQL_TYPE_NULL) bind.buffer_type = MYSQL_TYPE_STRING;  // NULL in every row: any type will do
    array.pointers.assign(count, nullptr);
    array.lengths.assign(count, 0);
    each([&](std::size_t i, const ValueView& value) {
        array.pointers[i] = bytes(value);
        array.lengths[i] = value.size;
    });
    bind.buffer = array.pointers.data();
    bind.length = array.lengths.data();
    return true;
}

void Binder::no_rows(MYSQL_STMT* statement) noexcept {
    const unsigned none = 0;
    mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &none);
}

}  // namespace azoth::mysql::detail
