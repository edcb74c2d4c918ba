// Percent-encoding of URL components (RFC 3986, section 2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace azoth::detail {

/// Returns the decoded text, or nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// Appends `text`, encoding everything but letters, digits, "-._~" and the characters of `safe`.
void percent_encode(std::string& out, std::string_view text, std::string_view safe = {});

}  // namespace azoth::detail
