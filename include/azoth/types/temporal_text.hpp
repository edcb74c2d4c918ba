// ISO text forms of instants, dates and times of day, on plain integers: no locale, no time zone database, no
// allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace azoth::detail {

inline constexpr std::int64_t micros_per_day = 86'400'000'000;
/// 0001-01-01 and 9999-12-31 as days since 1970-01-01: the years that four digits write and every supported database
/// keeps.
inline constexpr std::int64_t min_days = -719'162;
inline constexpr std::int64_t max_days = 2'932'896;
inline constexpr std::int64_t min_micros = min_days * micros_per_day;
inline constexpr std::int64_t max_micros = (max_days + 1) * micros_per_day - 1;

inline constexpr std::size_t datetime_text_size = 26;  ///< "YYYY-MM-DD HH:MM:SS.ffffff"
inline constexpr std::size_t date_text_size = 10;      ///< "YYYY-MM-DD"
inline constexpr std::size_t time_text_size = 15;      ///< "HH:MM:SS.ffffff"

/// Write the text at `out`, which has room for the sizes above. All six digits are always written, so texts sort as
/// instants do. Returns the number of characters. Errors: `DataError` outside the years 0001 to 9999 (or 00:00 to
/// 24:00).
std::size_t write_datetime(std::int64_t micros, char* out);
std::size_t write_date(std::int64_t days, char* out);
std::size_t write_time(std::int64_t micros, char* out);

/// Read "YYYY-MM-DD HH:MM[:SS[.f]]", 'T' instead of the space, one to nine digits of fraction, of which the last three
/// must be zero: nothing is cut off in silence. Errors: `DataError` for anything else. A timestamp may end in Z, ±HH,
/// ±HHMM, ±HH:MM or ±HH:MM:SS (years long past on PostgreSQL) and is UTC without; a datetime may not.
std::int64_t parse_timestamp(std::string_view text);
std::int64_t parse_datetime(std::string_view text);
/// "YYYY-MM-DD", as days since 1970-01-01.
std::int64_t parse_date(std::string_view text);
/// "HH:MM[:SS[.f]]", as microseconds since midnight.
std::int64_t parse_time(std::string_view text);

}  // namespace azoth::detail
