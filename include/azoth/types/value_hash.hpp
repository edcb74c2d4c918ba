// Hash and equality of value views, for tables keyed by database values.
#pragma once

#include <azoth/types/value_view.hpp>

#include <cstddef>

namespace azoth::detail {

/// Same kind and same payload, as in Value's ==: reals by their bits, so a NaN equals itself. NULL equals NULL.
bool equal_values(ValueView a, ValueView b) noexcept;
/// Equal for values that are `equal_values`. `seed` chains the columns of a key.
std::size_t hash_value(ValueView value, std::size_t seed = 0) noexcept;

}  // namespace azoth::detail
