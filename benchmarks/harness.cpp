// Timing, pairs and statistics. Processor time is of the process: a worker thread's work counts, waiting does not.
#include "harness.hpp"

#include "peers/peer.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace benchmarks {

namespace {

std::int64_t now(clockid_t clock) noexcept {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

struct Spread {
    double median = 0;
    double low = 0;
    double high = 0;
};

Spread spread(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    return {median, values.front(), values.back()};
}

Sample run(const Side& side, bool thorough) {
    Sample sample(thorough);
    side(sample);
    return sample;
}

template <class... Arguments>
std::string print(const char* format, Arguments... arguments) {
    char buffer[512];
    const int length = std::snprintf(buffer, sizeof buffer, format, arguments...);
    return std::string(buffer, std::min(sizeof buffer - 1, static_cast<std::size_t>(std::max(0, length))));
}

std::string time_text(double nanoseconds) {
    if (nanoseconds < 1e3) return print("%.1f ns", nanoseconds);
    if (nanoseconds < 1e6) return print("%.2f us", nanoseconds / 1e3);
    return print("%.2f ms", nanoseconds / 1e6);
}

// Two digits that mean something.
std::string ratio_text(double ratio) { return print(ratio < 0.1 ? "%.3f" : "%.2f", ratio); }

std::string range_text(double low, double high) { return "(" + ratio_text(low) + "-" + ratio_text(high) + ")"; }

// Peak or present resident memory in KiB: https://docs.kernel.org/filesystems/proc.html
long status_kib(std::string_view field) {
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line.starts_with(field)) return std::stol(line.substr(field.size() + 1));
    }
    return -1;
}

// MiB by which the peak rose above what was resident before; negative when the kernel does not let the peak be reset.
double peak_growth(const Side& side) {
    malloc_trim(0);
    {
        std::ofstream reset("/proc/self/clear_refs");
        reset << "5\n";
        reset.flush();
        if (!reset) return -1;
    }
    const long before = status_kib("VmRSS:");
    run(side, false);
    return static_cast<double>(status_kib("VmHWM:") - before) / 1024;
}

void refuse_different(const Workload& workload, const Sample& floor, const Sample& ours) {
    if (floor.sum() == ours.sum()) return;
    throw std::runtime_error(workload.name + " (" + workload.mode + "): the results differ from the floor's: checksums " +
                             std::to_string(floor.sum()) + " and " + std::to_string(ours.sum()));
}

}  // namespace

void Sample::start() noexcept {
    started_.wall = now(CLOCK_MONOTONIC);
    started_.cpu = now(CLOCK_PROCESS_CPUTIME_ID);
}

void Sample::stop() noexcept {
    cost_.cpu = std::max<std::int64_t>(1, now(CLOCK_PROCESS_CPUTIME_ID) - started_.cpu);
    cost_.wall = std::max<std::int64_t>(1, now(CLOCK_MONOTONIC) - started_.wall);
}

