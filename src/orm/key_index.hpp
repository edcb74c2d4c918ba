// KeyIndex: numbers distinct keys in the order of their first appearance.
#pragma once

#include <azoth/types/value_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace azoth::detail {

class KeyIndex {
public:
    static constexpr std::uint32_t none = 0xFFFFFFFF;

    explicit KeyIndex(std::size_t columns) : columns_(columns), keys_(columns) {}

    /// The key's number; a new key gets the next one.
    std::uint32_t insert(std::span<const ValueView> key);
    std::uint32_t find(std::span<const ValueView> key) const noexcept;
    std::size_t size() const noexcept { return hashes_.size(); }
    std::span<const ValueView> key(std::size_t number) const noexcept { return keys_.row(number); }

private:
    static std::uint64_t hash(std::span<const ValueView> key) noexcept;
    std::size_t slot(std::span<const ValueView> key, std::uint64_t hash) const noexcept;
    void grow();

    std::size_t columns_;
    ValueBuffer keys_;
    std::vector<std::uint64_t> hashes_;
    std::vector<std::uint32_t> slots_;  // number + 1; 0 = free
};

}  // namespace azoth::detail
