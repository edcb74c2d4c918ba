// URL components and options of the SQLite driver. What each means is documented in azoth/sqlite.hpp.
#include "settings.hpp"

#include <azoth/base/error.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <string_view>
#include <system_error>

namespace azoth::sqlite::detail {

namespace {

constexpr std::string_view known_options =
    "execution, busy_timeout, timeout, mode, uri, journal_mode, synchronous, foreign_keys, cache_size, begin, "
    "check_same_thread";
constexpr std::string_view uri_options = "cache, immutable, nolock, psow, vfs";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

[[noreturn]] void refuse(const UrlOption& option, std::string_view expected) {
    throw ArgumentError("SQLite URL option '" + option.key + "': '" + option.value + "' is not " +
                        std::string(expected));
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

constexpr std::int64_t longest_wait = std::int64_t{1000} * 60 * 60 * 24 * 365;

std::chrono::milliseconds milliseconds(const UrlOption& option) {
    std::int64_t value = 0;
    if (!parse(option.value, value) || value < 0 || value > longest_wait)
        refuse(option, "a number of milliseconds from 0 to a year");
    return std::chrono::milliseconds(value);
}

std::chrono::milliseconds seconds(const UrlOption& option) {
    double value = 0;
    if (!parse(option.value, value) || !(value >= 0) || value > static_cast<double>(longest_wait / 1000)) {
        refuse(option, "a number of seconds from 0 to a year");
    }
    return std::chrono::milliseconds(std::llround(value * 1000));
}

void check_components(const Url& url) {
    if (!url.driver().empty() && url.driver() != "aiosqlite" && url.driver() != "pysqlite") {
        throw ArgumentError("SQLite URL: the driver suffix '+" + url.driver() +
                            "' is not known; leave it out, or use +aiosqlite or +pysqlite");
    }
    const bool has_host = std::any_of(url.hosts().begin(), url.hosts().end(),
                                      [](const UrlHost& host) { return !host.name.empty() || host.port != 0; });
    if (has_host) {
        throw ArgumentError(
            "SQLite URL: there is no host; a relative path takes three slashes (sqlite:///relative.db), an absolute "
            "one four (sqlite:////absolute.db)");
    }
    if (!url.username().empty() || url.password()) throw ArgumentError("SQLite URL: there is no user name or password");
    if (url.database().find('\0') != std::string::npos) throw ArgumentError("SQLite URL: the path holds a NUL byte");
}

bool is_uri_option(std::string_view key) noexcept {
    return key == "cache" || key == "immutable" || key == "nolock" || key == "psow" || key == "vfs";
}

std::string percent_encode(std::string_view text) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        if (c == '%' || c == '&' || c == '#' || c == '=' || c == '?') {
            const auto byte = static_cast<unsigned char>(c);
            result += '%';
            result += digits[byte >> 4];
            result += digits[byte & 15];
        } else {
            result += c;
        }
    }
    return result;
}

}  // namespace

Settings Settings::from(const Url& url) {
    check_components(url);
    Settings settings;
    settings.path = url.database().empty() ? ":memory:" : url.database();
    settings.memory = settings.path == ":memory:";
    settings.uri = settings.path.starts_with("file:");
    std::string uri_query;
    std::string mode;
    bool shared = false;

    for (const UrlOption& option : url.options()) {
        const std::string& key = option.key;
        if (key == "execution") {
            settings.inline_execution = one_of(option, {"worker", "inline"}) == "inline";
        } else if (key == "busy_timeout") {
            settings.busy_timeout = milliseconds(option);
        } else if (key == "timeout") {
            settings.busy_timeout = seconds(option);
        } else if (key == "mode") {
            mode = one_of(option, {"rwc", "rw", "ro", "memory"});
        } else if (key == "uri") {
            if (!flag(option)) {
                if (settings.uri) refuse(option, "true, although the path is a file: URI");
            } else if (!settings.uri) {
                throw ArgumentError("SQLite URL option 'uri': the path does not start with 'file:'");
            }
        } else if (key == "journal_mode") {
            settings.journal_mode = one_of(option, {"wal", "delete", "truncate", "persist", "memory", "off"});
        } else if (key == "synchronous") {
            settings.synchronous = one_of(option, {"full", "normal", "off", "extra"});
        } else if (key == "foreign_keys") {
            settings.foreign_keys = flag(option);
        } else if (key == "cache_size") {
            std::int64_t value = 0;
            if (!parse(option.value, value) || value > 2147483647 || value < -2147483647)
                refuse(option, "a number of pages, or of KiB when negative");
            settings.cache_size = value;
        } else if (key == "begin") {
            const std::string value = one_of(option, {"deferred", "immediate", "exclusive"});
            settings.begin = value == "deferred" ? "BEGIN" : "BEGIN " + value;
        } else if (key == "check_same_thread") {
            flag(option);
        } else if (settings.uri && is_uri_option(key)) {
            shared = shared || (key == "cache" && option.value == "shared");
            uri_query += (uri_query.empty() ? "" : "&") + key + "=" + percent_encode(option.value);
        } else {
            throw ArgumentError("SQLite URL: unknown option '" + key + "'; known are " + std::string(known_options) +
                                (settings.uri ? ", and for file: URIs " + std::string(uri_options) : std::string()));
        }
    }

    if (mode == "ro") settings.mode = Mode::read_only;
    if (mode == "rw") settings.mode = Mode::read_write;
    if (mode == "memory" || settings.path.starts_with("file::memory:")) settings.memory = true;
    if (mode == "memory" && !settings.uri) settings.path = ":memory:";
    if (settings.uri) {
        if (mode == "memory") uri_query += uri_query.empty() ? "mode=memory" : "&mode=memory";
        if (!uri_query.empty()) settings.path += (settings.path.find('?') == std::string::npos ? "?" : "&") + uri_query;
        if (settings.path.find("mode=memory") != std::string::npos) settings.memory = true;
    }
    if (settings.memory && !settings.journal_mode.empty() && settings.journal_mode != "memory" &&
        settings.journal_mode != "off") {
        throw ArgumentError("SQLite URL option 'journal_mode': a database in memory has no '" + settings.journal_mode +
                            "' journal");
    }
    if (settings.memory && settings.mode == Mode::read_only && !shared) {
        throw ArgumentError("SQLite URL option 'mode': a database in memory that is read-only would always be empty");
    }
    return settings;
}

}  // namespace azoth::sqlite::detail
