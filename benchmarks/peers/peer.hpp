// A peer: the same workload done by SQLAlchemy's asyncio in a process of its own, measured there.
#pragma once

#include "fixture.hpp"
#include "harness.hpp"

#include <sys/types.h>

#include <cstdio>
#include <string>

namespace benchmarks {

/// Python running peers/peer.py. Errors: `std::runtime_error` when it fails while at work.
class Peer {
public:
    explicit Peer(const std::string& folder);
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer();

    /// Has it work on this database from now on. Returns why it cannot ("" = it can).
    std::string open(const azoth::Url& url);
    /// Has it run one workload: "point_get 8000 8".
    void run(const std::string& command, Sample& sample);

private:
    std::string ask(const std::string& line);
    pid_t process_ = -1;
    std::FILE* to_ = nullptr;
    std::FILE* from_ = nullptr;
};

/// Measures `workload.ours` once more, against the peer; `command` is the peer's form of it. `times`: how many times less CPU ours
/// must take (0 = no target). Where there is no peer, a line says so.
void measure_peer(Suite& suite, Fixture& fixture, Workload workload, const std::string& command, const char* target, double times);

}  // namespace benchmarks
