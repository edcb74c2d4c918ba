// Uuid: 16 bytes, RFC 9562.
#pragma once

#include <azoth/types/type_traits.hpp>

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace azoth {

/// A UUID. Ordered by its bytes, which is the order of its text and, for version 7, of creation.
class Uuid {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    constexpr Uuid() noexcept = default;  ///< the nil UUID
    constexpr explicit Uuid(const Bytes& bytes) noexcept : bytes_(bytes) {}

    /// Reads 8-4-4-4-12 hexadecimal digits of any case, also in braces, also without any dashes. Errors: `DataError`.
    static Uuid parse(std::string_view text);
    /// Random. Thread safety: may be called from any thread.
    static Uuid generate_v4();
    /// Time-ordered: milliseconds and 12 bits of their fraction, then random (RFC 9562, 5.7 and 6.2 method 3). New rows
    /// land at the end of an index. Thread safety: may be called from any thread.
    static Uuid generate_v7();

    constexpr const Bytes& bytes() const noexcept { return bytes_; }
    constexpr bool is_nil() const noexcept { return *this == Uuid(); }
    constexpr int version() const noexcept { return bytes_[6] >> 4; }
    /// Lower case with dashes.
    std::string to_string() const;

    friend constexpr auto operator<=>(const Uuid&, const Uuid&) noexcept = default;

private:
    Bytes bytes_{};
};

inline std::string to_string(const Uuid& value) { return value.to_string(); }

namespace detail {
/// `random` with the version and variant of RFC 9562 put in.
Uuid make_uuid_v4(const Uuid::Bytes& random) noexcept;
/// The same for an instant in nanoseconds since 1970.
Uuid make_uuid_v7(std::uint64_t nanos, const Uuid::Bytes& random) noexcept;
}  // namespace detail

/// Reading accepts uuid, a blob of 16 bytes, and text.
template <>
struct type_traits<Uuid> {
    static constexpr SqlType sql_type{TypeKind::uuid};
    static void encode(const Uuid& value, Value& out);
    static Uuid decode(ValueView stored);
};

}  // namespace azoth

template <>
struct std::hash<azoth::Uuid> {
    std::size_t operator()(const azoth::Uuid& value) const noexcept {
        return std::hash<std::string_view>()({reinterpret_cast<const char*>(value.bytes().data()), 16});
    }
};
