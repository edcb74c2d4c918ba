// Sorted word lists: reserved words and function spellings.
#pragma once

#include <azoth/dialect/dialect.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace azoth::detail {

template <std::size_t N>
constexpr std::array<std::string_view, N> sorted_words(std::array<std::string_view, N> words) {
    std::sort(words.begin(), words.end());
    return words;
}

template <std::size_t N>
bool contains_word(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::binary_search(words.begin(), words.end(), word);
}

struct FunctionEntry {
    std::string_view name;
    FunctionSpelling spelling;
};

template <std::size_t N>
FunctionSpelling find_function(const std::array<FunctionEntry, N>& entries, std::string_view name) {
    for (const auto& entry : entries) {
        if (entry.name == name) return entry.spelling;
    }
    return {};
}

/// "VARCHAR(20)"
std::string type_with(std::string_view name, std::uint32_t first);
/// "NUMERIC(10, 2)"
std::string type_with(std::string_view name, std::uint32_t first, std::uint32_t second);
[[noreturn]] void throw_unknown_type();

}  // namespace azoth::detail
