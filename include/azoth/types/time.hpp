// Time: a time of day without date and zone.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

namespace azoth {

/// A time of day in microseconds, 00:00:00 to 23:59:59.999999.
class Time {
public:
    constexpr Time() noexcept = default;  ///< midnight
    /// Errors: `DataError` unless 0 ≤ `since_midnight` < 24 h.
    constexpr explicit Time(std::chrono::microseconds since_midnight) : micros_(since_midnight.count()) {
        if (micros_ < 0 || micros_ >= 86'400'000'000) refuse();
    }
    /// Errors: `DataError` for a field out of its range.
    constexpr Time(int hour, int minute, int second = 0, int microsecond = 0)
        : micros_(((hour * std::int64_t{60} + minute) * 60 + second) * 1'000'000 + microsecond) {
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || microsecond < 0 ||
            microsecond > 999'999) {
            refuse();
        }
    }

    constexpr std::chrono::microseconds since_midnight() const noexcept { return std::chrono::microseconds(micros_); }
    constexpr int hour() const noexcept { return static_cast<int>(micros_ / 3'600'000'000); }
    constexpr int minute() const noexcept { return static_cast<int>(micros_ / 60'000'000 % 60); }
    constexpr int second() const noexcept { return static_cast<int>(micros_ / 1'000'000 % 60); }
    constexpr int microsecond() const noexcept { return static_cast<int>(micros_ % 1'000'000); }

    friend constexpr auto operator<=>(Time, Time) noexcept = default;

private:
    [[noreturn]] static void refuse();

    std::int64_t micros_ = 0;
};

/// "HH:MM:SS.ffffff".
std::string to_string(Time value);

}  // namespace azoth

template <>
struct std::hash<azoth::Time> {
    std::size_t operator()(azoth::Time value) const noexcept {
        return std::hash<std::int64_t>()(value.since_midnight().count());
    }
};
