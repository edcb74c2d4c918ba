// A request's target taken apart: path and parameters, percent-decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace service {

class Target {
public:
    /// Nothing when the text is no target: it does not begin with '/', or a '%' is not followed by two hex digits.
    static std::optional<Target> parse(std::string_view text);

    /// Decoded; a '/' that was written %2F cannot be told from one that was not.
    const std::string& path() const noexcept { return path_; }
    /// The first value of a parameter; nothing when it is not there.
    std::optional<std::string_view> parameter(std::string_view name) const;

private:
    std::string path_;
    std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace service
