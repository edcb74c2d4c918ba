// Hosts of a URL: reading `name:port`, and what a host may look like.
#pragma once

#include <azoth/driver/url.hpp>

#include <string_view>

namespace azoth::detail {

/// Throws the ArgumentError for a URL component. `what` is fixed text: nothing of the URL may be quoted.
[[noreturn]] void refuse_url(std::string_view component, std::string_view what);

/// Reads 1..65535; empty is 0, the default. Errors: `ArgumentError`.
std::uint16_t parse_port(std::string_view text);

/// Reads `name`, `name:port`, `[address]`, `[address]:port` or `:port`. `encoded`: the name is percent-encoded.
/// Errors: `ArgumentError`.
UrlHost parse_host(std::string_view text, bool encoded);

/// Errors: `ArgumentError` when this cannot be a host name, an address or a socket directory.
void check_host(std::string_view name);

/// Turns options `host` and `port` into hosts, as SQLAlchemy's multi-host URLs want it.
/// Errors: `ArgumentError` when two ways of writing hosts are mixed, or the counts of hosts and ports disagree.
void move_host_options(UrlParts& parts);

}  // namespace azoth::detail
