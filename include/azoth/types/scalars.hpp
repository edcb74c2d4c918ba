// Integers, bool, float and double as database values.
#pragma once

#include <azoth/types/type_traits.hpp>

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace azoth {

namespace detail {

/// Integers by whichever name, up to 64 bits. Character types are not numbers; `std::int8_t` and `std::uint8_t` are.
template <class T>
concept StoredInteger = std::integral<T> && std::same_as<T, std::remove_cv_t<T>> && sizeof(T) <= 8 &&
                        !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                        !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

/// The narrowest signed SQL integer that holds all of T; for 64 unsigned bits the widest there is.
template <StoredInteger T>
constexpr TypeKind integer_type_kind() {
    constexpr std::size_t needed = sizeof(T) + (std::is_unsigned_v<T> ? 1 : 0);
    return needed <= 2 ? TypeKind::smallint : needed <= 4 ? TypeKind::integer : TypeKind::bigint;
}

template <StoredInteger T>
constexpr const char* integer_type_name() {
    if constexpr (std::is_signed_v<T>) {
        return sizeof(T) == 1   ? "std::int8_t"
               : sizeof(T) == 2 ? "std::int16_t"
               : sizeof(T) == 4 ? "std::int32_t"
                                : "std::int64_t";
    } else {
        return sizeof(T) == 1   ? "std::uint8_t"
               : sizeof(T) == 2 ? "std::uint16_t"
               : sizeof(T) == 4 ? "std::uint32_t"
                                : "std::uint64_t";
    }
}

/// An integer out of any kind that holds one exactly: integer, boolean, real, decimal, text.
/// Errors: `DataError` outside [low, high], for a fraction, for other kinds.
std::int64_t decode_integer(ValueView stored, std::int64_t low, std::int64_t high, const char* target);
[[noreturn]] void throw_above_bigint(std::uint64_t value);
bool decode_bool(ValueView stored);
float decode_float(ValueView stored);
double decode_double(ValueView stored);

}  // namespace detail

/// Integers. Unsigned ones are stored in the next wider signed type; `std::uint64_t` in a bigint, so it must stay below
/// 2^63. Reading also accepts boolean, and decimal, text or real that is exactly an integer (PostgreSQL's sum(bigint)
/// is numeric).
template <detail::StoredInteger T>
struct type_traits<T> {
    static constexpr SqlType sql_type{detail::integer_type_kind<T>()};

    static void encode(T value, Value& out) {
        if constexpr (std::is_unsigned_v<T> && sizeof(T) == 8) {
            if (value > static_cast<T>(high)) detail::throw_above_bigint(value);
        }
        out.assign(ValueView::of_integer(static_cast<std::int64_t>(value)));
    }
    static T decode(ValueView stored) {
        if constexpr (sizeof(T) == 8 && std::is_signed_v<T>) {
            if (stored.kind == ValueKind::integer) return static_cast<T>(stored.integer);
        } else {
            if (stored.kind == ValueKind::integer && stored.integer >= low && stored.integer <= high)
                return static_cast<T>(stored.integer);
        }
        return static_cast<T>(detail::decode_integer(stored, low, high, detail::integer_type_name<T>()));
    }

private:
    static constexpr std::int64_t low =
        std::is_signed_v<T> ? static_cast<std::int64_t>(std::numeric_limits<T>::min()) : 0;
    static constexpr std::int64_t high = std::is_unsigned_v<T> && sizeof(T) == 8
                                             ? std::numeric_limits<std::int64_t>::max()
                                             : static_cast<std::int64_t>(std::numeric_limits<T>::max());
};

/// Reading also accepts the integers 0 and 1 and the texts t, f, true, false.
template <>
struct type_traits<bool> {
    static constexpr SqlType sql_type{TypeKind::boolean};
    static void encode(bool value, Value& out) { out.assign(ValueView::of_integer(value ? 1 : 0, ValueKind::boolean)); }
    static bool decode(ValueView stored) {
        if (stored.kind == ValueKind::boolean) return stored.integer != 0;
        return detail::decode_bool(stored);
    }
};

/// Reading a double rounds it to the nearest float; one beyond float's range is a `DataError`. Integers must be exact.
/// NaN and infinities are encoded as they are; a driver whose database cannot keep them refuses them.
template <>
struct type_traits<float> {
    static constexpr SqlType sql_type{TypeKind::real};
    static void encode(float value, Value& out) { out.assign(ValueView::of_real(static_cast<double>(value))); }
    static float decode(ValueView stored) { return detail::decode_float(stored); }
};

/// Reading accepts real, integers that a double holds exactly, and decimal or text numbers (the nearest double).
/// NaN and infinities are encoded as they are; a driver whose database cannot keep them refuses them.
template <>
struct type_traits<double> {
    static constexpr SqlType sql_type{TypeKind::double_};
    static void encode(double value, Value& out) { out.assign(ValueView::of_real(value)); }
    static double decode(ValueView stored) {
        if (stored.kind == ValueKind::real) return stored.real;
        return detail::decode_double(stored);
    }
};

}  // namespace azoth
