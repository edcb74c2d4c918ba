// What the service is started with.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace service {

using std::chrono::milliseconds;

struct Options {
    std::string url;
    std::uint16_t port = 8080;        ///< 0 = any free one; the first line of output says which
    int threads = 1;                  ///< that answer requests
    bool seed = false;                ///< fill World and Fortune anew
    int pool_size = 10;               ///< connections to the database, and no more under load
    milliseconds pool_timeout{1000};  ///< of waiting for one of them, then 503
    milliseconds deadline{5000};      ///< for each statement of a request, then 503; 0 = none
    milliseconds grace{10000};        ///< for requests under way when the service is told to stop
};

/// Errors: `std::invalid_argument` naming the argument at fault.
Options parse_options(int argc, char** argv);

extern const char* const usage;

}  // namespace service
