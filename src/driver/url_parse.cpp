// Url::parse: from text to components.
#include <azoth/driver/url.hpp>

#include <utility>

#include "percent.hpp"
#include "url_host.hpp"

namespace azoth {

namespace {

using detail::refuse_url;

constexpr auto npos = std::string_view::npos;

std::string decode(std::string_view component, std::string_view text, bool plus_is_space = false) {
    auto decoded = detail::percent_decode(text, plus_is_space);
    if (!decoded) refuse_url(component, "'%' must be followed by two hexadecimal digits; write '%' itself as %25");
    return std::move(*decoded);
}

void read_scheme(std::string_view scheme, UrlParts& parts) {
    const auto plus = scheme.find('+');
    parts.dialect.assign(scheme.substr(0, plus));
    if (plus == npos) return;
    parts.driver.assign(scheme.substr(plus + 1));
    if (parts.driver.empty()) refuse_url("driver", "missing after '+'");
}

// Length of "user:password" in front of its '@', or npos when there is none.
//
// RFC 3986 ends the authority at the first '/' or '?'. SQLAlchemy also lets a password contain them unescaped, and URLs
// in use rely on it; reading such a password as host and database would print it in logs. So text after ':' that runs
// up to a later '@' is a password, as there.
std::size_t userinfo_length(std::string_view rest) {
    const auto authority = rest.substr(0, rest.find_first_of("/?"));
    // The last '@': an unescaped one in a password must not make its tail part of the host.
    if (const auto at = authority.rfind('@'); at != npos) return at;
    if (authority.empty() || authority.front() == '[' || authority.find(':') == npos) return npos;
    const auto at = rest.find('@');
    if (at == npos || at < rest.find('?')) return at;
    const auto port = authority.substr(authority.rfind(':') + 1);
    if (port.find_first_not_of("0123456789") == npos)
        refuse_url("query", "'@' could also end a password here; write it as %40");
    return at;
}

void read_userinfo(std::string_view userinfo, UrlParts& parts) {
    const auto colon = userinfo.find(':');
    parts.username = decode("username", userinfo.substr(0, colon));
    if (colon != npos) parts.password = decode("password", userinfo.substr(colon + 1));
}

void read_hosts(std::string_view text, UrlParts& parts) {
    if (text.empty()) return;
    for (;;) {
        const auto comma = text.find(',');
        parts.hosts.push_back(detail::parse_host(text.substr(0, comma), true));
        if (comma == npos) return;
        text.remove_prefix(comma + 1);
    }
}

void read_query(std::string_view text, UrlParts& parts) {
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto piece = text.substr(0, end);
        text.remove_prefix(end == npos ? text.size() : end + 1);
        if (piece.empty()) continue;
        const auto equals = piece.find('=');
        if (equals == npos) refuse_url("query", "an option without '='");
        UrlOption option;
        option.key = decode("query", piece.substr(0, equals), true);
        option.value = decode("query", piece.substr(equals + 1), true);
        parts.options.push_back(std::move(option));
    }
}

}  // namespace

Url Url::parse(std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f)
            refuse_url("text",
                       "contains a control character, perhaps a line end; write it percent-encoded if it is meant");
    }
    const auto scheme_end = text.find("://");
    if (scheme_end == npos) refuse_url("scheme", "expected dialect://... or dialect+driver://...");

    UrlParts parts;
    read_scheme(text.substr(0, scheme_end), parts);
    auto rest = text.substr(scheme_end + 3);
    if (const auto length = userinfo_length(rest); length != npos) {
        read_userinfo(rest.substr(0, length), parts);
        rest.remove_prefix(length + 1);
    }
    const auto authority_end = rest.find_first_of("/?");
    read_hosts(rest.substr(0, authority_end), parts);
    rest.remove_prefix(authority_end == npos ? rest.size() : authority_end);
    const auto question = rest.find('?');
    if (!rest.empty() && rest.front() == '/')
        parts.database = decode("database", rest.substr(1, question == npos ? npos : question - 1));
    if (question != npos) read_query(rest.substr(question + 1), parts);
    return create(std::move(parts));
}

}  // namespace azoth
