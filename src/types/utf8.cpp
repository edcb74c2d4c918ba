// UTF-8 validation: eight ASCII bytes a step, the rest by the Unicode Standard's Table 3-7.
#include <azoth/types/utf8.hpp>

#include <azoth/base/throw.hpp>

#include <cstdint>
#include <cstring>
#include <string>

namespace azoth::detail {

namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080u;
constexpr std::uint64_t ones = 0x0101010101010101u;

/// Length of the well-formed sequence at `p`, 0 if there is none.
std::size_t sequence(const unsigned char* p, std::size_t left) noexcept {
    const unsigned char lead = p[0];
    if (lead >= 0x01 && lead <= 0x7F) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (left < length) return 0;
    // Only the second byte has narrower bounds: no overlong forms, no surrogates, nothing above U+10FFFF.
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (p[1] < low || p[1] > high) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((p[i] & 0xC0) != 0x80) return 0;
    }
    return length;
}

}  // namespace

std::size_t find_bad_utf8(std::string_view text) noexcept {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.size() - at >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes + at, 8);
            // With all high bits clear, a byte borrows in the subtraction exactly when it is zero.
            if (((word | (word - ones)) & high_bits) == 0) {
                at += 8;
                continue;
            }
        }
        const std::size_t length = sequence(bytes + at, text.size() - at);
        if (length == 0) return at;
        at += length;
    }
    return std::string_view::npos;
}

void check_text(std::string_view text) {
    check_size(text.size());
    const std::size_t bad = find_bad_utf8(text);
    if (bad == std::string_view::npos) return;
    if (text[bad] == '\0') throw_data_error("text holds a NUL byte at offset " + std::to_string(bad));
    throw_data_error("text is not valid UTF-8 at offset " + std::to_string(bad));
}

void check_size(std::size_t size) {
    if (size > UINT32_MAX)
        throw_data_error("a value of " + std::to_string(size) + " bytes is longer than the 4 GiB that can be bound");
}

}  // namespace azoth::detail
