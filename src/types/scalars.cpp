// Numbers out of the kinds they may come back as, exactly or not at all.
#include <azoth/types/scalars.hpp>

#include <azoth/base/throw.hpp>

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>

namespace azoth::detail {

namespace {

constexpr double two_to_63 = 9223372036854775808.0;

enum class Parsed { ok, not_an_integer, too_large };

/// "-123", "123.000": digits with nothing but zeros behind the point.
Parsed parse_integer(std::string_view text, std::int64_t& out) {
    if (const std::size_t point = text.find('.'); point != std::string_view::npos) {
        if (point == 0 || text.find_first_not_of('0', point + 1) != std::string_view::npos)
            return Parsed::not_an_integer;
        text = text.substr(0, point);
    }
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (status == std::errc::invalid_argument || end != text.data() + text.size()) return Parsed::not_an_integer;
    return status == std::errc() ? Parsed::ok : Parsed::too_large;
}

template <class T>
T parse_real(ValueView stored, const char* target) {
    std::string_view text = stored.text();
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
    T value{};
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status == std::errc::invalid_argument || end != text.data() + text.size()) throw_unreadable(stored, target);
    if (status != std::errc()) throw_out_of_range(stored, target);
    return value;
}

template <class T>
T exact_real(ValueView stored, const char* target) {
    const T value = static_cast<T>(stored.integer);
    // The cast back is defined only below 2^63, which rounding up can reach.
    if (static_cast<double>(value) >= two_to_63 || static_cast<std::int64_t>(value) != stored.integer) {
        throw_data_error("integer " + std::to_string(stored.integer) + " has no exact " + target);
    }
    return value;
}

}  // namespace

std::int64_t decode_integer(ValueView stored, std::int64_t low, std::int64_t high, const char* target) {
    std::int64_t value = 0;
    switch (stored.kind) {
        case ValueKind::integer:
        case ValueKind::boolean:
            value = stored.integer;
            break;
        case ValueKind::real:
            if (std::isnan(stored.real) || std::trunc(stored.real) != stored.real) throw_unreadable(stored, target);
            if (stored.real < -two_to_63 || stored.real >= two_to_63) throw_out_of_range(stored, target);
            value = static_cast<std::int64_t>(stored.real);
            break;
        case ValueKind::decimal:
        case ValueKind::text:
            switch (parse_integer(stored.text(), value)) {
                case Parsed::ok:
                    break;
                case Parsed::not_an_integer:
                    throw_unreadable(stored, target);
                case Parsed::too_large:
                    throw_out_of_range(stored, target);
            }
            break;
        default:
            throw_wrong_kind(stored, target);
    }
    if (value < low || value > high) throw_out_of_range(ValueView::of_integer(value), target);
    return value;
}

void throw_above_bigint(std::uint64_t value) {
    throw_data_error("integer " + std::to_string(value) +
                     " of type std::uint64_t is out of range for a 64-bit signed column");
}

bool decode_bool(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::boolean:
            return stored.integer != 0;
        case ValueKind::integer:
            if (stored.integer != 0 && stored.integer != 1) throw_out_of_range(stored, "bool");
            return stored.integer == 1;
        case ValueKind::text:
            if (stored.text() == "t" || stored.text() == "true") return true;
            if (stored.text() == "f" || stored.text() == "false") return false;
            throw_unreadable(stored, "bool");
        default:
            throw_wrong_kind(stored, "bool");
    }
}

float decode_float(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::real:
            if (std::isfinite(stored.real) &&
                std::abs(stored.real) > static_cast<double>(std::numeric_limits<float>::max())) {
                throw_out_of_range(stored, "float");
            }
            return static_cast<float>(stored.real);
        case ValueKind::integer:
            return exact_real<float>(stored, "float");
        case ValueKind::decimal:
        case ValueKind::text:
            return parse_real<float>(stored, "float");
        default:
            throw_wrong_kind(stored, "float");
    }
}

double decode_double(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::real:
            return stored.real;
        case ValueKind::integer:
            return exact_real<double>(stored, "double");
        case ValueKind::decimal:
        case ValueKind::text:
            return parse_real<double>(stored, "double");
        default:
            throw_wrong_kind(stored, "double");
    }
}

}  // namespace azoth::detail