std::uint64_t Sample::digest(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

std::uint64_t Sample::digest(double number) noexcept { return std::bit_cast<std::uint64_t>(number); }

Suite::Suite(Options options) : options_(std::move(options)) {
    if (options_.smoke) options_.pairs = options_.peer_pairs = 2;
    if (options_.csv.empty()) return;
    csv_ = std::fopen(options_.csv.c_str(), "w");
    if (csv_ == nullptr) throw std::runtime_error("cannot write " + options_.csv);
    std::fputs("workload,mode,against,unit,units,pairs,floor_cpu_ns,ours_cpu_ns,cpu_ratio,cpu_ratio_min,cpu_ratio_max,"
               "aa_median,aa_min,aa_max,floor_wall_ns,ours_wall_ns,wall_ratio,wall_ratio_min,wall_ratio_max,target,limit,"
               "verdict\n",
               csv_);
}

Suite::~Suite() {
    if (csv_ != nullptr) std::fclose(csv_);
}

Peer* Suite::peer() {
    if (!peer_ && !options_.peers.empty()) peer_ = std::make_unique<Peer>(options_.peers);
    return peer_.get();
}

bool Suite::wants(std::string_view name, std::string_view mode) const {
    return (std::string(name) + " " + std::string(mode)).find(options_.only) != std::string::npos;
}

void Suite::head() {
    if (std::exchange(headed_, true) || options_.list) return;
    std::printf("%-38s %-7s %-14s %10s %10s %7s  %-13s  %-13s %6s  %s\n", "workload", "mode", "against", "floor", "ours",
                "ratio", "(min-max)", "A/A (min-max)", "wall", "target");
}

void Suite::report(const std::string& line, const std::string& csv_line) {
    head();
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
    if (csv_ != nullptr) {
        std::fprintf(csv_, "%s\n", csv_line.c_str());
        std::fflush(csv_);
    }
}

void Suite::measure(const Workload& workload) {
    if (!wants(workload.name, workload.mode)) return;
    if (options_.list) {
        std::printf("%s %s\n", workload.name.c_str(), workload.mode.c_str());
        return;
    }
    if (!options_.side.empty()) {
        const Side& side = options_.side == "floor" ? workload.floor : workload.ours;
        const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(options_.seconds);
        do {
            run(side, false);
        } while (std::chrono::steady_clock::now() < end);
        return;
    }

    // Equal first: everything that was read or written.
    refuse_different(workload, run(workload.floor, true), run(workload.ours, true));

    // A B A B ... A: each B against the A before it, each A against the next.
    std::vector<Cost> floor;
    std::vector<Cost> ours;
    const int pairs = workload.pairs != 0 ? workload.pairs : options_.pairs;
    for (int pair = 0; pair <= pairs; ++pair) {
        const Sample a = run(workload.floor, false);
        floor.push_back(a.cost());
        if (pair == pairs) break;
        const Sample b = run(workload.ours, false);
        ours.push_back(b.cost());
        refuse_different(workload, a, b);
    }

    std::vector<double> cpu_ratios, wall_ratios, noise, floor_cpu, ours_cpu, floor_wall, ours_wall;
    const auto units = static_cast<double>(workload.units);
    for (std::size_t i = 0; i < ours.size(); ++i) {
        cpu_ratios.push_back(static_cast<double>(ours[i].cpu) / static_cast<double>(floor[i].cpu));
        wall_ratios.push_back(static_cast<double>(ours[i].wall) / static_cast<double>(floor[i].wall));
        noise.push_back(static_cast<double>(floor[i + 1].cpu) / static_cast<double>(floor[i].cpu));
        floor_cpu.push_back(static_cast<double>(floor[i].cpu) / units);
        ours_cpu.push_back(static_cast<double>(ours[i].cpu) / units);
        floor_wall.push_back(static_cast<double>(floor[i].wall) / units);
        ours_wall.push_back(static_cast<double>(ours[i].wall) / units);
    }
    const Spread cpu = spread(cpu_ratios), wall = spread(wall_ratios), aa = spread(noise);
    const double floor_each = spread(floor_cpu).median, ours_each = spread(ours_cpu).median;

    std::string target, verdict, limit;
    if (workload.target) {
        const Target& wanted = *workload.target;
        const bool met = (wanted.nanoseconds_each ? ours_each : cpu.median) <= wanted.limit;
        verdict = met ? "met" : "MISSED";
        limit = print("%g", wanted.limit);
        target = wanted.name + (wanted.nanoseconds_each ? print(" <= %g ns", wanted.limit) : " <= " + ratio_text(wanted.limit)) +
                 " " + verdict;
        ++targets_;
        missed_ += met ? 0 : 1;
    }
    report(print("%-38s %-7s %-14s %10s %10s %7s  %-13s  %-13s %6s  %s", workload.name.c_str(), workload.mode.c_str(),
                 workload.against.c_str(), time_text(floor_each).c_str(), time_text(ours_each).c_str(),
                 ratio_text(cpu.median).c_str(), range_text(cpu.low, cpu.high).c_str(), range_text(aa.low, aa.high).c_str(),
                 ratio_text(wall.median).c_str(), target.c_str()),
           print("\"%s\",%s,\"%s\",%s,%llu,%d,%.1f,%.1f,%.4f,%.4f,%.4f,%.3f,%.3f,%.3f,%.1f,%.1f,%.4f,%.4f,%.4f,%s,%s,%s",
                 workload.name.c_str(), workload.mode.c_str(), workload.against.c_str(), workload.unit.c_str(),
                 static_cast<unsigned long long>(workload.units), pairs, floor_each, ours_each, cpu.median,
                 cpu.low, cpu.high, aa.median, aa.low, aa.high, spread(floor_wall).median, spread(ours_wall).median,
                 wall.median, wall.low, wall.high, workload.target ? workload.target->name.c_str() : "", limit.c_str(),
                 verdict.c_str()));
}

void Suite::measure_memory(const Workload& workload, double limit_mib) {
    if (!wants(workload.name, workload.mode) || options_.list || !options_.side.empty()) return;
    const double floor = peak_growth(workload.floor);
    const double ours = peak_growth(workload.ours);
    if (ours < 0) {
        report(print("%-38s %-7s not measured: this kernel does not let the peak be reset", workload.name.c_str(),
                     workload.mode.c_str()),
               print("\"%s\",%s,,MiB,,,,,,,,,,,,,,,,,,not measured", workload.name.c_str(), workload.mode.c_str()));
        return;
    }
    const bool met = ours <= limit_mib;
    ++targets_;
    missed_ += met ? 0 : 1;
    const std::string name = workload.target ? workload.target->name : "";
    report(print("%-38s %-7s %-14s %6.1f MiB %6.1f MiB %49s%s <= %g MiB %s", workload.name.c_str(), workload.mode.c_str(),
                 workload.against.c_str(), floor, ours, "", name.c_str(), limit_mib, met ? "met" : "MISSED"),
           print("\"%s\",%s,\"%s\",MiB,1,1,%.1f,%.1f,,,,,,,,,,,,%s,%g,%s", workload.name.c_str(), workload.mode.c_str(),
                 workload.against.c_str(), floor, ours, name.c_str(), limit_mib, met ? "met" : "MISSED"));
}

void Suite::measure_waits(const Workload& workload, double limit) {
    if (!wants(workload.name, workload.mode) || !options_.side.empty()) return;
    if (options_.list) {
        std::printf("%s %s\n", workload.name.c_str(), workload.mode.c_str());
        return;
    }
    std::vector<double> ratios, medians, tails;
    for (int i = 0; i < options_.pairs; ++i) {
        std::vector<std::int64_t> waits = run(workload.ours, false).waits();
        std::sort(waits.begin(), waits.end());
        medians.push_back(static_cast<double>(waits.at(waits.size() / 2)));
        tails.push_back(static_cast<double>(waits.at(waits.size() * 99 / 100)));
        ratios.push_back(tails.back() / medians.back());
    }
    const Spread ratio = spread(ratios);
    const double median = spread(medians).median, tail = spread(tails).median;
    const bool met = ratio.median <= limit;
    ++targets_;
    missed_ += met ? 0 : 1;
    const std::string name = workload.target ? workload.target->name : "";
    const char* const verdict = met ? "met" : "MISSED";
    report(print("%-38s %-7s %-14s %10s %10s %7s  %-13s  %-13s %6s  %s <= %g %s", workload.name.c_str(), workload.mode.c_str(),
                 "p99 over p50", time_text(median).c_str(), time_text(tail).c_str(), ratio_text(ratio.median).c_str(),
                 range_text(ratio.low, ratio.high).c_str(), "", "", name.c_str(), limit, verdict),
           print("\"%s\",%s,p99 over p50,%s,%llu,%d,,,,,,,,,%.1f,%.1f,%.4f,%.4f,%.4f,%s,%g,%s", workload.name.c_str(), workload.mode.c_str(),
                 workload.unit.c_str(), static_cast<unsigned long long>(workload.units), options_.pairs, median, tail, ratio.median,
                 ratio.low, ratio.high, name.c_str(), limit, verdict));
}

void Suite::count(const Workload& workload, std::size_t counted, std::size_t limit) {
    if (!wants(workload.name, workload.mode) || options_.list || !options_.side.empty()) return;
    const bool met = counted <= limit;
    ++targets_;
    missed_ += met ? 0 : 1;
    const std::string name = workload.target ? workload.target->name : "";
    const char* const verdict = met ? "met" : "MISSED";
    report(print("%-38s %-7s %-14s %10s %10zu %49s%s <= %zu %s", workload.name.c_str(), workload.mode.c_str(), workload.unit.c_str(), "", counted, "",
                 name.c_str(), limit, verdict),
           print("\"%s\",%s,,%s,1,1,,%zu,,,,,,,,,,,,%s,%zu,%s", workload.name.c_str(), workload.mode.c_str(), workload.unit.c_str(), counted,
                 name.c_str(), limit, verdict));
}

void Suite::note(const std::string& line) {
    if (options_.list || !options_.side.empty() || !noted_.insert(line).second) return;
    head();
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

void Suite::finish() const {
    if (options_.list || !options_.side.empty()) return;
    std::printf("\nTimes are of the client process's CPU, a unit each (median); ratio = ours / floor of the same pair, median of %d "
                "pairs (SQLAlchemy: %d); A/A = the floor against itself.\n",
                options_.pairs, options_.peer_pairs);
    if (options_.smoke) {
        std::printf("Smoke run: the results are equal; the times say nothing.\n");
    } else {
        std::printf("%d of %d targets met.\n", targets_ - missed_, targets_);
    }
}

}  // namespace benchmarks
