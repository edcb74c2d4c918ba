// Url: where a database is and how to reach it, as an immutable value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace azoth {

/// One server of a URL.
struct UrlHost {
    std::string name;  ///< host name, address without brackets, or the path of a unix socket's directory; "" = the
                       ///< driver's default
    std::uint16_t port = 0;  ///< 0 = the driver's default
    bool operator==(const UrlHost&) const = default;
};

/// One `key=value` of a URL's query, decoded.
struct UrlOption {
    std::string key;
    std::string value;
    bool operator==(const UrlOption&) const = default;
};

/// The components of a URL, decoded. Take them from one URL, change some, and make another with `Url::create`.
struct UrlParts {
    std::string dialect;                  ///< "postgresql", "mysql", "mariadb", "sqlite"
    std::string driver;                   ///< what follows '+' in the scheme; "" = none
    std::string username;                 ///< "" = none
    std::optional<std::string> password;  ///< an empty password is not the same as none
    std::vector<UrlHost> hosts;           ///< tried in order; empty = the driver's default
    std::string database;                 ///< name, or SQLite's path; "" = none
    std::vector<UrlOption> options;       ///< in the order written; keys may repeat
    bool operator==(const UrlParts&) const = default;
};

/// A database URL: `dialect[+driver]://user:password@host:port/database?option=value`.
///
/// User, password, host, database and query are percent-decoded; in the query '+' is a space. IPv6 addresses stand in
/// brackets, the directory of a unix socket is written `%2Fvar%2Frun%2Fpostgresql`. Several hosts: `a:1,b:2` in the
/// authority, or
/// `?host=a:1&host=b:2`, or `?host=a,b&port=1,2`; they are found in `hosts()` and not among the options.
/// SQLite: `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite:///:memory:`, `sqlite://`.
///
/// Only syntax is judged here; whether a dialect, driver or option exists is for the driver to say.
/// Thread safety: an immutable value.
class Url {
public:
    /// Reads a URL.
    /// Errors: `ArgumentError` naming the component at fault; it never quotes the URL, which may hold a password.
    static Url parse(std::string_view text);

    /// Makes a URL from decoded components. `host` and `port` options become hosts, as in `parse`.
    /// Errors: `ArgumentError` naming the component at fault.
    static Url create(UrlParts parts);

    const std::string& dialect() const noexcept { return parts_.dialect; }
    const std::string& driver() const noexcept { return parts_.driver; }
    const std::string& username() const noexcept { return parts_.username; }
    const std::optional<std::string>& password() const noexcept { return parts_.password; }
    /// Name of the first host; "" when there is none.
    std::string_view host() const noexcept;
    /// Port of the first host; 0 = the driver's default.
    std::uint16_t port() const noexcept;
    const std::vector<UrlHost>& hosts() const noexcept { return parts_.hosts; }
    const std::string& database() const noexcept { return parts_.database; }
    const std::vector<UrlOption>& options() const noexcept { return parts_.options; }
    /// Returns the first value of `key`, or nothing. Lifetimes: the view lives as long as this Url.
    std::optional<std::string_view> option(std::string_view key) const noexcept;

    const UrlParts& parts() const noexcept { return parts_; }
    /// Returns a URL in which `key` has this one value.
    Url with_option(std::string_view key, std::string_view value) const;
    /// Returns a URL without `key`.
    Url without_option(std::string_view key) const;

    /// Returns the URL as text. The password, and the values of options that hold secrets by their name (`password`,
    /// `token` and the like), read `***` unless `show_password`; with it, `parse(to_string(true))` equals this URL.
    std::string to_string(bool show_password = false) const;

    bool operator==(const Url&) const = default;

private:
    explicit Url(UrlParts parts) noexcept;
    UrlParts parts_;
};

}  // namespace azoth
