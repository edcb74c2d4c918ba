// URL components and options of the MariaDB and MySQL driver. What each means is documented in azoth/mysql.hpp.
#include "settings.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <string_view>
#include <system_error>

namespace azoth::mysql::detail {

namespace {

constexpr std::string_view known_options =
    "ssl_mode, ssl, ssl_ca, ssl_capath, ssl_cert, ssl_key, ssl_cipher, tls_version, ssl_disabled, ssl_verify_cert, ssl_verify_identity, "
    "ssl_check_hostname, unix_socket, connect_timeout, charset, collation, sql_mode, innodb_lock_wait_timeout, init_command, array_binding";
constexpr std::array<std::string_view, 5> known_suffixes{"aiomysql", "asyncmy", "pymysql", "mysqldb", "mariadbconnector"};

// NO_AUTO_VALUE_ON_ZERO: a 0 that is inserted stays 0 instead of becoming a generated key in silence.
constexpr std::string_view default_sql_mode =
    "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,"
    "NO_AUTO_VALUE_ON_ZERO";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

[[noreturn]] void refuse(const UrlOption& option, std::string_view expected) {
    throw ArgumentError("MySQL URL option '" + option.key + "': '" + option.value + "' is not " + std::string(expected));
}

std::string one_of(const UrlOption& option, std::initializer_list<std::string_view> allowed) {
    std::string value = lower(option.value);
    if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
    std::string list = "one of ";
    for (const std::string_view name : allowed) {
        if (name != *allowed.begin()) list += ", ";
        list += name;
    }
    refuse(option, list);
}

bool flag(const UrlOption& option) {
    const std::string value = lower(option.value);
    for (const std::string_view yes : {"true", "on", "1", "yes"}) {
        if (value == yes) return true;
    }
    for (const std::string_view no : {"false", "off", "0", "no"}) {
        if (value == no) return false;
    }
    refuse(option, "on or off");
}

template <class Number>
bool parse(std::string_view text, Number& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

constexpr std::int64_t year_seconds = std::int64_t{60} * 60 * 24 * 365;

std::chrono::milliseconds seconds(const UrlOption& option) {
    double value = 0;
    if (!parse(option.value, value) || !(value >= 0) || value > static_cast<double>(year_seconds)) {
        refuse(option, "a number of seconds from 0 to a year");
    }
    return std::chrono::milliseconds(std::llround(value * 1000));
}

std::int64_t whole_seconds(const UrlOption& option) {
    std::int64_t value = 0;
    if (!parse(option.value, value) || value < 0 || value > year_seconds) refuse(option, "a whole number of seconds from 0 to a year");
    return value;
}

// These words become part of a SET statement.
const std::string& word(const UrlOption& option, std::string_view also) {
    const bool plain = std::all_of(option.value.begin(), option.value.end(), [also](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || also.find(c) != std::string_view::npos;
    });
    if (!plain) refuse(option, "made of letters, digits and underscores");
    return option.value;
}

const std::string& filled(const UrlOption& option) {
    if (option.value.empty() || option.value.find('\0') != std::string::npos) refuse(option, "a name");
    return option.value;
}

void check_components(const Url& url) {
    const auto suffix = std::find(known_suffixes.begin(), known_suffixes.end(), url.driver());
    if (!url.driver().empty() && suffix == known_suffixes.end()) {
        throw ArgumentError("MySQL URL: the driver suffix '+" + url.driver() +
                            "' is not known; leave it out, or use +aiomysql, +asyncmy, +pymysql, +mysqldb or +mariadbconnector");
    }
    const auto has_nul = [](std::string_view text) { return text.find('\0') != std::string_view::npos; };
    if (has_nul(url.username())) throw ArgumentError("MySQL URL: the user name holds a NUL byte");
    if (url.password() && has_nul(*url.password())) throw ArgumentError("MySQL URL: the password holds a NUL byte");
    if (has_nul(url.database())) throw ArgumentError("MySQL URL: the database's name holds a NUL byte");
    for (const UrlHost& host : url.hosts()) {
        if (has_nul(host.name)) throw ArgumentError("MySQL URL: a host's name holds a NUL byte");
    }
}

// Several options speak of TLS, in any order.
struct TlsWishes {
    std::string mode;  // ssl_mode
    std::optional<bool> wanted;
    std::optional<bool> verify;

    // Returns false for an option that is none of these.
    bool take(const UrlOption& option, Settings& settings) {
        const std::string& key = option.key;
        if (key == "ssl_mode" || key == "ssl-mode") {
            mode = one_of(option, {"disabled", "preferred", "required", "verify_ca", "verify_identity"});
        } else if (key == "ssl") {
            wanted = flag(option);
        } else if (key == "ssl_disabled") {
            wanted = !flag(option);
        } else if (key == "ssl_verify_cert" || key == "ssl_verify_identity" || key == "ssl_check_hostname") {
            verify = flag(option) || (verify && *verify);
        } else if (key == "ssl_ca") {
            settings.ssl_ca = filled(option);
        } else if (key == "ssl_capath") {
            settings.ssl_capath = filled(option);
        } else if (key == "ssl_cert") {
            settings.ssl_cert = filled(option);
        } else if (key == "ssl_key") {
            settings.ssl_key = filled(option);
        } else if (key == "ssl_cipher") {
            settings.ssl_cipher = filled(option);
        } else if (key == "tls_version") {
            settings.tls_version = filled(option);
        } else {
            return false;
        }
        return true;
    }

    Settings::Tls resolve(const Settings& settings) const {
        using Tls = Settings::Tls;
        const bool authority = !settings.ssl_ca.empty() || !settings.ssl_capath.empty();
        const bool details = authority || !settings.ssl_cert.empty() || !settings.ssl_key.empty() || !settings.ssl_cipher.empty() ||
                             !settings.tls_version.empty();
        Tls tls = authority ? Tls::verified : details ? Tls::required : Tls::disabled;
        if (wanted) tls = !*wanted ? Tls::disabled : std::max(tls, Tls::required);
        if (verify) tls = *verify ? Tls::verified : std::min(tls, Tls::required);
        if (mode == "disabled") tls = Tls::disabled;
        if (mode == "preferred") tls = Tls::preferred;
        if (mode == "required") tls = Tls::required;
        if (mode.starts_with("verify_")) tls = Tls::verified;
        if (wanted && !*wanted && tls != Tls::disabled) throw ArgumentError("MySQL URL: TLS is both switched off and asked for");
        if (verify && *verify && tls != Tls::verified) throw ArgumentError("MySQL URL: ssl_mode=" + mode + " and an option that verifies the server contradict each other");
        if (tls == Tls::verified && !authority)
            throw ArgumentError("MySQL URL: verifying the server takes ssl_ca or ssl_capath, the certificates to trust");
        if (tls == Tls::disabled && details) throw ArgumentError("MySQL URL: TLS is switched off, but there are ssl options");
        return tls;
    }
};

}  // namespace

Settings Settings::from(const Url& url) {
    check_components(url);
    Settings settings;
    settings.mariadb = url.dialect() == "mariadb";
    settings.hosts = url.hosts();
    settings.username = url.username();
    settings.password = url.password().value_or("");
    settings.database = url.database();
    settings.sql_mode = default_sql_mode;
    TlsWishes tls;

    for (const UrlOption& option : url.options()) {
        const std::string& key = option.key;
        if (tls.take(option, settings)) continue;
        if (key == "unix_socket") {
            if (!option.value.starts_with('/')) refuse(option, "an absolute path");
            settings.hosts.assign(1, UrlHost{option.value, 0});
        } else if (key == "connect_timeout") {
            settings.connect_timeout = seconds(option);
        } else if (key == "charset") {
            one_of(option, {"utf8mb4"});
        } else if (key == "collation") {
            settings.collation = word(option, "");
        } else if (key == "sql_mode") {
            settings.sql_mode = word(option, ",");
        } else if (key == "innodb_lock_wait_timeout") {
            settings.lock_wait_timeout = whole_seconds(option);
        } else if (key == "init_command") {
            settings.init_command = filled(option);
        } else if (key == "array_binding") {
            settings.array_binding = flag(option);
        } else {
            throw ArgumentError("MySQL URL: unknown option '" + key + "'; known are " + std::string(known_options));
        }
    }
    if (settings.hosts.empty()) settings.hosts.push_back({"localhost", 0});
    for (UrlHost& host : settings.hosts) {
        if (host.name.empty()) host.name = "localhost";
    }
    settings.tls = tls.resolve(settings);
    return settings;
}

}  // namespace azoth::mysql::detail
