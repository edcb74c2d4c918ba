// MultiplexMachine: every decision about reads that share connections, without I/O, threads or clock of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace azoth::detail {

/// One read that somebody waits for. Chosen by the caller, never reused.
enum class CallId : std::uint64_t {};
/// One leased connection. Chosen by the machine, never reused.
enum class LinkId : std::uint64_t {};

struct MultiplexOptions {
    std::size_t links = 1;                    ///< connections at most
    std::size_t batch = 128;                  ///< reads that travel together at most
    std::chrono::milliseconds slow{5};        ///< a batch under way for longer holds the others up
};

/// What became of a read of a batch.
enum class CallResult : std::uint8_t {
    answered,  ///< with rows or an error of its own
    not_run,   ///< one before it failed
};

/// Things for the caller of the machine to do, in any order.
struct MultiplexCommands {
    std::vector<LinkId> open;     ///< lease a connection, then call `opened` or `open_failed`
    std::vector<LinkId> wake;     ///< this link found nothing to do, and now there is something: call `take`
    std::vector<LinkId> cancel;   ///< stop the batch under way there, then call `broken`
    std::vector<CallId> refused;  ///< these get the error that was just reported
};

/// Reads wait in one queue. A free link takes what waits, all of it up to a limit, as one batch; the longer a batch takes, the more waits
/// for the next. The machine leases another connection when all are held up by slow batches.
///
/// * A read that did not run, because one before it in its batch failed, goes back to the head of the queue.
/// * A read whose connection was lost goes back once. Nothing is written, so nothing can happen twice.
/// * A read whose caller has gone harms nobody: it is left out, or its answer thrown away. A batch that holds up others, or that nobody
///   waits for any more, is stopped if one of its callers has gone; what others wait for in it goes back, to travel alone.
/// Thread safety: none; the owner holds a mutex.
class MultiplexMachine {
public:
    using Clock = std::chrono::steady_clock;
    using TimePoint = Clock::time_point;

    explicit MultiplexMachine(const MultiplexOptions& options) : options_(options) {}

    void submit(CallId call, TimePoint now, MultiplexCommands& out);
    /// The call's caller has gone. Does nothing when it was answered or refused.
    void abandon(CallId call, TimePoint now, MultiplexCommands& out);

    /// The link is ready; it calls `take` next.
    void opened(LinkId link);
    /// No connection could be had. All who wait are refused when there is no other link.
    void open_failed(LinkId link, TimePoint now, MultiplexCommands& out);
    /// The link's next batch. None: the link waits to be woken.
    std::vector<CallId> take(LinkId link, TimePoint now);
    /// The batch came back; one result for each call of `take`, in its order. The link calls `take` next.
    void finished(LinkId link, std::span<const CallResult> results, TimePoint now, MultiplexCommands& out);
    /// The link is gone, with or without a batch under way. `cancelled`: it was stopped by a command.
    void broken(LinkId link, bool cancelled, TimePoint now, MultiplexCommands& out);
    /// A link without a batch wants to give its connection back. Returns false when there is work for it again: then it calls `take`.
    bool retire(LinkId link);
    /// Time has passed: call it when a batch becomes slow.
    void tick(TimePoint now, MultiplexCommands& out);

    std::size_t links() const noexcept { return links_.size(); }
    std::size_t waiting() const noexcept { return queue_.size(); }

private:
    struct Call {
        CallId id{};
        bool alone = false;      // travels in a batch of its own
        bool repeated = false;   // its connection was lost once
        bool abandoned = false;  // under way, and its caller has gone
    };
    enum class State : std::uint8_t { opening, free, idle, flying };
    struct Link {
        LinkId id{};
        State state = State::opening;
        bool cancelling = false;
        TimePoint since{};  // flying
        std::vector<Call> calls{};
    };

    Link& find(LinkId id);
    void remove(LinkId id);
    void put_back(std::vector<Call>& calls);
    bool slow(const Link& link, TimePoint now) const { return link.state == State::flying && now - link.since >= options_.slow; }
    void stop_if_held_up(Link& link, TimePoint now, MultiplexCommands& out);
    void settle(TimePoint now, MultiplexCommands& out);

    const MultiplexOptions options_;
    std::deque<Call> queue_;
    std::vector<Link> links_;
    std::uint64_t last_link_ = 0;
    bool refused_link_ = false;  // no further connection could be had lately
};

}  // namespace azoth::detail
