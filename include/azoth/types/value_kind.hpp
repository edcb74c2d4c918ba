// The kinds of value that travel between azoth and a driver.
#pragma once

#include <cstdint>

namespace azoth {

/// What a database value is, as a driver sees it. A driver that lacks a native form for a kind stores the nearest one
/// and says so in its dialect (SQLite keeps a timestamp as ISO text); reading therefore accepts every kind a stored
/// value may come back as.
///
/// Payloads: `boolean`, `integer` in `ValueView::integer`; `timestamp` (UTC instant) and `datetime` (no zone) as
/// microseconds since 1970-01-01; `date` as days since 1970-01-01; `time` as microseconds since midnight; `interval` as
/// microseconds; `real` in `ValueView::real`; the others as bytes: `text`, `json`, `decimal` (canonical decimal text),
/// `blob`, `uuid` (16 bytes), `array` (a driver's own text or binary form, named by the element type).
enum class ValueKind : std::uint8_t {
    null,
    boolean,
    integer,
    real,
    timestamp,
    datetime,
    date,
    time,
    interval,
    text,
    blob,
    decimal,
    uuid,
    json,
    array,
};

/// True for kinds whose payload is a byte range.
constexpr bool is_bytes(ValueKind kind) noexcept { return kind >= ValueKind::text; }

/// The kind's name as it appears in error messages ("integer", "text" ...).
const char* to_string(ValueKind kind) noexcept;

}  // namespace azoth
