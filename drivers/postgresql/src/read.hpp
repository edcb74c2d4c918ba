// Values on their way from the server, out of either format.
#pragma once

#include <azoth/types/value_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

struct pg_result;

namespace azoth::postgresql::detail {

/// Appends one value that is not NULL.
using Reader = void (*)(std::string_view bytes, std::uint32_t type, ValueBuffer& out);

/// How a column of this type is read from its binary form; nullptr when only the text form will do.
Reader binary_reader(std::uint32_t type) noexcept;
/// How a column of this type is read from its text form: types that azoth has no kind for arrive as text.
Reader text_reader(std::uint32_t type) noexcept;

/// True when every column of the result has a binary form that is read here.
bool all_binary(const pg_result* result) noexcept;
/// Appends all rows of a result, whichever format it is in. `out` has the result's number of columns. Errors: `DataError` for a binary column
/// of a type that has no reader (its type changed after the format was chosen).
void read_rows(const pg_result* result, ValueBuffer& out);

}  // namespace azoth::postgresql::detail
