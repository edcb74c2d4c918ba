// Starts Python; speaks with it line by line.
#include "peers/peer.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace benchmarks {

namespace {

// The Python that has Debian's packages.
const char* python() {
    const char* const chosen = std::getenv("AZOTH_BENCH_PYTHON");
    return chosen != nullptr ? chosen : "/usr/bin/python3";
}

}  // namespace

Peer::Peer(const std::string& folder) {
    int down[2], up[2];
    if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) throw std::runtime_error("no pipes for the peer");
    const std::string program = folder + "/peer.py";
    process_ = fork();
    if (process_ == -1) throw std::runtime_error("no process for the peer");
    if (process_ == 0) {
        dup2(down[0], STDIN_FILENO);
        dup2(up[1], STDOUT_FILENO);
        execlp(python(), python(), "-E", "-B", program.c_str(), static_cast<char*>(nullptr));
        _exit(127);
    }
    close(down[0]);
    close(up[1]);
    to_ = fdopen(down[1], "w");
    from_ = fdopen(up[0], "r");
}

Peer::~Peer() {
    std::fclose(to_);  // its end of input is its end
    std::fclose(from_);
    waitpid(process_, nullptr, 0);
}

std::string Peer::ask(const std::string& line) {
    std::fputs((line + "\n").c_str(), to_);
    std::fflush(to_);
    char* answer = nullptr;
    std::size_t size = 0;
    const ssize_t length = getline(&answer, &size, from_);
    const std::unique_ptr<char, void (*)(void*)> owned(answer, std::free);
    if (length <= 0) return std::string("missing no answer from ") + python();
    std::string text(answer, static_cast<std::size_t>(length));
    text.pop_back();
    return text;
}

std::string Peer::open(const azoth::Url& url) {
    azoth::UrlParts parts = url.parts();
    parts.options.clear();
    parts.driver = parts.dialect == "sqlite" ? "aiosqlite" : parts.dialect == "postgresql" ? "asyncpg" : "aiomysql";
    const std::string answer = ask("open " + azoth::Url::create(std::move(parts)).to_string(true));
    if (answer == "ok") return "";
    if (!answer.starts_with("missing ")) throw std::runtime_error("SQLAlchemy does not open the database: " + answer);
    return answer.substr(answer.find(' ') + 1);
}

void Peer::run(const std::string& command, Sample& sample) {
    std::istringstream answer(ask((sample.thorough() ? "thorough " : "timed ") + command));
    std::string word;
    Cost cost;
    std::uint64_t sum = 0;
    if (!(answer >> word >> cost.cpu >> cost.wall >> sum) || word != "ok") throw std::runtime_error("SQLAlchemy, " + command + ": " + answer.str());
    sample.set(cost, sum);
}

void measure_peer(Suite& suite, Fixture& fixture, Workload workload, const std::string& command, const char* target, double times) {
    if (!suite.wants(workload.name, workload.mode) || suite.options().list || !suite.options().side.empty()) return;
    Peer* const peer = suite.peer();
    if (peer == nullptr) return suite.note("SQLAlchemy: not asked for (--peers FOLDER)");
    const std::string missing = peer->open(azoth::Url::parse(fixture.url()));
    if (!missing.empty()) return suite.note("SQLAlchemy: skipped, " + fixture.mode() + ": " + missing);
    workload.against = "SQLAlchemy";
    workload.pairs = suite.options().peer_pairs;
    workload.target.reset();
    if (times != 0) workload.target = Target{.name = target, .limit = 1 / times};
    workload.floor = [peer, command](Sample& sample) { peer->run(command, sample); };
    suite.measure(workload);
}

}  // namespace benchmarks
