// Connecting and killing: the calls that block, made on threads of their own.
#pragma once

#include "handle.hpp"
#include "settings.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace azoth::mysql::detail {

using Clock = std::chrono::steady_clock;

/// What is known of a server once somebody is connected to it.
struct ServerFacts {
    UrlHost host;
    unsigned long thread_id = 0;
    bool mariadb = false;
    bool arrays = false;               // executes a statement with arrays of parameters
    bool rollback_on_timeout = false;  // a lock wait that times out takes the whole transaction with it
    std::size_t max_packet = 0;        // bytes of one message to the server
};

struct Connected {
    Handle handle;
    ServerFacts facts;
};

/// Connects to the first host that answers, sets the session up and makes the socket non-blocking. Blocks, name resolution included.
/// Errors: `OperationalError` and its kin, of the last host tried.
Connected connect_now(const Settings& settings, std::chrono::milliseconds statement_timeout, std::optional<Clock::time_point> deadline);

enum class KillWhat : std::uint8_t { statement, connection };

/// Stops the statement that connection `thread_id` runs, or ends that connection, by one of its own. Blocks. Returns false when the server did not answer.
bool kill_now(const Settings& settings, const ServerFacts& facts, KillWhat what, std::chrono::milliseconds patience) noexcept;

}  // namespace azoth::mysql::detail
