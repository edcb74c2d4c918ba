// std::vector<std::byte> as bytes.
#pragma once

#include <azoth/types/type_traits.hpp>

#include <cstddef>
#include <vector>

namespace azoth {

class ValueBuffer;

using Blob = std::vector<std::byte>;

/// Any bytes; empty is not NULL. Reading accepts blob and text.
template <>
struct type_traits<std::vector<std::byte>> {
    static constexpr SqlType sql_type{TypeKind::blob};
    static void encode(const std::vector<std::byte>& value, Value& out);
    static void append(const std::vector<std::byte>& value, ValueBuffer& out);
    static std::vector<std::byte> decode(ValueView stored);
};

}  // namespace azoth
