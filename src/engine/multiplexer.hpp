// Multiplexer: the decisions of MultiplexMachine carried out: waiting callers, and runs over connections of its own.
#pragma once

#include "engine/home.hpp"
#include "engine/multiplex_machine.hpp"

#include <azoth/driver/awaitable.hpp>
#include <azoth/driver/batch.hpp>
#include <azoth/driver/driver.hpp>
#include <azoth/engine/multiplexed.hpp>
#include <azoth/engine/raw_result.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

namespace azoth::detail {

/// Part of its engine, which callers and runs keep alive. Thread safety: everything may be called from any thread.
class Multiplexer {
public:
    using Engine = std::shared_ptr<EngineCore>;
    using Clock = MultiplexMachine::Clock;

    /// `home`: the engine's. Errors: `ArgumentError` for options that cannot be.
    Multiplexer(const EngineCore& engine, const Driver& driver, Home home);
    ~Multiplexer();
    Multiplexer(const Multiplexer&) = delete;
    Multiplexer& operator=(const Multiplexer&) = delete;

    /// Of this engine's multiplexer.
    static awaitable<RawResult> execute(Engine engine, FlatStatement statement, ExecutionOptions options);
    /// Closes idle connections now, those at work after their batch. May be called again.
    void dispose() noexcept;

private:
    struct Call;
    struct Strand;
    struct Run;
    struct Job;
    class Registration;
    using CallPtr = std::shared_ptr<Call>;
    using RunPtr = std::shared_ptr<Run>;

    /// A connection that refuses writes.
    struct Link {
        std::unique_ptr<DriverConnection> connection;
        std::uint64_t generation = 0;
        Clock::time_point made{};
    };

    static awaitable<void> serve(Job job);
    static awaitable<RawResult> execute_alone(Engine engine, FlatStatement statement, ExecutionOptions options);

    // Callers and runs report here; what follows from it is carried out before these return.
    void submit(const Engine& engine, const CallPtr& call);
    bool leave(const CallPtr& call) noexcept;
    void time_out(const CallPtr& call) noexcept;
    bool retire(const RunPtr& run) noexcept;
    bool take(const Engine& engine, const RunPtr& run, Link& link, std::vector<CallPtr>& calls);
    void finished(const Engine& engine, const RunPtr& run, const std::vector<CallPtr>& calls, Batch& batch, bool usable, Clock::time_point start);
    void ended(const Engine& engine, const RunPtr& run, const std::exception_ptr& refusal) noexcept;

    void carry_out(const Engine& engine, const MultiplexCommands& commands, const std::exception_ptr& error) noexcept;
    void start(const Engine& engine, RunId id) noexcept;
    void stop(const MultiplexCommands& commands);
    bool is_stranger(const Run& run) const noexcept;
    [[nodiscard]] std::shared_ptr<Strand> forget(const RunPtr& run) noexcept;

    awaitable<Link> connect() const;
    Link unpark() noexcept;
    bool is_fresh(const Link& link) const noexcept;
    void tell(const std::vector<CallPtr>& calls, const Batch& batch, std::size_t failed, Clock::time_point start) const noexcept;

    const EngineCore& engine_;
    const Driver& driver_;
    const Home home_;
    const ConnectOptions connect_options_;
    const bool single_;
    std::atomic<std::uint64_t> generation_{0};  // connections of an earlier one are closed

    std::mutex mutex_;
    MultiplexMachine machine_;
    std::vector<RunPtr> runs_;
    std::vector<Link> parked_;
};

}  // namespace azoth::detail
