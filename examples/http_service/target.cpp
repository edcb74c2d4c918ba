// Parsing a request's target.
#include "target.hpp"

#include <charconv>

namespace service {

namespace {

// In parameters '+' is a space, in paths it is a plus.
std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] == '%') {
            unsigned byte = 0;
            const std::string_view digits = text.substr(i + 1, 2);
            const auto end = digits.data() + digits.size();
            const auto [stop, error] = std::from_chars(digits.data(), end, byte, 16);
            if (digits.size() != 2 || error != std::errc() || stop != end) return std::nullopt;
            out += static_cast<char>(byte);
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

std::optional<Target> Target::parse(std::string_view text) {
    if (text.empty() || text[0] != '/') return std::nullopt;
    Target target;
    const auto question = text.find('?');
    auto path = decoded(text.substr(0, question), false);
    if (!path) return std::nullopt;
    target.path_ = std::move(*path);
    std::string_view rest = question == std::string_view::npos ? std::string_view() : text.substr(question + 1);
    while (!rest.empty()) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        rest.remove_prefix(pair.size() == rest.size() ? rest.size() : pair.size() + 1);
        const auto equals = pair.find('=');
        auto name = decoded(pair.substr(0, equals), true);
        auto value = equals == std::string_view::npos ? std::string() : decoded(pair.substr(equals + 1), true);
        if (!name || !value) return std::nullopt;
        target.parameters_.emplace_back(std::move(*name), std::move(*value));
    }
    return target;
}

std::optional<std::string_view> Target::parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters_) {
        if (key == name) return value;
    }
    return std::nullopt;
}

}  // namespace service
