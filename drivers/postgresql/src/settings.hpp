// What a URL asks of a connection, checked and resolved.
#pragma once

#include <azoth/driver/url.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace azoth::postgresql::detail {

struct Settings {
    /// Which of several servers will do. Names and meanings are libpq's.
    enum class Target : std::uint8_t { any, read_write, read_only, primary, standby, prefer_standby };

    std::vector<UrlHost> hosts;  // at least one; a name that begins with '/' is the directory of a unix socket
    std::string user;            // empty: libpq's default
    std::optional<std::string> password;
    std::string database;        // empty: libpq's default
    std::vector<std::pair<std::string, std::string>> parameters;  // libpq's own, unchanged
    std::string options;         // settings of the session, as libpq's "options"
    bool named_statements = true;  // false: nothing that outlives a transaction is left on the server
    bool shuffle = false;
    Target target = Target::any;
    std::optional<std::size_t> statement_cache_size;
    std::optional<std::int64_t> connect_timeout_ms;

    /// Errors: `ArgumentError` naming the component or option at fault.
    static Settings from(const Url& url);
};

}  // namespace azoth::postgresql::detail
