// Hash and equality of value views.
#include <azoth/types/value_hash.hpp>

#include <cstdint>
#include <string_view>

namespace azoth::detail {

namespace {

/// The finaliser of SplitMix64 (https://prng.di.unimi.it/splitmix64.c): neighbouring keys end up far apart.
std::uint64_t mix(std::uint64_t bits) noexcept {
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBu;
    return bits ^ (bits >> 31);
}

}  // namespace

bool equal_values(ValueView a, ValueView b) noexcept {
    if (a.kind != b.kind) return false;
    if (a.kind == ValueKind::null) return true;
    return is_bytes(a.kind) ? a.text() == b.text() : a.integer == b.integer;
}

std::size_t hash_value(ValueView value, std::size_t seed) noexcept {
    const std::uint64_t start = mix((seed + 1) * 0x9E3779B97F4A7C15u + static_cast<std::uint64_t>(value.kind));
    if (value.kind == ValueKind::null) return start;
    if (is_bytes(value.kind)) return mix(start ^ std::hash<std::string_view>()(value.text()));
    return mix(start ^ static_cast<std::uint64_t>(value.integer));
}

}  // namespace azoth::detail
