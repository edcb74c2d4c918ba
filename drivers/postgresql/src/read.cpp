// Which reader a column takes, and a result's rows.
#include "read.hpp"

#include "read_binary.hpp"
#include "read_text.hpp"
#include "types.hpp"

#include <azoth/base/error.hpp>

#include <libpq-fe.h>

#include <string>

namespace azoth::postgresql::detail {

Reader binary_reader(std::uint32_t type) noexcept {
    switch (type) {
        case type_bool: return binary::read_bool;
        case type_int2: return binary::read_int2;
        case type_int4: return binary::read_int4;
        case type_int8: return binary::read_int8;
        case type_oid: return binary::read_oid;
        case type_float4: return binary::read_float4;
        case type_float8: return binary::read_float8;
        case type_numeric: return binary::read_numeric;
        case type_timestamp: return binary::read_timestamp;
        case type_timestamptz: return binary::read_timestamptz;
        case type_date: return binary::read_date;
        case type_time: return binary::read_time;
        case type_interval: return binary::read_interval;
        case type_uuid: return binary::read_uuid;
        case type_bytea: return binary::read_bytea;
        case type_json: return binary::read_json;
        case type_jsonb: return binary::read_jsonb;
        case type_text:
        case type_varchar:
        case type_bpchar:
        case type_name:
        case type_char:
        case type_xml:
        case type_unknown: return binary::read_characters;
        case type_void: return binary::read_void;
        default: return element_type(type) != 0 ? binary::read_array : nullptr;
    }
}

Reader text_reader(std::uint32_t type) noexcept {
    switch (type) {
        case type_bool: return text::read_bool;
        case type_int2:
        case type_int4:
        case type_int8:
        case type_oid: return text::read_integer;
        case type_float4:
        case type_float8: return text::read_real;
        case type_numeric: return text::read_numeric;
        case type_timestamp: return text::read_timestamp;
        case type_timestamptz: return text::read_timestamptz;
        case type_date: return text::read_date;
        case type_time: return text::read_time;
        case type_interval: return text::read_interval;
        case type_uuid: return text::read_uuid;
        case type_bytea: return text::read_bytea;
        case type_json:
        case type_jsonb: return text::read_json;
        case type_void: return binary::read_void;
        default: return element_type(type) != 0 ? text::read_array : text::read_characters;
    }
}

bool all_binary(const pg_result* result) noexcept {
    for (int column = 0; column < PQnfields(result); ++column) {
        if (binary_reader(PQftype(result, column)) == nullptr) return false;
    }
    return true;
}

void read_rows(const pg_result* result, ValueBuffer& out) {
    struct Column {
        Reader read;
        std::uint32_t type;
    };
    const int columns = PQnfields(result);
    const int rows = PQntuples(result);
    std::vector<Column> readers;
    readers.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
        const std::uint32_t type = PQftype(result, column);
        readers.push_back({PQfformat(result, column) == 1 ? binary_reader(type) : text_reader(type), type});
        if (readers.back().read == nullptr) throw DataError(std::string("the type of column '") + PQfname(result, column) + "' has changed since the statement last ran; run it again");
    }
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < columns; ++column) {
            const int size = PQgetlength(result, row, column);
            if (size == 0 && PQgetisnull(result, row, column) != 0) {
                out.append_null();
                continue;
            }
            const Column& reader = readers[static_cast<std::size_t>(column)];
            reader.read({PQgetvalue(result, row, column), static_cast<std::size_t>(size)}, reader.type, out);
        }
    }
}

}  // namespace azoth::postgresql::detail
