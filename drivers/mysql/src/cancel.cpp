// Two threads for all connections of the process: a server that hangs must not cost a thread a statement.
#include "cancel.hpp"

#include "link.hpp"

#include <azoth/driver/detail/threads.hpp>

#include <utility>

namespace azoth::mysql::detail {

namespace {

azoth::detail::ThreadQueue& threads() {
    // Never destroyed: its threads may still run when the process ends.
    static auto* const queue = new azoth::detail::ThreadQueue(2);
    return *queue;
}

}  // namespace

std::shared_ptr<Kill> Kill::send(std::shared_ptr<const Settings> settings, const ServerFacts& facts, std::weak_ptr<Link> link) noexcept {
    auto kill = std::make_shared<Kill>();
    try {
        threads().run([kill, settings = std::move(settings), facts, link = std::move(link), until = Clock::now() + kill_grace] {
            const auto patience = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
            if (patience.count() <= 0) return;  // waited in line for so long that the connection is closed by now
            if (!kill_now(*settings, facts, KillWhat::statement, patience)) return;
            kill->answered_.store(true, std::memory_order_release);
            if (const auto waiting = link.lock()) waiting->watch.wake();
        });
    } catch (...) {
        // no thread, no memory: the grace will pass
    }
    return kill;
}

void Kill::forget(std::shared_ptr<const Settings> settings, const ServerFacts& facts) noexcept {
    try {
        // The connection rather than its statement: one that the server has not read yet must not begin either.
        threads().run([settings = std::move(settings), facts] { kill_now(*settings, facts, KillWhat::connection, kill_grace); });
    } catch (...) {
        // no thread, no memory: the statement runs to its end
    }
}

}  // namespace azoth::mysql::detail
