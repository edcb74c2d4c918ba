// Kill: one KILL QUERY on its way, by a thread and a connection of its own.
#pragma once

#include "connect.hpp"

#include <atomic>
#include <memory>

namespace azoth::mysql::detail {

class Link;

/// Thread safety: answered() may be called from any thread.
class Kill {
public:
    /// Sends it. Never blocks and never fails: one that cannot be sent is one that is not answered.
    static std::shared_ptr<Kill> send(std::shared_ptr<const Settings> settings, const ServerFacts& facts, std::weak_ptr<Link> link) noexcept;
    /// Ends the connection at the server, which would not notice that it was closed before its statement ends. Nobody waits for that. Never blocks.
    static void forget(std::shared_ptr<const Settings> settings, const ServerFacts& facts) noexcept;
    /// The server has answered: nothing that begins from now on is hit, save what is done right after.
    bool answered() const noexcept { return answered_.load(std::memory_order_acquire); }

private:
    std::atomic<bool> answered_{false};
};

/// How long a statement that was killed, and the KILL itself, may take until the connection is given up.
inline constexpr std::chrono::milliseconds kill_grace{5000};

}  // namespace azoth::mysql::detail
