// Decimal as text and as other numbers: parsing, printing, comparing, rounding, conversions.
#include <azoth/types/decimal.hpp>

#include <azoth/base/throw.hpp>
#include <azoth/types/scalars.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace azoth {

namespace {

// https://www.postgresql.org/docs/current/datatype-numeric.html
constexpr std::size_t max_whole_digits = 131072;
constexpr std::size_t max_scale = 16383;

[[noreturn]] void refuse_size() {
    detail::throw_data_error("decimal has more than 131072 digits before or 16383 behind the point");
}
[[noreturn]] void refuse_text(std::string_view text) {
    detail::throw_unreadable(ValueView::of_bytes(text, ValueKind::text), "decimal number");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads "e-12" at the end of a number; far beyond the limits all exponents are equal.
std::int64_t read_exponent(std::string_view text, std::string_view whole) {
    text.remove_prefix(1);
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) refuse_text(whole);
    std::int64_t value = 0;
    for (const char c : text) value = std::min<std::int64_t>(value * 10 + (c - '0'), std::int64_t{1} << 40);
    return negative ? -value : value;
}

}  // namespace

Decimal::Decimal(bool negative, std::uint64_t magnitude) : negative_(negative) {
    char digits[20];
    if (magnitude != 0) digits_.assign(digits, std::to_chars(digits, digits + sizeof digits, magnitude).ptr);
}

Decimal::Decimal(std::string_view text) {
    std::string_view rest = text;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
        negative_ = rest.front() == '-';
        rest.remove_prefix(1);
    }
    bool any_digit = false;
    std::int64_t scale = 0;
    bool point = false;
    std::size_t at = 0;
    for (; at < rest.size(); ++at) {
        if (is_digit(rest[at])) {
            any_digit = true;
            scale += point ? 1 : 0;
            if (rest[at] != '0' || !digits_.empty()) digits_ += rest[at];
        } else if (rest[at] == '.' && !point) {
            point = true;
        } else {
            break;
        }
    }
    if (!any_digit) refuse_text(text);
    if (at < rest.size()) {
        if (rest[at] != 'e' && rest[at] != 'E') refuse_text(text);
        scale -= read_exponent(rest.substr(at), text);
    }
    if (scale < 0) {
        if (!digits_.empty()) {
            if (static_cast<std::uint64_t>(-scale) > max_whole_digits) refuse_size();
            digits_.append(static_cast<std::size_t>(-scale), '0');
        }
        scale = 0;
    }
    if (scale > static_cast<std::int64_t>(max_scale)) refuse_size();
    scale_ = static_cast<std::uint32_t>(scale);
    normalize();
}

void Decimal::normalize() {
    digits_.erase(0, std::min(digits_.find_first_not_of('0'), digits_.size()));
    if (digits_.empty()) negative_ = false;
    if (scale_ > max_scale || digits_.size() > max_whole_digits + scale_) refuse_size();
}

Decimal Decimal::from_double(double value) {
    if (!std::isfinite(value)) detail::throw_data_error("NaN and infinities are not decimal numbers");
    char text[32];
    return Decimal(
        std::string_view(text, static_cast<std::size_t>(std::to_chars(text, text + sizeof text, value).ptr - text)));
}

std::string Decimal::to_string() const {
    std::string text;
    text.reserve(std::max<std::size_t>(digits_.size(), scale_) + 3);
    if (negative_) text += '-';
    if (digits_.size() <= scale_) {
        text += '0';
        if (scale_ == 0) return text;
        text += '.';
        text.append(scale_ - digits_.size(), '0');
        return text += digits_;
    }
    const std::size_t whole = digits_.size() - scale_;
    text.append(digits_, 0, whole);
    if (scale_ != 0) {
        text += '.';
        text.append(digits_, whole);
    }
    return text;
}

double Decimal::to_double() const {
    const std::string text = to_string();
    return type_traits<double>::decode(ValueView::of_bytes(text, ValueKind::decimal));
}

std::int64_t Decimal::to_int64() const {
    const std::string text = to_string();
    return type_traits<std::int64_t>::decode(ValueView::of_bytes(text, ValueKind::decimal));
}

std::weak_ordering Decimal::compare(const Decimal& other) const noexcept {
    if (negative_ != other.negative_) return negative_ ? std::weak_ordering::less : std::weak_ordering::greater;
    const auto magnitudes = [](const Decimal& a, const Decimal& b) -> std::weak_ordering {
        if (a.is_zero() || b.is_zero()) return b.is_zero() <=> a.is_zero();
        // Leading digits are not zero, so the one that starts further left is larger.
        const auto start_a = static_cast<std::int64_t>(a.digits_.size()) - a.scale_;
        const auto start_b = static_cast<std::int64_t>(b.digits_.size()) - b.scale_;
        if (start_a != start_b) return start_a <=> start_b;
        const std::size_t common = std::min(a.digits_.size(), b.digits_.size());
        if (const int order = a.digits_.compare(0, common, b.digits_, 0, common); order != 0) return order <=> 0;
        const bool a_longer = a.digits_.find_first_not_of('0', common) != std::string::npos;
        const bool b_longer = b.digits_.find_first_not_of('0', common) != std::string::npos;
        return a_longer <=> b_longer;
    };
    return negative_ ? magnitudes(other, *this) : magnitudes(*this, other);
}

std::size_t Decimal::hash() const noexcept {
    const std::size_t last = digits_.find_last_not_of('0');
    const std::string_view significant(digits_.data(), last == std::string::npos ? 0 : last + 1);
    if (significant.empty()) return 0;
    const std::size_t start = digits_.size() - scale_;
    return std::hash<std::string_view>()(significant) ^ (start * 2 + (negative_ ? 1 : 0)) * 0x9E3779B97F4A7C15u;
}

Decimal Decimal::round(std::uint32_t scale) const {
    Decimal result = *this;
    if (scale > max_scale) refuse_size();
    result.scale_ = scale;
    if (scale >= scale_) {
        if (!is_zero()) result.digits_.append(scale - scale_, '0');
        result.normalize();
        return result;
    }
    const std::size_t dropped = scale_ - scale;
    if (dropped > digits_.size()) {  // less than 0.1 of the last place kept
        result.digits_.clear();
        result.normalize();
        return result;
    }
    const std::size_t kept = digits_.size() - dropped;
    const bool odd = kept != 0 && (digits_[kept - 1] - '0') % 2 != 0;
    const bool beyond_half =
        digits_[kept] > '5' || (digits_[kept] == '5' && digits_.find_first_not_of('0', kept + 1) != std::string::npos);
    const bool up = beyond_half || (digits_[kept] == '5' && odd);
    result.digits_.resize(kept);
    if (up) {
        std::size_t at = kept;
        while (at > 0 && result.digits_[at - 1] == '9') result.digits_[--at] = '0';
        if (at > 0) {
            ++result.digits_[at - 1];
        } else {
            result.digits_.insert(result.digits_.begin(), '1');
        }
    }
    result.normalize();
    return result;
}

void type_traits<Decimal>::encode(const Decimal& value, Value& out) {
    out = Value::bytes(value.to_string(), ValueKind::decimal);
}

Decimal type_traits<Decimal>::decode(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::decimal:
        case ValueKind::text:
            return Decimal(stored.text());
        case ValueKind::integer:
            return Decimal(stored.integer);
        case ValueKind::real:
            return Decimal::from_double(stored.real);
        default:
            detail::throw_wrong_kind(stored, "azoth::Decimal");
    }
}

}  // namespace azoth
