// KeyIndex: linear probing over a power-of-two table, like the identity map.
#include "key_index.hpp"

#include "identity_map.hpp"

namespace azoth::detail {

// FNV-1a by words (Fowler, Noll, Vo), with a shift so that the low bits see the high ones.
std::uint64_t KeyIndex::hash(std::span<const ValueView> key) noexcept {
    std::uint64_t result = 14695981039346656037u;
    const auto step = [&](std::uint64_t word) { result = ((result ^ word) * 1099511628211u) ^ (result >> 29); };
    for (const ValueView& cell : key) {
        if (is_bytes(cell.kind)) {
            for (const char c : cell.text()) step(static_cast<unsigned char>(c));
        } else {
            step(static_cast<std::uint64_t>(cell.integer));
        }
    }
    return result;
}

std::size_t KeyIndex::slot(std::span<const ValueView> key, std::uint64_t hash) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    for (; slots_[at] != 0; at = (at + 1) & mask) {
        const std::uint32_t number = slots_[at] - 1;
        if (hashes_[number] != hash) continue;
        const auto known = keys_.row(number);
        bool same = true;
        for (std::size_t i = 0; i < columns_ && same; ++i) same = same_cell(known[i], key[i]);
        if (same) break;
    }
    return at;
}

void KeyIndex::grow() {
    slots_.assign(slots_.empty() ? 16 : slots_.size() * 2, 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::uint32_t i = 0; i < hashes_.size(); ++i) {
        std::size_t at = hashes_[i] & mask;
        while (slots_[at] != 0) at = (at + 1) & mask;
        slots_[at] = i + 1;
    }
}

std::uint32_t KeyIndex::insert(std::span<const ValueView> key) {
    if ((hashes_.size() + 1) * 10 > slots_.size() * 7) grow();
    const std::uint64_t code = hash(key);
    const std::size_t at = slot(key, code);
    if (slots_[at] != 0) return slots_[at] - 1;
    const auto number = static_cast<std::uint32_t>(hashes_.size());
    for (const ValueView& cell : key) keys_.append(cell);
    hashes_.push_back(code);
    slots_[at] = number + 1;
    return number;
}

std::uint32_t KeyIndex::find(std::span<const ValueView> key) const noexcept {
    if (slots_.empty()) return none;
    const std::size_t at = slot(key, hash(key));
    return slots_[at] == 0 ? none : slots_[at] - 1;
}

}  // namespace azoth::detail
