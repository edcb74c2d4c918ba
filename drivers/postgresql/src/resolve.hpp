// resolve(): host names to addresses, on a thread of its own.
#pragma once

#include <azoth/driver/awaitable.hpp>

#include <string>
#include <vector>

namespace azoth::postgresql::detail {

/// Numeric addresses of a host, in the order to try them. Errors: `OperationalError` naming the host. Cancellation: at once; the thread ends by itself.
awaitable<std::vector<std::string>> resolve(std::string host);

}  // namespace azoth::postgresql::detail
