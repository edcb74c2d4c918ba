// Formatting the Date header.
#include "date.hpp"

namespace service {

const std::string& DateHeader::now() {
    const std::time_t now = std::time(nullptr);
    if (now != second_) {
        std::tm utc{};
        ::gmtime_r(&now, &utc);
        char text[64];
        text_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
        second_ = now;
    }
    return text_;
}

}  // namespace service
