// UUIDs as text and as values, and the two versions worth generating.
#include <azoth/types/uuid.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>

#if __has_include(<sys/random.h>)
#include <sys/random.h>  // getentropy: Linux, macOS
#include <unistd.h>
#define AZOTH_HAS_GETENTROPY 1
#endif

namespace azoth {

namespace {

Uuid::Bytes random_bytes() {
    Uuid::Bytes bytes{};
#ifdef AZOTH_HAS_GETENTROPY
    if (getentropy(bytes.data(), bytes.size()) == 0) return bytes;
#endif
    std::random_device device;
    for (std::size_t i = 0; i < bytes.size(); i += 4) {
        const std::uint32_t word = device();
        std::memcpy(bytes.data() + i, &word, 4);
    }
    return bytes;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

constexpr bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

}  // namespace

Uuid Uuid::parse(std::string_view text) {
    std::string_view rest = text;
    if (rest.size() >= 2 && rest.front() == '{' && rest.back() == '}') rest = rest.substr(1, rest.size() - 2);
    const bool dashes = rest.size() == 36;
    Bytes bytes{};
    bool ok = dashes || rest.size() == 32;
    for (std::size_t i = 0, at = 0; ok && i < bytes.size(); ++i) {
        if (dashes && dash_before(i)) ok = rest[at++] == '-';
        const int high = hex_value(rest[at]);
        const int low = hex_value(rest[at + 1]);
        ok = ok && high >= 0 && low >= 0;
        bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
    }
    if (!ok) detail::throw_unreadable(ValueView::of_bytes(text, ValueKind::text), "UUID");
    return Uuid(bytes);
}

Uuid Uuid::generate_v4() { return detail::make_uuid_v4(random_bytes()); }

Uuid Uuid::generate_v7() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return detail::make_uuid_v7(
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()), random_bytes());
}

std::string Uuid::to_string() const {
    constexpr char hex[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        if (dash_before(i)) text += '-';
        text += hex[bytes_[i] >> 4];
        text += hex[bytes_[i] & 15];
    }
    return text;
}

namespace detail {

namespace {

Uuid with_version(Uuid::Bytes bytes, unsigned version) noexcept {
    bytes[6] = static_cast<std::uint8_t>(version << 4 | (bytes[6] & 0x0Fu));
    bytes[8] = static_cast<std::uint8_t>(0x80u | (bytes[8] & 0x3Fu));
    return Uuid(bytes);
}

}  // namespace

Uuid make_uuid_v4(const Uuid::Bytes& random) noexcept { return with_version(random, 4); }

Uuid make_uuid_v7(std::uint64_t nanos, const Uuid::Bytes& random) noexcept {
    Uuid::Bytes bytes = random;
    const std::uint64_t millis = nanos / 1'000'000;
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
    const std::uint64_t fraction = nanos % 1'000'000 * 4096 / 1'000'000;
    bytes[6] = static_cast<std::uint8_t>(fraction >> 8);
    bytes[7] = static_cast<std::uint8_t>(fraction);
    return with_version(bytes, 7);
}

}  // namespace detail

void type_traits<Uuid>::encode(const Uuid& value, Value& out) {
    out.assign(ValueView::of_bytes({reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size()},
                                   ValueKind::uuid));
}

Uuid type_traits<Uuid>::decode(ValueView stored) {
    switch (stored.kind) {
        case ValueKind::uuid:
        case ValueKind::blob: {
            if (stored.size != 16) detail::throw_unreadable(stored, "UUID");
            Uuid::Bytes bytes{};
            std::memcpy(bytes.data(), stored.data, bytes.size());
            return Uuid(bytes);
        }
        case ValueKind::text:
            return Uuid::parse(stored.text());
        default:
            detail::throw_wrong_kind(stored, "azoth::Uuid");
    }
}

}  // namespace azoth
