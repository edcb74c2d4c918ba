// SqlType: a column's or expression's type as data, rendered into DDL and CAST by the dialect.
#pragma once

#include <cstdint>

namespace azoth {

enum class TypeKind : std::uint8_t {
    unknown,
    boolean,
    smallint,
    integer,
    bigint,
    real,     ///< 32-bit float
    double_,  ///< 64-bit float
    decimal,  ///< exact; precision and scale 0 = the database's widest
    string,   ///< text; length 0 = unlimited
    blob,
    timestamp,  ///< UTC instant, microseconds
    datetime,   ///< no zone, microseconds
    date,
    time,
    interval,
    uuid,
    json,
};

/// `length` counts characters (string) or bytes (blob); `precision`/`scale` are decimal digits. Zero = not stated.
struct SqlType {
    TypeKind kind = TypeKind::unknown;
    std::uint32_t length = 0;
    std::uint16_t precision = 0;
    std::uint16_t scale = 0;
    bool array = false;  ///< of elements of this type, in one dimension (PostgreSQL)

    friend constexpr bool operator==(const SqlType&, const SqlType&) = default;
};

}  // namespace azoth
