// perform(): an operation from the side of the coroutine that waits for it.
#pragma once

#include "link.hpp"
#include "operation.hpp"

#include <azoth/driver/awaitable.hpp>

#include <memory>

namespace azoth::postgresql::detail {

/// Hands the operation over and waits for its end. Errors: those of the operation; `operation_aborted` when cancelled.
awaitable<void> perform(std::shared_ptr<Link> link, std::shared_ptr<Operation> operation);

}  // namespace azoth::postgresql::detail
