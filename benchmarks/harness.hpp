// The harness: two ways of doing the same work, checked to give the same, timed in turn, reported as a ratio.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace benchmarks {

class Peer;

struct Cost {
    std::int64_t cpu = 0;   ///< ns of processor time of the whole process, worker threads included
    std::int64_t wall = 0;  ///< ns
};

/// One run of one side: what it costs between start() and stop(), and what it read or wrote.
class Sample {
public:
    explicit Sample(bool thorough) noexcept : thorough_(thorough) {}

    void start() noexcept;
    void stop() noexcept;
    Cost cost() const noexcept { return cost_; }

    /// Notes a value: all of it in a thorough run, which is not timed, else next to nothing.
    void take(std::int64_t key) noexcept { sum_ += static_cast<std::uint64_t>(key); }
    template <class... Rest>
    void take(std::int64_t key, const Rest&... rest) noexcept {
        if (!thorough_) return take(key);
        std::uint64_t hash = mix(0x9e3779b97f4a7c15U, static_cast<std::uint64_t>(key));
        ((hash = mix(hash, digest(rest))), ...);
        sum_ += hash;  // a sum, so that the order of rows does not matter where none was asked for
    }
    std::uint64_t sum() const noexcept { return sum_; }
    /// Takes what was measured elsewhere: in the process of a peer.
    void set(Cost cost, std::uint64_t sum) noexcept {
        cost_ = cost;
        sum_ = sum;
    }
    /// How long one of many operations took, with its waiting, in ns.
    void note_wait(std::int64_t nanoseconds) { waits_.push_back(nanoseconds); }
    const std::vector<std::int64_t>& waits() const noexcept { return waits_; }
    /// This run is compared, not timed: look at everything.
    bool thorough() const noexcept { return thorough_; }

private:
    static std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
        hash ^= value;
        hash *= 0xff51afd7ed558ccdU;
        return hash ^ (hash >> 32);
    }
    static std::uint64_t digest(std::string_view text) noexcept;
    static std::uint64_t digest(double number) noexcept;
    static std::uint64_t digest(std::int32_t number) noexcept { return static_cast<std::uint64_t>(number); }
    static std::uint64_t digest(std::int64_t number) noexcept { return static_cast<std::uint64_t>(number); }

    bool thorough_;
    Cost started_;
    Cost cost_;
    std::uint64_t sum_ = 0;
    std::vector<std::int64_t> waits_;
};

using Side = std::function<void(Sample&)>;

/// What a target of the project says of a workload.
struct Target {
    std::string name;               ///< "P3"
    double limit = 0;               ///< of the ratio, or of `unit` where the target is absolute
    bool nanoseconds_each = false;  ///< the limit is of our CPU time a unit instead of the ratio
};

struct Workload {
    std::string name;
    std::string mode;         ///< "inline", "worker", "pg", "mariadb"
    std::string unit;         ///< what is counted: "get", "row"
    std::uint64_t units = 1;  ///< in one sample
    std::string against = "C";  ///< what the floor is
    std::optional<Target> target{};
    int pairs = 0;  ///< 0: as many as were asked for
    Side floor;
    Side ours;
};

struct Options {
    int pairs = 11;
    bool smoke = false;  ///< tiny sizes, two pairs: only that it works and that both sides give the same
    bool list = false;   ///< names only
    bool help = false;
    std::string only;  ///< workloads whose "name mode" contains this
    std::string side;  ///< for profilers: "floor" or "ours" alone, again and again for `seconds`
    double seconds = 5;
    std::string csv;
    std::string folder;  ///< for the database files
    std::string postgresql;  ///< URL of an empty database; "" = there is none
    std::string mariadb;     ///< likewise
    std::string peers;       ///< folder of the peers' programs; "" = without peers
    int peer_pairs = 3;      ///< they take tens of times as long
};

/// Runs workloads and reports each as soon as it is measured.
class Suite {
public:
    explicit Suite(Options options);
    ~Suite();
    Suite(const Suite&) = delete;
    Suite& operator=(const Suite&) = delete;

    const Options& options() const noexcept { return options_; }
    /// `full`, or `tiny` in a smoke run.
    std::size_t size(std::size_t full, std::size_t tiny) const noexcept { return options_.smoke ? tiny : full; }
    /// Is any workload of this name and mode asked for? Spares the set-up of those that are not.
    bool wants(std::string_view name, std::string_view mode) const;

    /// Errors: `std::runtime_error` when the sides differ in what they read or wrote.
    void measure(const Workload& workload);
    /// Peak growth of resident memory over one run of each side, after the same runs' equality was checked.
    void measure_memory(const Workload& workload, double limit_mib);
    /// How evenly our side's operations waited for their turn: the 99th percentile over the median, of all runs together.
    void measure_waits(const Workload& workload, double limit);
    /// A count that must not be above `limit`, with no time about it: round trips.
    void count(const Workload& workload, std::size_t counted, std::size_t limit);
    /// The peers' process, started when first asked for; null without peers.
    Peer* peer();
    /// A line that belongs to no measurement: why something was skipped, what was counted. Said once.
    void note(const std::string& line);
    /// Table's foot: how many targets were missed.
    void finish() const;

private:
    void report(const std::string& line, const std::string& csv_line);
    void head();

    Options options_;
    std::FILE* csv_ = nullptr;
    bool headed_ = false;
    int targets_ = 0;
    int missed_ = 0;
    std::set<std::string> noted_;
    std::unique_ptr<Peer> peer_;
};

}  // namespace benchmarks
