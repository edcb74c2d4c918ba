// Values as text for people: echo and observers.
#pragma once

#include <azoth/types/value_buffer.hpp>

#include <cstddef>
#include <string>

namespace azoth::detail {

/// "[1, 'ada', NULL]" for one row, "[[...], [...], ... 98 more]" for many. Long values and many rows are cut short.
std::string values_text(const ValueBuffer& values);

}  // namespace azoth::detail
