// URL components and options of the PostgreSQL driver. What each means is documented in azoth/postgresql.hpp.
#include "settings.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

namespace azoth::postgresql::detail {

namespace {

// https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS, without what azoth sets itself.
constexpr std::array<std::string_view, 25> libpq_options{
    "application_name", "fallback_application_name", "passfile", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
    "tcp_user_timeout", "channel_binding", "sslmode", "sslcompression", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl",
    "sslcrldir", "sslsni", "requirepeer", "ssl_min_protocol_version", "ssl_max_protocol_version", "krbsrvname", "gsslib", "gssencmode",
    "require_auth"};
constexpr std::array<std::string_view, 7> python_drivers{"asyncpg", "psycopg", "psycopg2", "psycopg_async", "pg8000", "aiopg", "psycopg2cffi"};
constexpr std::array<std::string_view, 6> ssl_modes{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

[[noreturn]] void refuse(const UrlOption& option, std::string_view expected) {
    throw ArgumentError("PostgreSQL URL option '" + option.key + "': '" + option.value + "' is not " + std::string(expected));
}

std::int64_t number(const UrlOption& option, std::int64_t most) {
    std::int64_t value = 0;
    const char* const end = option.value.data() + option.value.size();
    const auto [last, error] = std::from_chars(option.value.data(), end, value);
    if (error != std::errc() || last != end || value < 0 || value > most) refuse(option, "a whole number from 0 to " + std::to_string(most));
    return value;
}

Settings::Target target(const UrlOption& option) {
    constexpr std::array<std::string_view, 6> names{"any", "read-write", "read-only", "primary", "standby", "prefer-standby"};
    const auto found = std::find(names.begin(), names.end(), option.value);
    if (found == names.end()) refuse(option, "one of any, read-write, read-only, primary, standby, prefer-standby");
    return static_cast<Settings::Target>(found - names.begin());
}

void take_option(Settings& settings, const UrlOption& option) {
    if (option.value.find('\0') != std::string::npos) refuse(option, "text without a NUL byte");
    if (option.key == "prepared") {
        if (option.value != "named" && option.value != "unnamed") refuse(option, "named or unnamed");
        settings.named_statements = option.value == "named";
    } else if (option.key == "prepared_statement_cache_size") {
        settings.statement_cache_size = static_cast<std::size_t>(number(option, 100000));
    } else if (option.key == "target_session_attrs") {
        settings.target = target(option);
    } else if (option.key == "load_balance_hosts") {
        if (option.value != "disable" && option.value != "random") refuse(option, "disable or random");
        settings.shuffle = option.value == "random";
    } else if (option.key == "connect_timeout") {
        settings.connect_timeout_ms = number(option, 86400) * 1000;
    } else if (option.key == "options") {
        settings.options = option.value;
    } else if (option.key == "client_encoding") {
        if (option.value != "utf8" && option.value != "UTF8" && option.value != "utf-8" && option.value != "auto") refuse(option, "utf8: azoth's text is UTF-8");
    } else if (option.key == "ssl" || option.key == "sslmode") {
        const std::string mode = option.key == "ssl" && option.value == "true" ? "require" : option.value;
        if (!is_one_of(mode, ssl_modes)) refuse(option, "one of disable, allow, prefer, require, verify-ca, verify-full");
        settings.parameters.emplace_back("sslmode", mode);
    } else if (is_one_of(option.key, libpq_options)) {
        settings.parameters.emplace_back(option.key, option.value);
    } else {
        throw ArgumentError("PostgreSQL URL option '" + option.key +
                            "' is not known; there are prepared, prepared_statement_cache_size, target_session_attrs, load_balance_hosts, connect_timeout, options "
                            "and libpq's own (sslmode, sslrootcert, application_name, keepalives_idle ...)");
    }
}

void check_text(std::string_view text, const char* component) {
    if (text.find('\0') != std::string_view::npos) throw ArgumentError(std::string("PostgreSQL URL: the ") + component + " holds a NUL byte");
}

}  // namespace

Settings Settings::from(const Url& url) {
    if (!url.driver().empty() && !is_one_of(url.driver(), python_drivers)) {
        throw ArgumentError("PostgreSQL URL: the driver suffix '+" + url.driver() + "' is not known; leave it out, or use +asyncpg or +psycopg");
    }
    Settings settings;
    settings.hosts = url.hosts();
    if (settings.hosts.empty()) settings.hosts.emplace_back();
    for (const UrlHost& host : settings.hosts) check_text(host.name, "host");
    settings.user = url.username();
    settings.password = url.password();
    settings.database = url.database();
    check_text(settings.user, "user name");
    check_text(settings.database, "database name");
    if (settings.password) check_text(*settings.password, "password");
    for (const UrlOption& option : url.options()) take_option(settings, option);
    return settings;
}

}  // namespace azoth::postgresql::detail
