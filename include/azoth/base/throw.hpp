// Out-of-line throw helpers: headers that only need to refuse something include this, not the whole exception tree.
#pragma once

#include <string>

namespace azoth::detail {

[[noreturn]] void throw_argument_error(std::string message);
[[noreturn]] void throw_no_result_found(std::string message);
[[noreturn]] void throw_multiple_results_found(std::string message);
[[noreturn]] void throw_stale_data(std::string message);
[[noreturn]] void throw_not_loaded(std::string message);
[[noreturn]] void throw_detached_instance(std::string message);
[[noreturn]] void throw_pool_timeout(std::string message);
[[noreturn]] void throw_concurrent_use(std::string message);
[[noreturn]] void throw_commit_outcome_unknown(std::string message);
[[noreturn]] void throw_invalid_request(std::string message);
[[noreturn]] void throw_pending_rollback(std::string message);
[[noreturn]] void throw_resource_closed(std::string message);

[[noreturn]] void throw_data_error(std::string message);
/// As above, naming the column in `detail().column` too.
[[noreturn]] void throw_data_error(std::string message, std::string column);
[[noreturn]] void throw_not_null_violation(std::string message, std::string table, std::string column);
[[noreturn]] void throw_programming_error(std::string message);
[[noreturn]] void throw_internal_error(std::string message);
[[noreturn]] void throw_not_supported(std::string message);

}  // namespace azoth::detail
