// The Date header's text, made once a second.
#pragma once

#include <ctime>
#include <string>

namespace service {

/// Thread safety: one thread at a time; every worker has its own.
class DateHeader {
public:
    /// "Tue, 15 Nov 1994 08:12:31 GMT"
    const std::string& now();

private:
    std::time_t second_ = -1;
    std::string text_;
};

}  // namespace service
