// Hosts of a URL: reading `name:port`, and what a host may look like.
#include "url_host.hpp"

#include <azoth/base/throw.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

#include "percent.hpp"

namespace azoth::detail {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    for (;;) {
        const auto end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return pieces;
        text.remove_prefix(end + 1);
    }
}

// RFC 6874 writes the zone of a link-local address as "%25eth0"; "%eth0" is what people paste.
std::string address_of(std::string_view inside_brackets) {
    std::string address(inside_brackets);
    if (const auto zone = address.find("%25"); zone != std::string::npos) address.erase(zone + 1, 2);
    return address;
}

bool looks_like_address(std::string_view text) noexcept {
    const auto zone_at = text.find('%');
    const auto address = text.substr(0, zone_at);
    if (std::count(address.begin(), address.end(), ':') < 2) return false;
    if (address.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
    if (zone_at == std::string_view::npos) return true;
    const auto zone = text.substr(zone_at + 1);
    return !zone.empty() && std::all_of(zone.begin(), zone.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_';
    });
}

}  // namespace

void refuse_url(std::string_view component, std::string_view what) {
    std::string message = "invalid database URL, ";
    message += component;
    message += ": ";
    message += what;
    throw_argument_error(std::move(message));
}

std::uint16_t parse_port(std::string_view text) {
    if (text.empty()) return 0;
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0)
        refuse_url("port", "expected a number from 1 to 65535");
    return port;
}

UrlHost parse_host(std::string_view text, bool encoded) {
    UrlHost host;
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos) refuse_url("host", "'[' without ']'");
        host.name = address_of(text.substr(1, end - 1));
        if (!looks_like_address(host.name)) refuse_url("host", "expected an IPv6 address between '[' and ']'");
        text.remove_prefix(end + 1);
        if (text.empty()) return host;
        if (text.front() != ':') refuse_url("host", "only ':' and a port may follow ']'");
        host.port = parse_port(text.substr(1));
        return host;
    }
    std::string_view name = text;
    const auto colon = text.find(':');
    const bool is_socket = !encoded && !text.empty() && text.front() == '/';
    if (colon != std::string_view::npos && !is_socket) {
        if (text.find(':', colon + 1) != std::string_view::npos) {
            // In ?host= an address may stand bare, as libpq has it; in the authority its last group would read as a
            // port.
            if (encoded) refuse_url("host", "more than one ':'; an IPv6 address is written in brackets");
        } else {
            name = text.substr(0, colon);
            host.port = parse_port(text.substr(colon + 1));
        }
    }
    if (encoded) {
        auto decoded = percent_decode(name);
        if (!decoded) refuse_url("host", "'%' must be followed by two hexadecimal digits");
        host.name = std::move(*decoded);
    } else {
        host.name.assign(name);
    }
    return host;
}

void check_host(std::string_view name) {
    if (name.empty()) return;
    if (name.find('\0') != std::string_view::npos) refuse_url("host", "contains a NUL byte");
    if (name.front() == '/' || name.front() == '@') return;  // a unix socket's directory, or an abstract one
    if (name.find(':') != std::string_view::npos) {
        if (!looks_like_address(name)) refuse_url("host", "neither a name nor an IPv6 address");
        return;
    }
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7f) refuse_url("host", "contains a space or control character");
    }
    if (name.find_first_of("%/\\?#@[],<>\"'`^{}|") != std::string_view::npos)
        refuse_url("host", "contains a character that no host name has");
}

void move_host_options(UrlParts& parts) {
    const auto is_host = [](const UrlOption& option) { return option.key == "host" || option.key == "port"; };
    if (std::none_of(parts.options.begin(), parts.options.end(), is_host)) return;
    if (!parts.hosts.empty())
        refuse_url("host", "given before the path and as option 'host' or 'port' too; write all hosts in one place");

    std::vector<std::string_view> host_texts;
    std::vector<std::string_view> port_texts;
    for (const auto& option : parts.options) {
        if (!is_host(option)) continue;
        auto& texts = option.key == "host" ? host_texts : port_texts;
        for (const auto piece : split(option.value, ',')) texts.push_back(piece);
    }
    std::vector<UrlHost> hosts;
    for (const auto text : host_texts) hosts.push_back(parse_host(text, false));
    const bool has_own_ports = std::any_of(hosts.begin(), hosts.end(), [](const UrlHost& h) { return h.port != 0; });
    if (has_own_ports && !port_texts.empty())
        refuse_url("host", "ports given both as 'host=name:port' and as 'port='; use one of them");
    if (hosts.empty()) hosts.resize(port_texts.size());
    if (!port_texts.empty()) {
        // As in libpq, one port serves all hosts.
        if (port_texts.size() != 1 && port_texts.size() != hosts.size())
            refuse_url("port", "the number of ports is not the number of hosts");
        for (std::size_t i = 0; i < hosts.size(); ++i)
            hosts[i].port = parse_port(port_texts[port_texts.size() == 1 ? 0 : i]);
    }
    parts.hosts = std::move(hosts);
    std::erase_if(parts.options, is_host);
}

}  // namespace azoth::detail
