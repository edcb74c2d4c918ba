// ExecutionOptions: how one statement is run.
#pragma once

#include <chrono>
#include <type_traits>

namespace azoth {

/// Options of one execution. Trivially destructible, so that it may be written inside a co_await expression on g++ 12.
struct ExecutionOptions {
    /// The statement is ended with `StatementTimeout` after this time, a stream's opening and each of its fetches too; 0 = the engine's setting.
    std::chrono::milliseconds statement_timeout{0};
    /// Run outside any transaction, committed by itself. Refused inside a transaction.
    bool autocommit = false;
};
static_assert(std::is_trivially_destructible_v<ExecutionOptions>);

}  // namespace azoth
