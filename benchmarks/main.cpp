// azoth_benchmarks: every workload beside its floor, in one run.
#include "harness.hpp"
#include "workloads/workloads.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

constexpr const char* usage =
    "azoth_benchmarks [--pairs N] [--only TEXT] [--csv FILE] [--folder FOLDER] [--smoke] [--list]\n"
    "                 [--side floor|ours [--seconds S]]\n"
    "  --pairs N     pairs of runs a workload, default 11\n"
    "  --only TEXT   workloads whose name and mode contain TEXT (see --list)\n"
    "  --csv FILE    writes the results there too\n"
    "  --folder F    where the database files are made, default a new folder under the system's temporary one\n"
    "  --smoke       tiny sizes, two pairs: checks that both sides give the same\n"
    "  --side S      for profilers: runs one side alone, for --seconds S (default 5) a workload\n";

benchmarks::Options parse(int argc, char** argv) {
    benchmarks::Options options;
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
        if (name == "--pairs") {
            const double pairs = positive(value());
            options.pairs = static_cast<int>(pairs);
            if (options.pairs != pairs) throw std::invalid_argument("--pairs takes a whole number");
        } else if (name == "--only") {
            options.only = value();
        } else if (name == "--csv") {
            options.csv = value();
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
    try {
        const Folder folder(options.folder);
        options.folder = folder.path();
        if (!options.list && options.side.empty()) {
            std::printf("SQLite %s, journal_mode=wal, synchronous=off, foreign_keys=on, files in %s\n", sqlite3_libversion(),
                        folder.path().c_str());
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
