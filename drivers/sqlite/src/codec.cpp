// Storage classes: https://www.sqlite.org/datatype3.html. Which kind is stored how is documented in azoth/sqlite.hpp.
#include "codec.hpp"

#include <azoth/base/error.hpp>
#include <azoth/types/temporal_text.hpp>

#include <sqlite3.h>

#include <cmath>
#include <new>
#include <string>

namespace azoth::sqlite::detail {

namespace {

constexpr std::size_t uuid_text_size = 36;

void write_uuid(const char* bytes, char* out) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *out++ = '-';
        const auto byte = static_cast<unsigned char>(bytes[i]);
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
}

[[noreturn]] void throw_nan(int index) {
    throw DataError("parameter " + std::to_string(index) + " is NaN, which SQLite cannot store (it would become NULL)");
}

// An empty view may have no data; to SQLite a null pointer is NULL.
const char* not_null(const char* data) noexcept { return data ? data : ""; }

}  // namespace

int Binder::bind(sqlite3_stmt* statement, std::span<const ValueView> values) {
    int index = 0;
    for (const ValueView& value : values) {
        ++index;
        int code = SQLITE_OK;
        switch (value.kind) {
            case ValueKind::null:
                code = sqlite3_bind_null(statement, index);
                break;
            case ValueKind::boolean:
                code = sqlite3_bind_int64(statement, index, value.integer != 0 ? 1 : 0);
                break;
            case ValueKind::integer:
            case ValueKind::interval:
                code = sqlite3_bind_int64(statement, index, value.integer);
                break;
            case ValueKind::real:
                if (std::isnan(value.real)) throw_nan(index);
                code = sqlite3_bind_double(statement, index, value.real);
                break;
            case ValueKind::text:
            case ValueKind::decimal:
            case ValueKind::json:
                code =
                    sqlite3_bind_text64(statement, index, not_null(value.data), value.size, SQLITE_STATIC, SQLITE_UTF8);
                break;
            case ValueKind::blob:
                code = sqlite3_bind_blob64(statement, index, not_null(value.data), value.size, SQLITE_STATIC);
                break;
            case ValueKind::timestamp:
            case ValueKind::datetime:
            case ValueKind::date:
            case ValueKind::time:
            case ValueKind::uuid:
                if (texts_.size() < values.size() * slot) texts_.resize(values.size() * slot);
                code = bind_text_form(statement, index, value);
                break;
            case ValueKind::array:
                throw NotSupportedError("parameter " + std::to_string(index) +
                                        " is an array; SQLite has none (store JSON instead)");
        }
        if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
}

int Binder::bind_text_form(sqlite3_stmt* statement, int index, const ValueView& value) {
    char* out = texts_.data() + static_cast<std::size_t>(index - 1) * slot;
    std::size_t size = uuid_text_size;
    switch (value.kind) {
        case ValueKind::date:
            size = azoth::detail::write_date(value.integer, out);
            break;
        case ValueKind::time:
            size = azoth::detail::write_time(value.integer, out);
            break;
        case ValueKind::uuid:
            if (value.size != 16)
                throw DataError("parameter " + std::to_string(index) + ": a UUID has 16 bytes, not " +
                                std::to_string(value.size));
            write_uuid(value.data, out);
            break;
        default:
            size = azoth::detail::write_datetime(value.integer, out);
            break;
    }
    return sqlite3_bind_text(statement, index, out, static_cast<int>(size), SQLITE_STATIC);
}

// Each sqlite3_column_* call finds the cell anew and checks the statement's state; the value is found once here.
// "Unprotected" values may be read because the connection is opened with SQLITE_OPEN_NOMUTEX and used by one thread at a
// time: https://www.sqlite.org/c3ref/value.html
void read_row(sqlite3_stmt* statement, int columns, ValueBuffer& rows) {
    for (int column = 0; column < columns; ++column) {
        sqlite3_value* const value = sqlite3_column_value(statement, column);
        switch (sqlite3_value_type(value)) {
            case SQLITE_INTEGER:
                rows.append(ValueView::of_integer(sqlite3_value_int64(value)));
                break;
            case SQLITE_FLOAT:
                rows.append(ValueView::of_real(sqlite3_value_double(value)));
                break;
            case SQLITE_TEXT: {
                const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
                const int size = sqlite3_value_bytes(value);
                if (!text) throw std::bad_alloc();
                rows.append(ValueView::of_bytes({text, static_cast<std::size_t>(size)}, ValueKind::text));
                break;
            }
            case SQLITE_BLOB: {
                const auto* data = static_cast<const char*>(sqlite3_value_blob(value));
                const int size = sqlite3_value_bytes(value);
                if (!data && size != 0) throw std::bad_alloc();
                rows.append(ValueView::of_bytes({data, static_cast<std::size_t>(size)}, ValueKind::blob));
                break;
            }
            default:
                rows.append_null();
                break;
        }
    }
}

}  // namespace azoth::sqlite::detail
