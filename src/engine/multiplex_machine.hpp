// MultiplexMachine: every decision about reads that share connections, without I/O, threads or clock of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

namespace azoth::detail {

/// One connection at work, from the first read it is started for until it finds nothing more to do. Chosen by the machine, never reused.
enum class RunId : std::uint64_t {};

/// A read that somebody waits for. What derives from it says what is read; the members here are the machine's.
struct SharedRead {
    enum class State : std::uint8_t {
        waiting,  ///< in the queue
        flying,   ///< in the batch of `run`
        settled,  ///< answered, failed, or its caller has gone: the machine has forgotten it, or will when its batch ends
    };
    State state = State::waiting;
    bool again = false;  ///< its connection was lost once
    RunId run{};
};
using SharedReadPtr = std::shared_ptr<SharedRead>;

/// What became of a read of a batch.
enum class ReadOutcome : std::uint8_t {
    answered,  ///< with rows, or with an error of its own
    not_run,   ///< one before it failed
    lost,      ///< with its connection
};

/// Why a run has ended before it found the queue empty.
enum class RunEnd : std::uint8_t {
    gone,     ///< its execution context has ended, it was stopped, or it leaves what waits to another one
    refused,  ///< no connection could be had
};

/// Things for the machine's owner to do, in any order.
struct MultiplexCommands {
    std::vector<RunId> start;           ///< begin a run: it calls `retire`, gets a connection and calls `take`, or calls `ended`
    std::vector<RunId> stop;            ///< nobody waits for its batch any more: break it off, then call `ended`
    std::vector<SharedReadPtr> failed;  ///< these get the error that was just reported; they are settled
};

/// Reads wait in one queue. A run that is ready takes what waits, up to a limit, as one batch. The longer a batch takes, the more waits for
/// the next. Another run is started when something waits and every run is under way.
///
/// * A read that did not run, because one before it in its batch failed, goes back to the head of the queue.
/// * A read whose connection was lost goes back once, to travel alone: if it is what costs connections, it costs nobody else's.
/// * A read whose caller has gone is left out, or its answer thrown away. A batch that nobody waits for any more is broken off.
///
/// What holds after every call: if a read waits, then a run is ready to take it, or as many runs are under way as may be, or a further
/// connection was refused a moment ago and a run is under way.
/// Thread safety: none; the owner holds a mutex.
class MultiplexMachine {
public:
    using Clock = std::chrono::steady_clock;
    using TimePoint = Clock::time_point;

    /// `runs`: connections at most; `together`: reads of one batch at most.
    MultiplexMachine(std::size_t runs, std::size_t together) noexcept : most_runs_(runs), together_(together) {}

    void submit(SharedReadPtr read, TimePoint now, MultiplexCommands& out);
    /// The read's caller has gone. Returns false when the read was settled before.
    bool leave(SharedRead& read, MultiplexCommands& out);

    /// The run is ready and has no connection. Returns true when it needs none, since nothing waits: then it has ended.
    bool retire(RunId run);
    /// The run is ready and has a connection: its next batch, in `batch`. Empty: the run has ended.
    void take(RunId run, std::vector<SharedReadPtr>& batch, TimePoint now, MultiplexCommands& out);
    /// The batch came back: one outcome for each read of `take`, in its order. The run is ready again.
    void finished(RunId run, std::span<const ReadOutcome> outcomes, MultiplexCommands& out);
    /// The run has ended by itself, with or without a batch under way.
    void ended(RunId run, RunEnd why, TimePoint now, MultiplexCommands& out);

    /// What waits, the next first.
    const std::deque<SharedReadPtr>& waiting() const noexcept { return queue_; }
    std::size_t runs() const noexcept { return runs_.size(); }

private:
    struct Run {
        RunId id{};
        std::vector<SharedReadPtr> batch{};  // empty: ready
    };

    Run& find(RunId id);
    void remove(RunId id);
    void put_back(std::vector<SharedReadPtr>& reads);
    void start_if_needed(TimePoint now, MultiplexCommands& out);

    const std::size_t most_runs_;
    const std::size_t together_;
    std::deque<SharedReadPtr> queue_;
    std::vector<Run> runs_;
    std::uint64_t last_run_ = 0;
    TimePoint refused_until_{};  // those that are there go on alone
};

}  // namespace azoth::detail
