// One-dimensional arrays in PostgreSQL's binary format, for unnest and ANY.
#pragma once

#include "floors/postgresql/connection.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace benchmarks::floors::postgresql {

/// Appends elements; text() is the parameter.
class Array {
public:
    /// `element`: the type of the elements; `count`: how many are going to be added.
    Array(Type element, std::size_t count, std::size_t bytes_each) {
        text_.reserve(20 + count * (4 + bytes_each));
        for (const std::int32_t word : {1, 0, static_cast<std::int32_t>(element), static_cast<std::int32_t>(count), 1}) append(word);
    }

    void add(std::int64_t value) { sized(value); }
    void add(std::int32_t value) { sized(value); }
    void add(double value) { sized(std::bit_cast<std::int64_t>(value)); }
    void add(std::string_view value) {
        append(static_cast<std::int32_t>(value.size()));
        text_.append(value);
    }
    std::string_view text() const noexcept { return text_; }

private:
    template <class Number>
    void append(Number number) {
        number = big_endian(number);
        char bytes[sizeof number];
        std::memcpy(bytes, &number, sizeof number);
        text_.append(bytes, sizeof number);
    }
    template <class Number>
    void sized(Number number) {
        append(static_cast<std::int32_t>(sizeof number));
        append(number);
    }
    std::string text_;
};

}  // namespace benchmarks::floors::postgresql
