// Url: checking components, looking things up, and printing without secrets.
#include <azoth/driver/url.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "percent.hpp"
#include "url_host.hpp"

namespace azoth {

namespace {

using detail::refuse_url;

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

void check_name(std::string_view component, std::string_view name) {
    if (name.empty() || !is_letter(name.front())) refuse_url(component, "must begin with a letter");
    for (const char c : name)
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '_')
            refuse_url(component, "may hold only letters, digits and '_'");
}

// Every component ends up in a C string of some client library, which would silently cut it.
void check_no_nul(std::string_view component, std::string_view text) {
    if (text.find('\0') != std::string_view::npos) refuse_url(component, "contains a NUL byte");
}

bool holds_secret(std::string_view key) {
    std::string lower(key);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    constexpr std::array<std::string_view, 6> marks{"password", "passwd", "passphrase", "pwd", "secret", "token"};
    return std::any_of(marks.begin(), marks.end(),
                       [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

void append_host(std::string& out, const UrlHost& host) {
    const bool is_socket = !host.name.empty() && (host.name.front() == '/' || host.name.front() == '@');
    if (!is_socket && host.name.find(':') != std::string::npos) {
        out += '[';
        const auto zone = host.name.find('%');
        out += host.name.substr(0, zone);
        if (zone != std::string::npos) {
            out += "%25";
            out += host.name.substr(zone + 1);
        }
        out += ']';
    } else {
        detail::percent_encode(out, host.name);
    }
    if (host.port != 0) {
        out += ':';
        out += std::to_string(host.port);
    }
}

}  // namespace

Url::Url(UrlParts parts) noexcept : parts_(std::move(parts)) {}

Url Url::create(UrlParts parts) {
    check_name("dialect", parts.dialect);
    if (!parts.driver.empty()) check_name("driver", parts.driver);
    check_no_nul("username", parts.username);
    if (parts.password) check_no_nul("password", *parts.password);
    check_no_nul("database", parts.database);
    for (const auto& option : parts.options) {
        if (option.key.empty()) refuse_url("query", "an option without a name");
        check_no_nul("query", option.key);
        check_no_nul("query", option.value);
    }
    detail::move_host_options(parts);
    if (parts.hosts.size() == 1 && parts.hosts.front() == UrlHost{}) parts.hosts.clear();
    for (const auto& host : parts.hosts) {
        if (host.name.empty() && parts.hosts.size() > 1) refuse_url("host", "an empty entry in a list of hosts");
        detail::check_host(host.name);
    }
    if (parts.dialect == "sqlite") {
        if (!parts.hosts.empty())
            refuse_url("host", "SQLite has none: a relative path follows three slashes, an absolute one four");
        if (!parts.username.empty() || parts.password) refuse_url("username", "SQLite has no users");
    }
    return Url(std::move(parts));
}

std::string_view Url::host() const noexcept {
    return parts_.hosts.empty() ? std::string_view{} : std::string_view{parts_.hosts.front().name};
}

std::uint16_t Url::port() const noexcept { return parts_.hosts.empty() ? std::uint16_t{0} : parts_.hosts.front().port; }

std::optional<std::string_view> Url::option(std::string_view key) const noexcept {
    for (const auto& option : parts_.options)
        if (option.key == key) return std::string_view{option.value};
    return std::nullopt;
}

Url Url::with_option(std::string_view key, std::string_view value) const {
    UrlParts parts = parts_;
    const auto same = [&](const UrlOption& option) { return option.key == key; };
    const auto place = std::find_if(parts.options.begin(), parts.options.end(), same);
    if (place == parts.options.end()) {
        UrlOption added;
        added.key.assign(key);
        added.value.assign(value);
        parts.options.push_back(std::move(added));
    } else {
        place->value.assign(value);
        parts.options.erase(std::remove_if(place + 1, parts.options.end(), same), parts.options.end());
    }
    return create(std::move(parts));
}

Url Url::without_option(std::string_view key) const {
    UrlParts parts = parts_;
    std::erase_if(parts.options, [&](const UrlOption& option) { return option.key == key; });
    return create(std::move(parts));
}

std::string Url::to_string(bool show_password) const {
    std::string out = parts_.dialect;
    if (!parts_.driver.empty()) {
        out += '+';
        out += parts_.driver;
    }
    out += "://";
    if (!parts_.username.empty() || parts_.password) {
        detail::percent_encode(out, parts_.username);
        if (parts_.password) {
            out += ':';
            if (show_password)
                detail::percent_encode(out, *parts_.password);
            else
                out += "***";
        }
        out += '@';
    }
    bool first = true;
    for (const auto& host : parts_.hosts) {
        if (!first) out += ',';
        first = false;
        append_host(out, host);
    }
    if (!parts_.database.empty()) {
        out += '/';
        detail::percent_encode(out, parts_.database, "/:+,=");
    }
    char separator = '?';
    for (const auto& option : parts_.options) {
        out += separator;
        separator = '&';
        detail::percent_encode(out, option.key);
        out += '=';
        if (!show_password && holds_secret(option.key))
            out += "***";
        else
            detail::percent_encode(out, option.value, "/:,");
    }
    return out;
}

}  // namespace azoth
