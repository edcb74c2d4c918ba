// ValueView: one database value by reference, 16 bytes, trivially copyable.
#pragma once

#include <azoth/types/value_kind.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace azoth {

/// One value as it lies in a `ValueBuffer` or is handed to a decoder. Bytes are not owned: they live as long as the
/// buffer.
struct ValueView {
    ValueKind kind = ValueKind::null;
    std::uint32_t size = 0;  ///< number of bytes at `data`, for kinds where is_bytes(kind)
    union {
        std::int64_t integer = 0;
        double real;
        const char* data;
    };

    constexpr bool is_null() const noexcept { return kind == ValueKind::null; }
    std::string_view text() const noexcept { return {data, size}; }

    static ValueView of_integer(std::int64_t value, ValueKind kind = ValueKind::integer) noexcept {
        ValueView view;
        view.kind = kind;
        view.integer = value;
        return view;
    }
    static ValueView of_real(double value) noexcept {
        ValueView view;
        view.kind = ValueKind::real;
        view.real = value;
        return view;
    }
    static ValueView of_bytes(std::string_view bytes, ValueKind kind) noexcept {
        ValueView view;
        view.kind = kind;
        view.size = static_cast<std::uint32_t>(bytes.size());
        view.data = bytes.data();
        return view;
    }
};

static_assert(sizeof(ValueView) == 16);

}  // namespace azoth
