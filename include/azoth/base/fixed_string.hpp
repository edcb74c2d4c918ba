// fixed_string: a string as a template argument, and the "label"_c literal.
#pragma once

#include <cstddef>
#include <string_view>

namespace azoth {

template <std::size_t N>
struct fixed_string {
    char data[N + 1]{};

    constexpr fixed_string() = default;
    consteval fixed_string(const char (&text)[N + 1]) {  // implicit: written as a template argument
        for (std::size_t i = 0; i < N; ++i) data[i] = text[i];
    }
    constexpr std::string_view view() const { return {data, N}; }
    constexpr bool operator==(const fixed_string&) const = default;
};
template <std::size_t N>
fixed_string(const char (&)[N]) -> fixed_string<N - 1>;

}  // namespace azoth
