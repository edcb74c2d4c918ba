// Decimal's sum, difference and product: digit by digit, as on paper, the product in limbs of nine digits.
#include <azoth/types/decimal.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace azoth {

namespace {

/// a + b for digit strings whose last digits have the same weight.
std::string add_digits(const std::string& a, const std::string& b) {
    const std::string& longer = a.size() >= b.size() ? a : b;
    const std::string& shorter = a.size() >= b.size() ? b : a;
    std::string sum(longer.size() + 1, '0');
    int carry = 0;
    for (std::size_t i = 0; i < longer.size(); ++i) {
        int digit = (longer[longer.size() - 1 - i] - '0') + carry;
        if (i < shorter.size()) digit += shorter[shorter.size() - 1 - i] - '0';
        carry = digit / 10;
        sum[sum.size() - 1 - i] = static_cast<char>('0' + digit % 10);
    }
    sum[0] = static_cast<char>('0' + carry);
    return sum;
}

/// a - b, where a ≥ b.
std::string subtract_digits(std::string a, const std::string& b) {
    int borrow = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        char& place = a[a.size() - 1 - i];
        int digit = (place - '0') - borrow;
        if (i < b.size()) digit -= b[b.size() - 1 - i] - '0';
        borrow = digit < 0 ? 1 : 0;
        place = static_cast<char>('0' + digit + borrow * 10);
    }
    return a;
}

constexpr std::size_t limb_digits = 9;
constexpr std::uint64_t limb_base = 1'000'000'000;

/// Limbs of nine digits, the least first.
std::vector<std::uint32_t> to_limbs(const std::string& digits) {
    std::vector<std::uint32_t> limbs;
    limbs.reserve(digits.size() / limb_digits + 1);
    for (std::size_t end = digits.size(); end > 0;) {
        const std::size_t begin = end > limb_digits ? end - limb_digits : 0;
        std::uint32_t limb = 0;
        for (std::size_t i = begin; i < end; ++i) limb = limb * 10 + static_cast<std::uint32_t>(digits[i] - '0');
        limbs.push_back(limb);
        end = begin;
    }
    return limbs;
}

}  // namespace

Decimal Decimal::operator-() const {
    Decimal result = *this;
    result.negative_ = !negative_ && !is_zero();
    return result;
}

Decimal Decimal::add(const Decimal& a, const Decimal& b, bool b_negative) {
    Decimal result;
    result.scale_ = std::max(a.scale_, b.scale_);
    std::string left = a.digits_;
    std::string right = b.digits_;
    if (!left.empty()) left.append(result.scale_ - a.scale_, '0');
    if (!right.empty()) right.append(result.scale_ - b.scale_, '0');
    if (a.negative_ == b_negative) {
        result.negative_ = a.negative_;
        result.digits_ = add_digits(left, right);
    } else {
        const bool right_larger = left.size() != right.size() ? left.size() < right.size() : left < right;
        result.negative_ = right_larger ? b_negative : a.negative_;
        result.digits_ =
            right_larger ? subtract_digits(std::move(right), left) : subtract_digits(std::move(left), right);
    }
    result.normalize();
    return result;
}

Decimal Decimal::multiply(const Decimal& a, const Decimal& b) {
    const std::vector<std::uint32_t> left = to_limbs(a.digits_);
    const std::vector<std::uint32_t> right = to_limbs(b.digits_);
    std::vector<std::uint32_t> product(left.size() + right.size(), 0);
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::uint64_t sum = std::uint64_t{left[i]} * right[j] + product[i + j] + carry;
            product[i + j] = static_cast<std::uint32_t>(sum % limb_base);
            carry = sum / limb_base;
        }
        product[i + right.size()] = static_cast<std::uint32_t>(carry);
    }
    Decimal result;
    result.scale_ = a.scale_ + b.scale_;
    result.negative_ = a.negative_ != b.negative_;
    result.digits_.assign(product.size() * limb_digits, '0');
    for (std::size_t i = 0; i < product.size(); ++i) {
        std::uint32_t limb = product[i];
        for (std::size_t digit = 0; digit < limb_digits; ++digit, limb /= 10) {
            result.digits_[result.digits_.size() - 1 - (i * limb_digits + digit)] = static_cast<char>('0' + limb % 10);
        }
    }
    result.normalize();
    return result;
}

}  // namespace azoth
