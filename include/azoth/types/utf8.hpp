// UTF-8 validation for everything that is sent as text.
#pragma once

#include <cstddef>
#include <string_view>

namespace azoth::detail {

/// Returns the offset of the first byte that is NUL or not part of well-formed UTF-8 (Unicode Standard, Table 3-7), or
/// `npos`.
std::size_t find_bad_utf8(std::string_view text) noexcept;

/// Errors: `DataError` naming the offset, when `text` holds a NUL byte, is not UTF-8, or is too long for a `ValueView`.
void check_text(std::string_view text);

/// Errors: `DataError` when `size` bytes are more than a `ValueView` can count (4 GiB).
void check_size(std::size_t size);

}  // namespace azoth::detail
