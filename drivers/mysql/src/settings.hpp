// What a URL asks of a connection, checked and resolved.
#pragma once

#include <azoth/driver/url.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace azoth::mysql::detail {

struct Settings {
    enum class Tls : std::uint8_t { disabled, preferred, required, verified };

    bool mariadb = false;  // the URL's scheme: MariaDB's SQL is spoken
    std::vector<UrlHost> hosts;  // never empty; a name that is a path is a unix socket
    std::string username;
    std::string password;
    std::string database;  // empty: none

    Tls tls = Tls::disabled;
    std::string ssl_ca;
    std::string ssl_capath;
    std::string ssl_cert;
    std::string ssl_key;
    std::string ssl_cipher;
    std::string tls_version;

    std::optional<std::chrono::milliseconds> connect_timeout;
    std::string collation;
    std::string sql_mode;
    std::optional<std::int64_t> lock_wait_timeout;  // seconds
    std::string init_command;
    bool array_binding = true;
    bool refuse_writes = false;  // not the URL's: the engine asks for it

    /// Errors: `ArgumentError` naming the component or option at fault.
    static Settings from(const Url& url);
};

}  // namespace azoth::mysql::detail
