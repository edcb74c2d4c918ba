// azoth_benchmarks: every workload beside its floor, in one run.
#include "harness.hpp"
#include "server_database.hpp"
#include "workloads/workloads.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

constexpr const char* usage =
    "azoth_benchmarks [--pairs N] [--only TEXT] [--csv FILE] [--folder FOLDER] [--smoke] [--list]\n"
    "                 [--postgresql URL] [--mariadb URL] [--peers FOLDER] [--peer-pairs N] [--side floor|ours [--seconds S]]\n"
    "  --pairs N     pairs of runs a workload, default 11\n"
    "  --only TEXT   workloads whose name and mode contain TEXT (see --list)\n"
    "  --csv FILE    writes the results there too\n"
    "  --folder F    where the database files are made, default a new folder under the system's temporary one\n"
    "  --postgresql U, --mariadb U   servers, which get a database of the run's own; default: the variables AZOTH_BENCH_POSTGRESQL and\n"
    "                AZOTH_BENCH_MARIADB, else AZOTH_TEST_POSTGRESQL and AZOTH_TEST_MARIADB, else none\n"
    "  --peers F     folder of the peers' programs (benchmarks/peers); SQLAlchemy runs beside ours\n"
    "  --peer-pairs N   pairs of runs beside a peer, default 3\n"
    "  --smoke       tiny sizes, two pairs: checks that both sides give the same\n"
    "  --side S      for profilers: runs one side alone, for --seconds S (default 5) a workload\n";

std::string variable(std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') return value;
    }
    return "";
}

benchmarks::Options parse(int argc, char** argv) {
    benchmarks::Options options;
    options.postgresql = variable({"AZOTH_BENCH_POSTGRESQL", "AZOTH_TEST_POSTGRESQL"});
    options.mariadb = variable({"AZOTH_BENCH_MARIADB", "AZOTH_TEST_MARIADB"});
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        const auto value = [&]() -> std::string {
            if (++i == argc) throw std::invalid_argument(std::string(name) + " needs a value");
            return argv[i];
        };
        const auto positive = [&](const std::string& text) {
            std::size_t end = 0;
            double number = 0;
            try {
                number = std::stod(text, &end);
            } catch (const std::exception&) {
                end = 0;
            }
            if (end == 0 || end != text.size() || !(number > 0) || number > 1e6) {
                throw std::invalid_argument(std::string(name) + ": \"" + text + "\" is not a positive number");
            }
            return number;
        };
        if (name == "--pairs" || name == "--peer-pairs") {
            const double pairs = positive(value());
            int& chosen = name == "--pairs" ? options.pairs : options.peer_pairs;
            chosen = static_cast<int>(pairs);
            if (chosen != pairs) throw std::invalid_argument(std::string(name) + " takes a whole number");
        } else if (name == "--only") {
            options.only = value();
        } else if (name == "--csv") {
            options.csv = value();
        } else if (name == "--postgresql") {
            options.postgresql = value();
        } else if (name == "--mariadb") {
            options.mariadb = value();
        } else if (name == "--peers") {
            options.peers = value();
        } else if (name == "--folder") {
            options.folder = value();
        } else if (name == "--smoke") {
            options.smoke = true;
        } else if (name == "--list") {
            options.list = true;
        } else if (name == "--help") {
            options.help = true;
        } else if (name == "--seconds") {
            options.seconds = positive(value());
        } else if (name == "--side") {
            options.side = value();
            if (options.side != "floor" && options.side != "ours") throw std::invalid_argument("--side is floor or ours");
        } else {
            throw std::invalid_argument("unknown argument \"" + std::string(name) + "\"");
        }
    }
    return options;
}

// A folder of its own, gone at the end.
class Folder {
public:
    explicit Folder(const std::string& parent) {
        const auto where = parent.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(parent);
        std::string pattern = (where / "azoth-benchmarks-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + where.string());
        path_ = pattern;
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

}  // namespace

int main(int argc, char** argv) {
    benchmarks::Options options;
    try {
        options = parse(argc, argv);
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "azoth_benchmarks: %s\n%s", error.what(), usage);
        return 2;
    }
    if (options.help) {
        std::printf("%s", usage);
        return 0;
    }
    std::signal(SIGPIPE, SIG_IGN);  // a peer that is not there is an answer, not an end
    try {
        const Folder folder(options.folder);
        options.folder = folder.path();
        const benchmarks::ServerDatabase postgresql(options.postgresql), mariadb(options.mariadb);
        options.postgresql = postgresql.url();
        options.mariadb = mariadb.url();
        if (!options.list && options.side.empty()) {
            std::printf("SQLite %s, journal_mode=wal, synchronous=off, foreign_keys=on, files in %s\n", sqlite3_libversion(),
                        folder.path().c_str());
            std::printf("%s\n", postgresql.version().empty() ? "PostgreSQL: skipped, no server given" : postgresql.version().c_str());
            std::printf("%s\n", mariadb.version().empty() ? "MariaDB: skipped, no server given" : mariadb.version().c_str());
        }
        benchmarks::Suite suite(options);
        benchmarks::run_workloads(suite);
        suite.finish();
        return 0;
    } catch (const std::exception& error) {
        std::fflush(stdout);
        std::fprintf(stderr, "azoth_benchmarks: %s\n", error.what());
        return 1;
    }
}
