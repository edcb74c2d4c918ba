// Driver: one database product's way in, and the registry by URL scheme.
#pragma once

#include <azoth/driver/awaitable.hpp>
#include <azoth/driver/connection.hpp>
#include <azoth/driver/url.hpp>

#include <chrono>
#include <memory>
#include <string_view>

namespace azoth {

class Dialect;

/// What an engine asks of every connection it opens.
struct ConnectOptions {
    std::chrono::milliseconds connect_timeout{10000};  ///< whole connect; 0 = none
    std::size_t statement_cache_size = 256;            ///< prepared statements kept a connection; 0 = none
    std::chrono::milliseconds statement_timeout{0};    ///< the engine's: set on the server as well, where it has such a limit; 0 = none
    bool read_only = false;                            ///< the database refuses to write for this connection
};

/// How connections to this URL may be pooled.
enum class PoolKind : std::uint8_t {
    queue,   ///< the ordinary pool
    single,  ///< one shared connection, leased exclusively in FIFO order (an in-memory database)
};

/// A database product. Stateless and immortal (a static object of the driver's library). Thread-safe.
class Driver {
public:
    virtual ~Driver() = default;
    virtual const Dialect& dialect() const noexcept = 0;
    /// Errors: `ArgumentError` naming the first URL component or option that this driver does not know or that has a bad value.
    virtual void check(const Url& url) const = 0;
    virtual PoolKind pool_kind(const Url& url) const = 0;
    /// Opens a connection. Errors: `OperationalError` and its kin. Cancellation: at once, nothing leaks.
    virtual awaitable<std::unique_ptr<DriverConnection>> connect(const Url& url, const ConnectOptions& options) const = 0;
};

/// Makes a driver known under a URL scheme ("sqlite"). Registering again replaces. Thread-safe.
void register_driver(std::string_view scheme, const Driver& driver);

/// Errors: `ArgumentError` naming the scheme, the registered ones and the header to include for it.
const Driver& find_driver(std::string_view scheme);

}  // namespace azoth
