// connect(): from a URL's settings to a connection that is ready, over all servers and addresses it names.
#pragma once

#include "settings.hpp"

#include <azoth/driver/driver.hpp>

#include <memory>

namespace azoth::detail {
class ThreadQueue;
}

namespace azoth::postgresql::detail {

awaitable<std::unique_ptr<DriverConnection>> connect(Settings settings, ConnectOptions options, std::shared_ptr<azoth::detail::ThreadQueue> cancels);

}  // namespace azoth::postgresql::detail
