// PoolDriver: calls a pool machine and writes its commands as text, so that a case reads like a conversation.
#pragma once

#include <azoth/engine/pool_machine.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace azoth::tests {

using namespace azoth::detail;

// Drives a machine and writes its commands as text: "connect 1", "grant 1 to 7 fresh", "close 1", "timeout 7", "failed
// 7", "pause for 7", "refused 7".
struct PoolDriver {
    PoolMachine machine;
    PoolMachine::TimePoint now{std::chrono::seconds(1000)};
    std::uint64_t last_waiter = 0;

    explicit PoolDriver(const PoolOptions& options) : machine(options) {}

    static std::string text(const PoolMachine::Commands& commands) {
        std::string out;
        for (const auto& command : commands) {
            if (!out.empty()) out += ", ";
            const auto slot = std::to_string(static_cast<std::uint64_t>(command.slot));
            const auto waiter = std::to_string(static_cast<std::uint64_t>(command.waiter));
            switch (command.kind) {
                case PoolCommandKind::grant:
                    out += "grant " + slot + " to " + waiter;
                    if (command.fresh) out += " fresh";
                    break;
                case PoolCommandKind::connect:
                    out += "connect " + slot;
                    break;
                case PoolCommandKind::close:
                    out += "close " + slot;
                    break;
                case PoolCommandKind::pause:
                    out += "pause for " + waiter;
                    break;
                case PoolCommandKind::reject_refused:
                    out += "refused " + waiter;
                    break;
                case PoolCommandKind::reject_timeout:
                    out += "timeout " + waiter;
                    break;
                case PoolCommandKind::reject_connect:
                    out += "failed " + waiter;
                    break;
            }
        }
        return out;
    }

    template <class Input>
    std::string run(Input input) {
        PoolMachine::Commands out;
        input(out);
        return text(out);
    }

    std::string acquire(std::uint64_t waiter, const void* context = nullptr) {
        return run([&](auto& out) { machine.acquire(WaiterId{waiter}, now, out, context); });
    }
    std::string cancel(std::uint64_t waiter) {
        return run([&](auto& out) { CHECK(machine.cancel(WaiterId{waiter}, now, out)); });
    }
    std::string connected(std::uint64_t slot) {
        return run([&](auto& out) { machine.connected(SlotId{slot}, now, out); });
    }
    std::string failed(std::uint64_t slot) {
        return run([&](auto& out) { machine.connect_failed(SlotId{slot}, now, out); });
    }
    std::string refused(std::uint64_t slot, double part = 1) {
        return run([&](auto& out) { machine.connect_refused(SlotId{slot}, part, now, out); });
    }
    std::string pause_over() {
        return run([&](auto& out) { machine.pause_over(now, out); });
    }
    std::string release(std::uint64_t slot, ReleaseKind kind = ReleaseKind::clean) {
        return run([&](auto& out) { machine.release(SlotId{slot}, kind, now, out); });
    }
    std::string found_dead(std::uint64_t slot) {
        return run([&](auto& out) { machine.found_dead(SlotId{slot}, now, out); });
    }
    std::string detach(std::uint64_t slot) {
        return run([&](auto& out) { machine.detach(SlotId{slot}, now, out); });
    }
    std::string invalidate() {
        return run([&](auto& out) { machine.invalidate(now, out); });
    }
    std::string dispose() {
        return run([&](auto& out) { machine.dispose(now, out); });
    }
    std::string tick() {
        return run([&](auto& out) { machine.tick(now, out); });
    }
    // Takes and opens connections 1..count for callers 1..count.
    void fill(std::uint64_t count) {
        for (std::uint64_t i = 1; i <= count; ++i) {
            CHECK(acquire(i) == "connect " + std::to_string(i));
            CHECK(connected(i) == "grant " + std::to_string(i) + " to " + std::to_string(i) + " fresh");
        }
    }
};

inline PoolOptions sized(int size, int overflow) {
    PoolOptions options;
    options.pool_size = size;
    options.max_overflow = overflow;
    return options;
}

}  // namespace azoth::tests
