// std::chrono durations as database intervals.
#pragma once

#include <azoth/types/type_traits.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>

namespace azoth {

/// A length of time. A database without intervals (SQLite, MariaDB) stores the number of microseconds as an integer.
using Duration = std::chrono::microseconds;

namespace detail {

/// Whole ticks of a microsecond up to a week. Months and years of std::chrono are averages, so they are left out.
template <class Rep, class Period>
concept StoredDuration = std::integral<Rep> && std::ratio_divide<Period, std::micro>::den == 1 &&
                         std::ratio_less_equal_v<Period, std::chrono::weeks::period>;

/// `count` ticks of `factor` microseconds. Errors: `DataError` when they overflow 64 bits.
std::int64_t duration_to_micros(std::int64_t count, std::int64_t factor);
/// The ticks in a stored interval, or in a number of microseconds. Errors: `DataError` for a remainder, or outside
/// [low, high].
std::int64_t decode_duration(ValueView stored, std::int64_t factor, std::int64_t low, std::int64_t high);

}  // namespace detail

/// Every integral duration that counts whole microseconds: `Duration`, milliseconds, seconds ... weeks.
/// Reading is exact: 1.5 s does not fit into std::chrono::seconds.
template <class Rep, class Period>
    requires detail::StoredDuration<Rep, Period>
struct type_traits<std::chrono::duration<Rep, Period>> {
    using type = std::chrono::duration<Rep, Period>;
    static_assert(std::signed_integral<Rep> && sizeof(Rep) <= 8,
                  "durations are stored with a signed count of at most 64 bits");

    static constexpr SqlType sql_type{TypeKind::interval};
    static void encode(const type& value, Value& out) {
        out.assign(ValueView::of_integer(detail::duration_to_micros(value.count(), factor), ValueKind::interval));
    }
    static type decode(ValueView stored) {
        return type(static_cast<Rep>(
            detail::decode_duration(stored, factor, std::numeric_limits<Rep>::min(), std::numeric_limits<Rep>::max())));
    }

private:
    static constexpr std::int64_t factor = std::ratio_divide<Period, std::micro>::num;
};

}  // namespace azoth
