// What enum codecs say when a value and its name do not meet.
#include <azoth/types/enum.hpp>

#include <azoth/base/throw.hpp>

#include <string>

namespace azoth::detail {

void throw_unnamed_value(std::int64_t value) {
    throw_data_error("enum value " + std::to_string(value) +
                     " has no name in type_traits<E>::names and cannot be stored by name");
}

void throw_unknown_name(ValueView stored) { throw_unreadable(stored, "name in type_traits<E>::names"); }

}  // namespace azoth::detail
