// Decimal: an exact decimal number of any length.
#pragma once

#include <azoth/types/type_traits.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace azoth {

/// An exact decimal number: as many digits as PostgreSQL's numeric takes (131072 before the point, 16383 behind it).
///
/// Comparison and hash are by value, 1.10 == 1.1, while `to_string()` keeps the digits behind the point as they were
/// given. There is no NaN, no infinity, no negative zero. There is no division: it would have to invent a precision.
/// Thread safety: as for a std::string.
class Decimal {
public:
    Decimal() noexcept = default;  ///< 0
    /// Whole numbers convert by themselves.
    template <std::integral T>
        requires(!std::same_as<T, bool> && !std::same_as<T, char> && sizeof(T) <= 8)
    Decimal(T value) : Decimal(std::is_signed_v<T> && value < T(0), magnitude(value)) {}
    /// A double is rarely the decimal it was written as. Write `Decimal("0.1")`, or say `Decimal::from_double(x)`.
    template <std::floating_point T>
    Decimal(T) = delete;
    /// Reads "12.34", "-.5", "+1e-3". Errors: `DataError` for anything else, and beyond the limits above.
    explicit Decimal(std::string_view text);

    /// The shortest decimal that reads back as the same double. Errors: `DataError` for NaN and infinities.
    static Decimal from_double(double value);

    /// Plain digits, never an exponent: "-0.50", "1200".
    std::string to_string() const;
    /// The nearest double. Errors: `DataError` beyond the range of a double.
    double to_double() const;
    /// Errors: `DataError` for a fraction, and outside 64 bits.
    std::int64_t to_int64() const;

    /// Digits behind the point.
    std::uint32_t scale() const noexcept { return scale_; }
    bool is_zero() const noexcept { return digits_.empty(); }
    bool is_negative() const noexcept { return negative_; }
    /// Exactly `scale` digits behind the point, halves to the even neighbour; a shorter number gets zeros.
    Decimal round(std::uint32_t scale) const;

    Decimal operator-() const;
    Decimal operator+() const { return *this; }
    Decimal& operator+=(const Decimal& other) { return *this = *this + other; }
    Decimal& operator-=(const Decimal& other) { return *this = *this - other; }
    Decimal& operator*=(const Decimal& other) { return *this = *this * other; }
    /// Exact. Errors: `DataError` beyond the limits above.
    friend Decimal operator+(const Decimal& a, const Decimal& b) { return add(a, b, b.negative_); }
    friend Decimal operator-(const Decimal& a, const Decimal& b) { return add(a, b, !b.negative_); }
    friend Decimal operator*(const Decimal& a, const Decimal& b) { return multiply(a, b); }

    friend bool operator==(const Decimal& a, const Decimal& b) noexcept { return a.compare(b) == 0; }
    friend std::weak_ordering operator<=>(const Decimal& a, const Decimal& b) noexcept { return a.compare(b); }

    std::size_t hash() const noexcept;

private:
    Decimal(bool negative, std::uint64_t magnitude);
    template <class T>
    static std::uint64_t magnitude(T value) {
        const auto bits = static_cast<std::uint64_t>(value);
        return std::is_signed_v<T> && value < T(0) ? 0 - bits : bits;
    }
    static Decimal add(const Decimal& a, const Decimal& b, bool b_negative);
    static Decimal multiply(const Decimal& a, const Decimal& b);
    std::weak_ordering compare(const Decimal& other) const noexcept;
    void normalize();

    // value = ±digits_ · 10^-scale_. No leading zeros: zero has no digits at all and is never negative.
    std::string digits_;
    std::uint32_t scale_ = 0;
    bool negative_ = false;
};

inline std::string to_string(const Decimal& value) { return value.to_string(); }

/// Reading accepts decimal, text, integer, and real by its shortest digits (SQLite may keep a decimal as a double).
template <>
struct type_traits<Decimal> {
    static constexpr SqlType sql_type{TypeKind::decimal};
    static void encode(const Decimal& value, Value& out);
    static Decimal decode(ValueView stored);
};

}  // namespace azoth

template <>
struct std::hash<azoth::Decimal> {
    std::size_t operator()(const azoth::Decimal& value) const noexcept { return value.hash(); }
};
