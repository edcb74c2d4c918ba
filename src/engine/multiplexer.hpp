// Multiplexer: the decisions of MultiplexMachine carried out: waiting callers, links over leased connections.
#pragma once

#include "engine/home.hpp"

#include <azoth/driver/awaitable.hpp>
#include <azoth/driver/batch.hpp>
#include <azoth/driver/detail/mailbox.hpp>
#include <azoth/engine/lease.hpp>
#include <azoth/engine/multiplex_machine.hpp>
#include <azoth/engine/raw_result.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace azoth::detail {

/// Held by shared_ptr; callers and links keep it alive. Thread safety: everything may be called from any thread.
class Multiplexer : public std::enable_shared_from_this<Multiplexer> {
public:
    explicit Multiplexer(std::shared_ptr<EngineCore> engine);
    ~Multiplexer();

    awaitable<RawResult> execute(FlatStatement statement, ExecutionOptions options);

private:
    struct Call;
    struct Link;
    struct LinkJob;
    class Registration;
    using CallPtr = std::shared_ptr<Call>;

    static awaitable<RawResult> fly(std::shared_ptr<Multiplexer> self, FlatStatement statement, ExecutionOptions options);
    static awaitable<void> serve(LinkJob job);
    static awaitable<void> linger(std::shared_ptr<Waiter> parked);

    // Coroutines and jobs report here; commands are carried out before these return.
    void submit(const CallPtr& call);
    void abandon(const CallPtr& call) noexcept;
    void time_out(const CallPtr& call) noexcept;
    std::vector<CallPtr> take(Link& link, std::shared_ptr<Waiter>& parked);
    void finished(Link& link, const std::vector<CallPtr>& calls, Batch& batch, std::chrono::steady_clock::time_point start);
    void ended(LinkJob& job) noexcept;
    bool retire(Link& link);
    void tick() noexcept;

    void carry_out(MultiplexCommands& commands, const Home& likely, const std::exception_ptr& error) noexcept;
    void start(LinkId id, const Home& likely) noexcept;
    void answer(const CallPtr& call) noexcept;
    void tell(const std::vector<CallPtr>& calls, const Batch& batch, std::chrono::steady_clock::time_point start) const;
    awaitable<Lease> lease();

    const std::shared_ptr<EngineCore> engine_;
    const CompiledPtr read_only_;
    const CompiledPtr read_write_;
    const bool single_;

    std::mutex mutex_;
    MultiplexMachine machine_;
    std::unordered_map<std::uint64_t, CallPtr> calls_;  // not answered yet
    std::vector<std::shared_ptr<Link>> links_;
    std::uint64_t last_call_ = 0;
};

}  // namespace azoth::detail
