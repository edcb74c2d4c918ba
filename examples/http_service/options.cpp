// Reading the command line.
#include "options.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace service {

const char* const usage =
    "usage: http_service URL [--port N] [--threads N] [--seed]\n"
    "                    [--pool-size N] [--pool-timeout MS] [--deadline MS] [--grace MS]";

namespace {

template <class N>
N number(std::string_view option, const char* text, N least, N most) {
    const std::string_view digits = text == nullptr ? std::string_view() : text;
    N value{};
    const auto end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (digits.empty() || error != std::errc() || stop != end || value < least || value > most) {
        throw std::invalid_argument(std::string(option) + " takes a whole number from " + std::to_string(least) +
                                    " to " + std::to_string(most));
    }
    return value;
}

milliseconds duration(std::string_view option, const char* text) {
    return milliseconds(number<std::int64_t>(option, text, 0, 3'600'000));
}

}  // namespace

Options parse_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (!argument.starts_with("--")) {
            if (!options.url.empty()) throw std::invalid_argument("one URL is enough");
            options.url = argument;
            continue;
        }
        if (argument == "--seed") {
            options.seed = true;
            continue;
        }
        const char* value = ++i < argc ? argv[i] : nullptr;
        if (argument == "--port") {
            options.port = number<std::uint16_t>(argument, value, 0, 65535);
        } else if (argument == "--threads") {
            options.threads = number(argument, value, 1, 256);
        } else if (argument == "--pool-size") {
            options.pool_size = number(argument, value, 1, 10'000);
        } else if (argument == "--pool-timeout") {
            options.pool_timeout = duration(argument, value);
        } else if (argument == "--deadline") {
            options.deadline = duration(argument, value);
        } else if (argument == "--grace") {
            options.grace = duration(argument, value);
        } else {
            throw std::invalid_argument("unknown option " + std::string(argument));
        }
    }
    if (options.url.empty()) throw std::invalid_argument("a database URL is needed");
    return options;
}

}  // namespace service
