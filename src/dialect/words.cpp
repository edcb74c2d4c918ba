// Type names with arguments.
#include <azoth/base/throw.hpp>
#include <dialect/words.hpp>

namespace azoth::detail {

std::string type_with(std::string_view name, std::uint32_t first) { return std::string(name) + '(' + std::to_string(first) + ')'; }

std::string type_with(std::string_view name, std::uint32_t first, std::uint32_t second) {
    return std::string(name) + '(' + std::to_string(first) + ", " + std::to_string(second) + ')';
}

void throw_unknown_type() { throw_argument_error("this type has no SQL type: its type_traits say TypeKind::unknown"); }

}  // namespace azoth::detail
