// Names out of the server's messages: it has no other way of telling which constraint or column an error is about.
#pragma once

#include <string>
#include <string_view>

namespace azoth::mysql::detail {

/// Empty where there are none.
struct MessageNames {
    std::string constraint;
    std::string table;
    std::string column;
};
MessageNames parse_message(int code, std::string_view message);

}  // namespace azoth::mysql::detail
